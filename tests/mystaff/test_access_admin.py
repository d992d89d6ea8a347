"""Every URL of the two admins, for everyone to whom they open, and closed to everybody else."""

import pytest
from django.test import Client

from audit.models import Entry, record
from directory import roles
from directory.models import (
    AccessPolicy,
    Application,
    ConnectedDirectory,
    FederatedIdentity,
    Group,
    Guest,
    IdentityProvider,
    Message,
    MessageTemplate,
    PasswordPolicy,
    RoleAssignment,
    Run,
    Settings,
    Source,
    TextSettings,
)
from tenants.models import AllowedHost, EmailDomain, HostName, operators
from tests.attack.targets import ID, INSIDE, OUTSIDE, targets
from tests.conftest import assign, make_person, signed_in
from tests.mystaff.test_access_table import GONE, NO, TO, UP, VISITORS, visitors  # noqa: F401  a fixture

NOT = 405  # a POST is wanted

# Those who open the tenant's admin, by their role over the whole tenant.
STAFF = {
    "global": roles.GLOBAL,
    "user": roles.USER,
    "groups": roles.GROUPS,
    "privileged": roles.PRIVILEGED_ROLE,
    "reader": roles.GLOBAL_READER,
    "policy": roles.AUTHENTICATION_POLICY,
}
ALL = dict.fromkeys(STAFF, UP)
NONE = dict.fromkeys(STAFF, NO)
LED_ON = dict.fromkeys(STAFF, TO)
WANTS_POST = dict.fromkeys(STAFF, NOT)
GLOBAL, READING = NONE | {"global": UP}, NONE | {"global": UP, "reader": UP}
PEOPLE, ROLES = GLOBAL | {"user": UP}, GLOBAL | {"privileged": UP}
GROUPS = ROLES | {"groups": UP}
POLICY = GLOBAL | {"policy": UP}
SWITCHES = POLICY | {"user": UP}
LED_TO_SWITCHES = NONE | {"global": TO, "policy": TO, "user": TO}
TRAIL = NONE | {"global": TO}  # leads to the trail


def _model(name: str, opens: dict, **others: dict) -> dict[str, dict]:
    rows = dict.fromkeys(("changelist", "add", "change", "delete"), opens) | {"history": TRAIL} | others
    return {f"admin:{name}_{what}": row for what, row in rows.items()}


# Helen, a Helpdesk Administrator, is the person; her assignment, a plain group and Lincoln the other rows.
INSIDE_TABLE = {
    "admin:index": ALL,
    "admin:jsi18n": ALL,
    "admin:password_change": LED_ON,
    "admin:password_change_done": ALL,
    "admin:logout": WANTS_POST,
    "admin:leave_tenant": WANTS_POST,
    "admin:autocomplete": NONE,
    "admin:app_list audit": dict.fromkeys(STAFF, GONE) | {"global": UP, "reader": UP},
    "admin:app_list directory": ALL,
    **_model("directory_application", GLOBAL, secret=WANTS_POST),
    **_model("audit_entry", READING, add=NONE, delete=NONE, history=READING),
    "admin:audit_entry_export_csv": READING,
    "admin:audit_entry_export_jsonl": READING,
    **_model("directory_user", PEOPLE, **{"import": PEOPLE, "export": PEOPLE, "process_import": WANTS_POST}),
    **_model("directory_administrativeunit", GLOBAL),
    **_model("directory_group", GROUPS, delete=GLOBAL | {"groups": UP}),
    **_model("directory_roleassignment", ROLES),
    **_model("directory_guest", GLOBAL),
    **_model("directory_passwordpolicy", POLICY, history=LED_ON),
    **_model("directory_accesspolicy", GLOBAL, history=LED_ON),
    **_model("directory_identityprovider", GLOBAL, history=LED_ON, test=WANTS_POST),
    **_model("directory_federatedidentity", GLOBAL, add=NONE, history=LED_ON),
    **_model("directory_connecteddirectory", GLOBAL, test=NONE | {"global": TO}),
    **_model("directory_source", GLOBAL, start=GLOBAL, runs=GLOBAL),
    "admin:directory_source_run": GLOBAL,
    "admin:directory_source_confirm": NONE | {"global": TO},
    **_model("directory_messagetemplate", GLOBAL, history=LED_ON),
    **_model("directory_textsettings", GLOBAL, changelist=TRAIL, add=NONE, delete=NONE, history=LED_ON),
    **_model("directory_message", READING, add=NONE, delete=NONE, history=READING),
    **_model(
        "directory_settings", SWITCHES, changelist=LED_TO_SWITCHES, add=NONE, delete=NONE, history=LED_ON
    ),
}
OPERATORS_TABLE = {
    "admin:index": UP,
    "admin:jsi18n": UP,
    "admin:password_change": TO,
    "admin:password_change_done": UP,
    "admin:logout": NOT,
    "admin:autocomplete": NO,
    "admin:app_list audit": UP,
    "admin:app_list tenants": UP,
    "admin:app_list directory": UP,
    "admin:enter_tenant": NOT,
    "admin:leave_tenant": NOT,
    **{f"admin:audit_entry_{what}": UP for what in ("changelist", "change", "history")},
    **{f"admin:audit_entry_export_{form}": UP for form in ("csv", "jsonl")},
    **{f"admin:audit_entry_{what}": NO for what in ("add", "delete")},
    **{
        f"admin:tenants_{model}_{what}": UP
        for model in ("tenant", "hostname", "emaildomain", "allowedhost")
        for what in ("changelist", "add", "change", "delete")
    },
    **{
        f"admin:tenants_{model}_history": TO for model in ("tenant", "hostname", "emaildomain", "allowedhost")
    },
    "admin:tenants_tenant_delete": NO,
    **{f"admin:directory_accesspolicy_{what}": UP for what in ("changelist", "add", "change", "delete")},
    "admin:directory_accesspolicy_history": TO,
}
# Neither says who may: the sign-in leads to ours, and the stock ways from no or an unknown address lead back.
NEUTRAL = {"admin:login", "admin:None"}


def row_of(target) -> str:
    """The name in the table; lists of an app's models are told apart."""
    return f"{target.name} {target.route.split('/')[1]}" if target.name == "admin:app_list" else target.name


def paths(urlconf: str, prefix: str, keys: dict) -> dict[str, str]:
    """Every URL of an admin, with the id of a row that it asks for."""
    found = {}
    for target in targets(urlconf):
        if target.name.startswith("admin:") and target.name not in NEUTRAL:
            key = next((key for name, key in keys.items() if f"/{name}/" in target.route), "")
            found[row_of(target)] = f"{prefix}/{target.route.replace(ID, str(key))}"
    return found


def an_entry() -> Entry:
    return record("Test", category="Test", operation="Test", actor={"id": None, "name": "test"})


def a_policy() -> AccessPolicy:
    return AccessPolicy.objects.create(name="Test", on_portal=True, sign_in_age=60)


@pytest.fixture
def inside(district, visitors) -> dict[str, str]:  # noqa: F811
    provider = IdentityProvider.objects.create(name="Riverside ID", issuer="https://id.example")
    source = Source.objects.create(key="roster", name="Roster", kind="csv")
    keys = {
        "source/runs": Run.objects.create(source=source).pk,
        "source": source.pk,
        "connecteddirectory": ConnectedDirectory.objects.create(key="ad", name="AD", kind="ad").pk,
        "identityprovider": provider.pk,
        "federatedidentity": FederatedIdentity.objects.create(
            provider=provider, user=district.sam, uid=provider.uid("1042")
        ).pk,
        "entry": an_entry().pk,
        "user": district.helen.pk,
        "administrativeunit": district.lincoln.pk,
        "application": Application.objects.create(name="Library").pk,
        "group": Group.objects.create(name="Chess club").pk,
        "roleassignment": RoleAssignment.objects.get(user=district.helen).pk,
        "guest": Guest.objects.exclude(home_tenant=None).get().pk,
        "settings": Settings.objects.get().pk,
        "accesspolicy": a_policy().pk,
        "passwordpolicy": PasswordPolicy.objects.create().pk,
        "messagetemplate": MessageTemplate.objects.create(name="test", subject="x", text="x").pk,
        "textsettings": TextSettings.objects.create().pk,
        "message": Message.objects.create(
            name="test", channel="sms", to="+14255550100", person=district.sam
        ).pk,
    }
    return paths(INSIDE, "/riverside", keys)


@pytest.fixture
def outside(district, visitors) -> dict[str, str]:  # noqa: F811
    with operators().scope():
        host = HostName.objects.create(host="reset.riverside.example", tenant=district.tenant)
        entry = an_entry()
    domain = EmailDomain.objects.get(tenant=district.tenant)
    keys = {"entry": entry.pk, "tenant": district.tenant.pk, "hostname": host.pk, "emaildomain": domain.pk}
    with operators().scope():
        keys["allowedhost"] = AllowedHost.objects.create(
            host="sms.local", port=443, tenant=district.tenant
        ).pk
        keys["accesspolicy"] = a_policy().pk
    return paths(OUTSIDE, "", keys)


def staff() -> dict[str, Client]:
    browsers = {}
    for name, role in STAFF.items():
        person = make_person(f"{name}@riverside.example", name.title())
        assign(person, role)
        browsers[name] = signed_in(person)
    return browsers


def test_whom_each_page_of_a_tenants_admin_opens_to(inside):
    browsers = staff()
    found = {
        name: {who: browser.get(path).status_code for who, browser in browsers.items()}
        for name, path in inside.items()
    }
    assert found == INSIDE_TABLE


def test_a_tenants_admin_is_closed_to_everybody_else(inside, visitors):  # noqa: F811
    closed = {"anonymous": TO, "operator": TO, "stranger": TO}
    expected = {name: closed.get(name, NO) for name in VISITORS if name != "admin"}
    for name, path in inside.items():
        assert {who: visitors[who].get(path).status_code for who in expected} == expected, name
        assert {who: visitors[who].post(path, {"post": "yes"}).status_code for who in expected} == expected


def test_the_operators_admin(outside, visitors):  # noqa: F811
    found = {name: visitors["operator"].get(path).status_code for name, path in outside.items()}
    assert found == OPERATORS_TABLE
    strangers = [who for who in VISITORS if who != "operator"]
    for path in outside.values():
        assert {visitors[who].get(path).status_code for who in strangers} == {TO}
        assert {visitors[who].post(path, {"post": "yes"}).status_code for who in strangers} == {TO}
