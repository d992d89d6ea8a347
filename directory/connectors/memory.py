"""A double that remembers: an authority for tests of the door."""

from directory.models import User


class Memory:
    """Keeps what it was told; raises what it is given as `error`."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.passwords: dict[str, tuple[str, bool]] = {}

    def set_password(self, person: User, password: str, *, must_change: bool) -> None:
        if self.error:
            raise self.error
        self.passwords[person.user_principal_name] = (password, must_change)
