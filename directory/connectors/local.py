"""This database, for people whose password lives nowhere else."""

from django.utils import timezone

from directory.models import User


class Local:
    """Stores the password as an Argon2id hash."""

    def set_password(self, person: User, password: str, *, must_change: bool) -> None:
        person.set_password(password)
        person.must_change_password = must_change
        person.password_changed_at = timezone.now()
        person.save(update_fields=["password", "must_change_password", "password_changed_at"])
