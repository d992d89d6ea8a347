"""A double that remembers: an authority for tests of the door."""

from directory.models import User


class Memory:
    """Keeps what it was told; raises what it is given as `error`."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.passwords: dict[str, tuple[str, bool]] = {}
        self.unlocked: list[str] = []
        self.phones: dict[tuple[str, str], str | None] = {}
        self.emails: dict[str, str | None] = {}

    def set_password(self, person: User, password: str, *, must_change: bool) -> None:
        self._fail()
        self.passwords[person.user_principal_name] = (password, must_change)

    def unlock(self, person: User) -> None:
        self._fail()
        self.unlocked.append(person.user_principal_name)

    def set_phone(self, person: User, phone_type: str, number: str | None) -> None:
        self._fail()
        self.phones[person.user_principal_name, phone_type] = number

    def set_email(self, person: User, address: str | None) -> None:
        self._fail()
        self.emails[person.user_principal_name] = address

    def _fail(self) -> None:
        if self.error:
            raise self.error
