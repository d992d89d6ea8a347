"""This database, for people whose password lives nowhere else."""

from django.utils import timezone

from directory.models import User


class Local:
    """Stores the password as an Argon2id hash; what else is on file the deeds have written here already."""

    def set_password(self, person: User, password: str, *, must_change: bool) -> None:
        person.set_password(password)
        person.must_change_password = must_change
        person.password_changed_at = timezone.now()
        person.save(update_fields=["password", "must_change_password", "password_changed_at"])

    def unlock(self, person: User) -> None: ...

    def set_phone(self, person: User, phone_type: str, number: str | None) -> None: ...

    def set_email(self, person: User, address: str | None) -> None: ...
