"""The demo district: two tenants whose names, people and password the guides rely on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib.auth.hashers import make_password
from django.db import transaction

from directory import guests, roles
from directory.door import Initiator
from directory.models import (
    AdministrativeUnit,
    EmailMethod,
    Invitation,
    Kind,
    PhoneMethod,
    RoleAssignment,
    Settings,
    UnitMembership,
    User,
)
from directory.sync import run
from mystaff.demo import roster
from tenants.models import EmailDomain, Tenant, operators

PASSWORD = "MyStaff-demo-2026"  # noqa: S105  the demo's, printed at its start
RIVERSIDE = ("riverside", "Riverside Unified School District")
LAKESHORE = ("lakeshore", "Lakeshore Academies")

SIGN_INS = [
    ("operator@mystaff.example", "instance operator, /admin/"),
    ("admin@riverside.example", "Global Administrator, /riverside/admin/"),
    ("admin@lakeshore.example", "Global Administrator, /lakeshore/admin/"),
    ("helen.park@riverside.example", "Helpdesk Administrator, whole tenant"),
    (
        "maria.lopez@riverside.example",
        "Authentication Administrator over Lincoln Elementary; guest at Lakeshore",
    ),
    ("tom.baker@riverside.example", "teacher: Password Administrator over his own classes"),
    ("sam.reed@riverside.example", "staff, no role"),
    ("nora.field@riverside.example", "pupil in one of Tom's classes"),
    ("omar.diaz@riverside.example", "staff, no role, nothing on file"),
    ("ivy.chen@lakeshore.example", "staff at Harbor Campus, no role"),
]


def sign_ins() -> list[tuple[str, str]]:
    """User names and who they are, for the demo's start."""
    return SIGN_INS


def is_loaded() -> bool:
    """Whether the demo district is there: its last step has been done."""
    lakeshore = Tenant.objects.filter(slug=LAKESHORE[0]).first()
    if lakeshore is None:
        return False
    with lakeshore.scope():
        return Settings.objects.exists()


def load(say: Callable[[str], None] = print) -> None:
    """Make the demo district unless it is there; the demo password is hashed once for all."""
    if is_loaded():
        return
    hashed = make_password(PASSWORD)
    say("Adding the operator …")
    _add_operator(hashed)
    riverside, lakeshore = _add_tenant(*RIVERSIDE), _add_tenant(*LAKESHORE)
    say("Importing the roster of Riverside (2,000 pupils, 120 staff, 180 classes) …")
    with riverside.scope():
        _import_roster(riverside, hashed)
        _fill_riverside(hashed)
    say("Adding Lakeshore …")
    with lakeshore.scope(), transaction.atomic():
        _fill_lakeshore(hashed)
    _invite_maria(riverside, lakeshore)
    with lakeshore.scope():
        Settings.objects.create(
            help_contact="Lakeshore help desk", help_phone="+1 425-555-0190", accent="#24528f"
        )


def _add_operator(hashed: str) -> None:
    built_in = operators()
    with built_in.scope():
        EmailDomain.objects.get_or_create(
            domain="mystaff.example", tenant=built_in, defaults={"is_default": True}
        )
        operator = _person("operator@mystaff.example", "Olive Stone", hashed, job_title="Instance operator")
        RoleAssignment.objects.get_or_create(user=operator, role=roles.OPERATOR)


def _add_tenant(slug: str, name: str) -> Tenant:
    with operators().scope():
        tenant, _made = Tenant.objects.get_or_create(slug=slug, defaults={"name": name})
        EmailDomain.objects.get_or_create(
            domain=f"{slug}.example", tenant=tenant, defaults={"is_default": True}
        )
    return tenant


def _person(upn: str, name: str, hashed: str, **fields) -> User:
    given, _space, surname = name.partition(" ")
    defaults = {"display_name": name, "given_name": given, "surname": surname, "password": hashed} | fields
    return User.objects.get_or_create(user_principal_name=upn, defaults=defaults)[0]


def _import_roster(tenant: Tenant, hashed: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "riverside-oneroster.zip"
        roster.write(path)
        run.import_oneroster(tenant, path, password_hash=hashed)


@transaction.atomic
def _fill_riverside(hashed: str) -> None:
    """What no roster says: administrators, roles given by hand, phones and addresses."""
    admin = _person("admin@riverside.example", "Ada Rivers", hashed, job_title="Head of IT")
    RoleAssignment.objects.get_or_create(user=admin, role=roles.GLOBAL)
    helen, maria, sam = (
        User.objects.get(user_principal_name=f"{name}@riverside.example")
        for name in ("helen.park", "maria.lopez", "sam.reed")
    )
    for person, job in ((helen, "Helpdesk Technician"), (maria, "Assistant principal")):
        person.job_title = job  # rosters know roles, not jobs
        person.save(update_fields=["job_title"])
    lincoln = AdministrativeUnit.objects.get(name="Lincoln Elementary")
    RoleAssignment.objects.get_or_create(user=helen, role=roles.HELPDESK)
    RoleAssignment.objects.get_or_create(user=maria, role=roles.AUTHENTICATION, unit=lincoln)
    _methods(admin, "ada.home@example.org", "+14255550102")
    _methods(helen, "helen.home@example.org", "+14255550101")
    _methods(sam, "sam.home@example.org", "+14255550100")
    Settings.objects.get_or_create(
        defaults={
            "look_up_everyone": True,
            "sms_sign_in": True,
            "qr_badges": True,
            "help_contact": "Riverside help desk",
            "help_phone": "+1 951-555-0100",
        }
    )


def _methods(person: User, address: str, number: str) -> None:
    EmailMethod.objects.get_or_create(user=person, defaults={"address": address})
    PhoneMethod.objects.get_or_create(user=person, phone_type="mobile", defaults={"number": number})


def _fill_lakeshore(hashed: str) -> None:
    admin = _person("admin@lakeshore.example", "Leo Shore", hashed, job_title="Head of IT")
    RoleAssignment.objects.get_or_create(user=admin, role=roles.GLOBAL)
    harbor, hill = (
        AdministrativeUnit.objects.get_or_create(name=name, kind=Kind.SCHOOL)[0]
        for name in ("Harbor Campus", "Hill Campus")
    )
    names = ["Ivy Chen", "Noah Brandt", "Zoë Martin", "Kofi Mensah", "Aiko Tanaka", "Lars Holm", "Priya Nair"]
    for place, staff in ((harbor, names[:4]), (hill, names[4:])):
        for name in staff:
            upn = f"{name.lower().replace(' ', '.').replace('ë', 'e')}@lakeshore.example"
            person = _person(upn, name, hashed, job_title="Teacher", department=place.name)
            UnitMembership.objects.get_or_create(unit=place, user=person)


def _invite_maria(riverside: Tenant, lakeshore: Tenant) -> None:
    """Maria also helps at Harbor Campus: asked by Lakeshore's administrator, accepted at home."""
    name = "maria.lopez@riverside.example"
    with lakeshore.scope():
        guests.invite(
            name, by=Initiator(User.objects.get(user_principal_name="admin@lakeshore.example"), None, "Demo")
        )
    with riverside.scope():
        maria = User.objects.get(user_principal_name=name)
        guests.accept(Invitation.objects.get(user=maria, host=lakeshore), by=Initiator(maria, None, "Demo"))
    with lakeshore.scope():
        guest = User.objects.get(user_principal_name=name)
        harbor = AdministrativeUnit.objects.get(name="Harbor Campus")
        RoleAssignment.objects.get_or_create(user=guest, role=roles.PASSWORD, unit=harbor)
