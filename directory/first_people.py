"""The first person of a tenant, from the command line: before there is anybody who could pass the door."""

from django.db import transaction

from audit.models import record
from directory import passwords
from directory.door import CommandLine, Initiator, snapshot
from directory.models import RoleAssignment, User
from directory.password_policies import policy_for


@transaction.atomic
def add(user_principal_name: str, name: str, role: str, *, by: Initiator | CommandLine) -> str:
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
    _record(person, role, by)
    return password


def _record(person: User, role: str, by: Initiator | CommandLine) -> None:
    said = {"actor": by.snapshot(), "target": snapshot(person), "details": {"Source": by.surface}}
    record("Add user", category="UserManagement", operation="Create", **said)
    record(
        "Add member to role",
        category="RoleManagement",
        operation="Assign",
        **said,
        changed=[{"name": "Role.DisplayName", "oldValue": None, "newValue": role}],
    )
