"""The first person of a tenant, from the command line: before there is anybody who could pass the door."""

from django.db import transaction

from audit.models import record
from directory import passwords
from directory.door import snapshot
from directory.models import RoleAssignment, User
from directory.password_policies import policy_for

COMMAND_LINE = {"id": None, "name": "manage.py"}


@transaction.atomic
def add(user_principal_name: str, name: str, role: str) -> str:
    """Add a person with a role over the whole tenant; the temporary password is returned, once.

    Raises ValidationError for a user name that is taken or of another domain. Runs in the tenant's scope.
    """
    upn = user_principal_name.strip().lower()
    person = User(user_principal_name=upn, display_name=name, must_change_password=True)
    password = passwords.generate(passwords.Style.STRONG, policy_for(person))
    person.set_password(password)
    person.prepare()
    person.full_clean()
    person.save()
    RoleAssignment.objects.create(user=person, role=role)
    _record(person, role)
    return password


def _record(person: User, role: str) -> None:
    target = snapshot(person)
    record("Add user", category="UserManagement", operation="Create", actor=COMMAND_LINE, target=target)
    record(
        "Add member to role",
        category="RoleManagement",
        operation="Assign",
        actor=COMMAND_LINE,
        target=target,
        changed=[{"name": "Role.DisplayName", "oldValue": None, "newValue": role}],
    )
