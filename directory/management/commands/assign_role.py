from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from audit.models import record
from directory import first_people, roles
from directory.models import AdministrativeUnit, RoleAssignment, User
from tenants.models import EmailDomain


class Command(BaseCommand):
    help = "Gives a person a role over a location and all below it, or over the whole tenant."

    def add_arguments(self, parser) -> None:
        parser.add_argument("user_principal_name", metavar="UPN", help="like maria.lopez@school.example")
        parser.add_argument("role", choices=roles.EVERY_ROLE, metavar="ROLE", help="its name, quoted")
        parser.add_argument("--location", help="its name; without it the role is over the whole tenant")
        parser.add_argument("--remove", action="store_true", help="take the role away again")

    def handle(self, *args, **options) -> None:
        upn = options["user_principal_name"].strip().lower()
        domain = EmailDomain.objects.filter(domain=upn.rpartition("@")[2]).select_related("tenant").first()
        if domain is None or domain.tenant.is_operators:
            raise CommandError(f"No tenant has the domain of {upn}.")
        with domain.tenant.scope(), transaction.atomic():
            self._handle(_person(upn), options["role"], _location(options["location"]), options["remove"])

    def _handle(self, person: User, role: str, unit: AdministrativeUnit | None, remove: bool) -> None:
        held = RoleAssignment.objects.filter(user=person, role=role, unit=unit, source="")
        if remove == (not held.exists()):
            name, verb = person.user_principal_name, "does not hold" if remove else "holds"
            raise CommandError(f"{name} {verb} this role.")
        if remove:
            held.delete()
        else:
            _assign(person, role, unit)
        _record(person, role, unit, remove)
        self.stdout.write(f"{role} over {unit or 'the whole tenant'}: {'removed' if remove else 'given'}.")


def _person(upn: str) -> User:
    person = User.objects.members().filter(user_principal_name=upn).first()
    if person is None:
        raise CommandError(f"There is nobody with the user name {upn}.")
    return person


def _location(name: str | None) -> AdministrativeUnit | None:
    if name is None:
        return None
    found = list(AdministrativeUnit.objects.filter(name=name)[:2])
    if len(found) != 1:
        raise CommandError(f"{'Several locations have' if found else 'No location has'} the name {name}.")
    return found[0]


def _assign(person: User, role: str, unit: AdministrativeUnit | None) -> None:
    assignment = RoleAssignment(user=person, role=role, unit=unit)
    try:
        assignment.full_clean()
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    assignment.save()


def _record(person: User, role: str, unit: AdministrativeUnit | None, remove: bool) -> None:
    scoped = "scoped member" if unit else "member"
    values = [None, role] if not remove else [role, None]
    record(
        f"Remove {scoped} from role" if remove else f"Add {scoped} to role",
        category="RoleManagement",
        operation="Unassign" if remove else "Assign",
        actor=first_people.COMMAND_LINE,
        target=first_people.snapshot(person),
        changed=[{"name": "Role.DisplayName", "oldValue": values[0], "newValue": values[1]}],
        details={"Source": "manage.py"} | ({"Location": unit.name} if unit else {}),
    )
