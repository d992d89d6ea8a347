"""Passwords that live in a connected directory: the second way to authenticate, after allauth's own."""

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from directory.connectors import checking
from directory.models import User


class DirectoryBackend(ModelBackend):
    """Asks the directory; for names that nobody has it does as much, so that nobody learns which they are."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **others
    ) -> User | None:
        """Raises lockout.Undecided where the directory does not answer. An empty password is never sent."""
        if not username or not password:
            return None
        name = username.strip().lower()
        person = User.objects.filter(user_principal_name=name).first()
        if not checking.is_right_elsewhere(name, person, password):
            return None
        return person if self.user_can_authenticate(person) else None
