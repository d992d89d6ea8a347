"""People with names, in two tenants, small enough to know them all."""

from functools import cache
from types import SimpleNamespace

import hypothesis
import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from directory import guests, roles
from directory.door import Initiator
from directory.models import (
    AdministrativeUnit,
    EmailMethod,
    Invitation,
    PhoneMethod,
    RoleAssignment,
    Settings,
    UnitMembership,
    User,
)
from tenants.models import EmailDomain, Tenant, operators

pytest_plugins = ["tests.database", "tests.clock"]

# The same cases in each run, so that what is green stays green; --hypothesis-profile=default draws others.
hypothesis.settings.register_profile("the same cases", derandomize=True)
hypothesis.settings.load_profile("the same cases")

PASSWORD = "Copper-Lantern-47"


@cache
def hashed_password() -> str:
    return make_password(PASSWORD)


def make_tenant(slug: str, name: str) -> Tenant:
    with operators().scope():
        tenant = Tenant.objects.create(slug=slug, name=name)
        EmailDomain.objects.create(domain=f"{slug}.example", tenant=tenant, is_default=True)
    return tenant


def make_person(upn: str, name: str, *units, **fields) -> User:
    given, _space, surname = name.partition(" ")
    fields = {"given_name": given, "surname": surname, "password": hashed_password()} | fields
    person = User.objects.create(user_principal_name=upn, display_name=name, **fields)
    for unit in units:
        UnitMembership.objects.create(unit=unit, user=person)
    return person


def make_unit(name: str, parent=None, **fields) -> AdministrativeUnit:
    return AdministrativeUnit.objects.create(name=name, parent=parent, **fields)


def assign(principal, role: str, unit=None, **dates) -> RoleAssignment:
    kind = "user" if isinstance(principal, User) else "group"
    return RoleAssignment.objects.create(**{kind: principal}, role=role, unit=unit, **dates)


@pytest.fixture
def riverside(db) -> Tenant:
    return make_tenant("riverside", "Riverside Unified School District")


@pytest.fixture
def lakeshore(db) -> Tenant:
    return make_tenant("lakeshore", "Lakeshore Academies")


@pytest.fixture
def district(riverside):
    """Riverside's places and people; the test runs inside its scope."""
    with riverside.scope():
        yield SimpleNamespace(tenant=riverside, **_places_and_people())


def _places_and_people() -> dict:
    lincoln = make_unit("Lincoln Elementary", kind="school")
    lincoln_staff = make_unit("Staff", lincoln, kind="staff")
    lincoln_students = make_unit("Students", lincoln, kind="students")
    jefferson = make_unit("Jefferson High", kind="school")
    algebra = make_unit("Algebra 2", jefferson, kind="class")
    biology = make_unit("Biology", jefferson, kind="class")
    jefferson_staff = make_unit("Staff", jefferson, kind="staff")
    admin = make_person("admin@riverside.example", "Ada Rivers")
    helen = make_person("helen.park@riverside.example", "Helen Park", jefferson_staff)
    maria = make_person("maria.lopez@riverside.example", "Maria López", lincoln_staff)
    tom = make_person("tom.baker@riverside.example", "Tom Baker", jefferson_staff)
    sam = make_person("sam.reed@riverside.example", "Sam Reed", lincoln_staff, employee_id="E-1042")
    omar = make_person("omar.diaz@riverside.example", "Omar Díaz", jefferson_staff)
    nora = make_person("nora.field@riverside.example", "Nora Field", algebra)
    pia = make_person("pia.moss@riverside.example", "Pia Moss", lincoln_students)
    assign(admin, roles.GLOBAL)
    assign(helen, roles.HELPDESK)
    assign(maria, roles.AUTHENTICATION, lincoln)
    assign(tom, roles.PASSWORD, algebra)
    assign(tom, roles.PASSWORD, biology)
    EmailMethod.objects.create(user=sam, address="sam.home@example.org")
    PhoneMethod.objects.create(user=sam, number="+14255550100")
    Settings.objects.create(
        sms_sign_in=True, help_contact="Riverside help desk", help_phone="+1 951-555-0100"
    )
    places = dict(lincoln=lincoln, lincoln_staff=lincoln_staff, lincoln_students=lincoln_students)
    places |= dict(jefferson=jefferson, algebra=algebra, biology=biology, jefferson_staff=jefferson_staff)
    people = dict(admin=admin, helen=helen, maria=maria, tom=tom, sam=sam, omar=omar, nora=nora, pia=pia)
    return places | people


@pytest.fixture
def lake(lakeshore) -> SimpleNamespace:
    """Lakeshore's places and people; the test does not run inside its scope."""
    with lakeshore.scope():
        harbor = make_unit("Harbor Campus", kind="school")
        admin = make_person("admin@lakeshore.example", "Leo Shore")
        ivy = make_person("ivy.chen@lakeshore.example", "Ivy Chen", harbor)
        kai = make_person("kai.wood@lakeshore.example", "Kai Wood", harbor)
        assign(admin, roles.GLOBAL)
        assign(kai, roles.HELPDESK)
        return SimpleNamespace(tenant=lakeshore, harbor=harbor, admin=admin, ivy=ivy, kai=kai)


@pytest.fixture
def guest_maria(district, lake) -> User:
    """Maria's row at Lakeshore: asked, accepted, Password Administrator over Harbor Campus."""
    with lake.tenant.scope():
        guests.invite(district.maria.user_principal_name, by=Initiator(lake.admin))
    guests.accept(Invitation.objects.get(user=district.maria), by=Initiator(district.maria))
    with lake.tenant.scope():
        guest = User.objects.get(user_principal_name=district.maria.user_principal_name)
        assign(guest, roles.PASSWORD, lake.harbor)
    return guest


@pytest.fixture
def operator(db) -> User:
    with operators().scope():
        EmailDomain.objects.create(domain="mystaff.example", tenant=operators(), is_default=True)
        person = make_person("operator@mystaff.example", "Olive Stone")
        assign(person, roles.OPERATOR)
        return person


def signed_in(person: User) -> Client:
    """A browser in which this person is signed in at home."""
    client = Client()
    with Tenant(pk=person.tenant_id).scope():
        client.force_login(person)
    return client


@pytest.fixture
def sign_in():
    return signed_in
