from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction

from audit.models import record
from directory import administrators, command_line, granting, places, roles
from directory.connectors import Refused
from directory.door import CommandLine, Initiator, snapshot
from directory.models import AdministrativeUnit, RoleAssignment, User


class Command(command_line.Command):
    help = "Gives a person a role over a location and all below it, or over the whole tenant."

    def add_arguments(self, parser) -> None:
        parser.add_argument("user_principal_name", metavar="UPN", help="like maria.lopez@school.example")
        parser.add_argument("role", choices=roles.EVERY_ROLE, metavar="ROLE", help="its name, quoted")
        parser.add_argument("--tenant", metavar="SLUG", help="for a guest; else by the user name's domain")
        parser.add_argument("--location", help="its name, or School/Library; else the whole tenant")
        parser.add_argument("--remove", action="store_true", help="take the role away again")
        self.add_by(parser)

    def handle(self, *args, **options) -> None:
        upn = options["user_principal_name"].strip().lower()
        slug = options["tenant"]
        tenant = command_line.tenant_called(slug) if slug else command_line.tenant_with(upn)
        with tenant.scope(), transaction.atomic():
            person, unit = command_line.person_called(upn), _location(options["location"])
            by, role, remove = command_line.initiator(options["by"]), options["role"], options["remove"]
            _refuse_unless_theirs(by, role, person, remove)
            self._handle(person, role, unit, remove)
            _record(person, role, unit, remove, by)

    def _handle(self, person: User, role: str, unit: AdministrativeUnit | None, remove: bool) -> None:
        held = RoleAssignment.objects.filter(user=person, role=role, unit=unit, source="")
        if remove == (not held.exists()):
            name, verb = person.user_principal_name, "does not hold" if remove else "holds"
            raise CommandError(f"{name} {verb} this role.")
        if remove:
            _remove(held)
        else:
            _assign(person, role, unit)
        over = places.full_name(unit) if unit else "the whole tenant"
        self.stdout.write(f"{role} over {over}: {'removed' if remove else 'given'}.")


def _location(name: str | None) -> AdministrativeUnit | None:
    try:
        return None if name is None else places.named(name)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error


def _assign(person: User, role: str, unit: AdministrativeUnit | None) -> None:
    assignment = RoleAssignment(user=person, role=role, unit=unit)
    try:
        assignment.full_clean()
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    assignment.save()


def _remove(held) -> None:
    try:
        with administrators.keeping_one():
            held.delete()
    except Refused as error:
        raise CommandError(str(error)) from error


def _refuse_unless_theirs(by: Initiator | CommandLine, role: str, person: User, remove: bool) -> None:
    if by.user is None:  # whoever has a shell
        return
    judge = granting.refusal_to_take if remove else granting.refusal_to_give
    if reason := judge(by.user, role, person):
        raise CommandError(f"{by.user.user_principal_name} may not do this: {reason}")


def _record(
    person: User,
    role: str,
    unit: AdministrativeUnit | None,
    remove: bool,
    by: Initiator | CommandLine,
) -> None:
    scoped = "scoped member" if unit else "member"
    values = [None, role] if not remove else [role, None]
    record(
        f"Remove {scoped} from role" if remove else f"Add {scoped} to role",
        category="RoleManagement",
        operation="Unassign" if remove else "Assign",
        actor=by.snapshot(),
        target=snapshot(person),
        changed=[{"name": "Role.DisplayName", "oldValue": values[0], "newValue": values[1]}],
        details={"Source": by.surface} | ({"Location": places.full_name(unit)} if unit else {}),
    )
