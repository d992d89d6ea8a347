"""The page of access policies: who may, what the trail keeps, and that nobody shuts themselves out."""

import pytest
from django.core.management import call_command

from audit.models import Entry, Result
from directory import operators, roles
from directory.access_policies import State
from directory.door import Initiator
from directory.models import AccessPolicy, Group, GroupMember, Settings
from tenants import scopes
from tenants.models import OPERATORS_ID
from tests.conftest import assign, make_person
from tests.mystaff.policies import BLOCKED, aged, policy, proved, signed_in
from tests.mystaff.test_admin import form

LIST = "/riverside/admin/directory/accesspolicy/"
ADD = f"{LIST}add/"
HERE = "127.0.0.1/32"


@pytest.fixture
def admin(district):
    return signed_in(district.admin)


def save(browser, where: str = ADD, **typed):
    page = browser.get(where)
    return browser.post(where, form(page) | {"name": "Test"} | typed)


def said(response) -> str:
    return " ".join(response.context["adminform"].form.non_field_errors())


def changes(activity: str) -> dict:
    entry = Entry.objects.get(activity=activity, result=Result.SUCCESS)
    return {one["name"]: (one["oldValue"], one["newValue"]) for one in entry.modified_properties}


def test_a_new_policy_only_reports_and_the_trail_keeps_it(admin):
    assert save(admin, on_portal="on", allowed_networks=" 10.0.0.0/8 \r\n::ffff:1.2.3.4").status_code == 302
    row = AccessPolicy.objects.get()
    assert (row.state, row.allowed_networks) == (State.REPORT_ONLY, "10.0.0.0/8\n1.2.3.4/32")
    kept = changes("Add conditional access policy")
    assert kept["on_portal"] == (None, "True") and kept["allowed_networks"] == (
        None,
        "10.0.0.0/8\n1.2.3.4/32",
    )


def test_old_and_new_values_and_the_end_of_it(admin):
    row = policy(State.REPORT_ONLY, on_portal=True, sign_in_age=60)
    assert save(admin, f"{LIST}{row.pk}/change/", state="on", sign_in_age="90").status_code == 302
    assert changes("Update conditional access policy") == {
        "state": ("report_only", "on"),
        "sign_in_age": ("60", "90"),
    }
    assert admin.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not AccessPolicy.objects.exists()
    assert changes("Delete conditional access policy") == {"deleted": ("Test", None)}
    assert "My Staff" not in admin.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"on_portal": "on"}, "asks for nothing yet"),
        ({"sign_in_age": "60"}, "Choose what it covers"),
        ({"on_portal": "on", "sign_in_age": "4"}, "greater than or equal to 5"),
        ({"on_portal": "on", "allowed_networks": "10.1.2.3/8"}, "Did you mean 10.0.0.0/8?"),
        ({"on_portal": "on", "blocked_networks": "the school"}, "is no network"),
        ({"on_portal": "on", "sign_in_age": "9", "applies_to": "group"}, "Choose a group"),
        ({"on_self_service": "on", "allowed_networks": HERE, "applies_to": "roles"}, "knows nobody yet"),
    ],
)
def test_what_will_not_do_is_refused_with_a_reason(admin, typed, reason):
    response = save(admin, **typed)
    assert reason in response.content.decode()
    assert not AccessPolicy.objects.exists()


def test_many_networks_are_refused(admin):
    many = "\n".join(f"10.0.{n}.0/24" for n in range(201))
    assert "At most 200" in save(admin, on_portal="on", allowed_networks=many).content.decode()


def test_more_than_a_hundred_policies_are_refused(admin):
    rows = [AccessPolicy(name=str(n), on_portal=True, sign_in_age=60) for n in range(100)]
    AccessPolicy.objects.bulk_create(rows)
    assert "At most 100" in save(admin, on_portal="on", sign_in_age="9").content.decode()
    where = f"{LIST}{AccessPolicy.objects.first().pk}/change/"
    assert save(admin, where, sign_in_age="9").status_code == 302


def test_a_name_is_used_once(admin):
    policy(on_portal=True, sign_in_age=60)
    assert "of this name already" in save(admin, on_portal="on", sign_in_age="9").content.decode()


# Nobody shuts themselves out

SHUT_OUT = [
    ({"allowed_networks": "192.0.2.0/24"}, "not in a network that it allows"),
    ({"blocked_networks": HERE}, "not in a network that it allows"),
    ({"second_factor": "on"}, "not used a second factor"),
    ({"sign_in_age": "10"}, "older than it allows"),
]


@pytest.mark.parametrize(("typed", "reason"), SHUT_OUT)
def test_a_policy_that_would_shut_out_who_saves_it_is_refused(district, admin, typed, reason):
    aged(admin, district.admin, 11)
    typed = {"on_admin": "on", "state": "on"} | typed
    response = save(admin, **typed)
    assert response.status_code == 200 and reason in said(response)
    assert not AccessPolicy.objects.exists()
    assert save(admin, **typed | {"state": "report_only"}).status_code == 302
    row = AccessPolicy.objects.get()
    assert reason in said(save(admin, f"{LIST}{row.pk}/change/", **typed))
    assert AccessPolicy.objects.get().state == State.REPORT_ONLY
    assert admin.get(LIST).status_code == 200


def test_one_that_lets_in_who_saves_it_is_saved(district, admin):
    proved(admin, district.admin, "mfa")
    typed = {"second_factor": "on", "allowed_networks": HERE, "sign_in_age": "10"}
    assert save(admin, state="on", on_admin="on", **typed).status_code == 302
    assert admin.get(LIST).status_code == 200


def test_one_for_others_is_saved(district, admin):
    group = Group.objects.create(name="Pilots")
    typed = {"state": "on", "on_admin": "on", "blocked_networks": HERE, "applies_to": "group"}
    assert save(admin, **typed, group=str(group.pk)).status_code == 302
    AccessPolicy.objects.all().delete()
    GroupMember.objects.create(group=group, user=district.admin)
    assert "not in a network" in said(save(admin, **typed, group=str(group.pk)))


def test_one_that_covers_other_surfaces_is_saved(admin):
    assert save(admin, state="on", on_portal="on", blocked_networks=HERE).status_code == 302
    assert admin.get("/riverside/").status_code == 403
    assert admin.get(LIST).status_code == 200


SETTINGS = "/riverside/admin/directory/settings/"


def test_the_switch_does_not_shut_out_who_turns_it_on(district, admin):
    Settings.objects.update(access_policies=False)
    row = policy(on_admin=True, **BLOCKED)
    where = f"{SETTINGS}{Settings.objects.get().pk}/change/"
    response = admin.post(where, form(admin.get(where)) | {"access_policies": "on"})
    assert "would shut you out" in said(response)
    assert not Settings.objects.get().access_policies
    AccessPolicy.objects.filter(pk=row.pk).update(state=State.OFF)
    assert admin.post(where, form(admin.get(where)) | {"access_policies": "on"}).status_code == 302
    assert Settings.objects.get().access_policies


def test_a_tenant_that_shut_out_everyone_is_opened_by_an_operator(district, operator, admin):
    row = policy(on_admin=True, **BLOCKED)
    assert admin.get(LIST).status_code == 403
    with scopes.scope(OPERATORS_ID):
        operators.enter(district.tenant, by=Initiator(operator))
    entered = signed_in(operator, at="")
    assert save(entered, f"{LIST}{row.pk}/change/", state="off").status_code == 302
    assert admin.get(LIST).status_code == 200
    assert Entry.objects.get(
        activity="Update conditional access policy", result="success"
    ).actor_principal_name.startswith("operator@")


def test_and_by_a_command(district, admin):
    policy(on_admin=True, **BLOCKED)
    call_command("company", "riverside", "--access-policies", "off")
    assert admin.get(LIST).status_code == 200
    [change] = Entry.objects.get(
        activity="Update company settings", result=Result.SUCCESS
    ).modified_properties
    assert change == {"name": "access_policies", "oldValue": "True", "newValue": "False"}


def test_operators_who_shut_themselves_out_have_a_command_too(operator, capsys):
    browser = signed_in(operator, at="")
    with scopes.scope(OPERATORS_ID):
        policy(on_admin=True, **BLOCKED)
    assert browser.get("/admin/").status_code == 403
    call_command("operators")
    call_command("operators", "--access-policies", "off")
    assert capsys.readouterr().out == "access-policies: on\naccess-policies: off\n"
    assert browser.get("/admin/").status_code == 200
    with scopes.scope(OPERATORS_ID):
        assert Entry.objects.filter(activity="Update company settings", result=Result.SUCCESS).exists()


# Who may


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (roles.GLOBAL, 200),
        (roles.AUTHENTICATION_POLICY, 403),
        (roles.GLOBAL_READER, 403),
        (roles.PRIVILEGED_ROLE, 403),
        (roles.USER, 403),
    ],
)
def test_who_may(district, sign_in, role, status):
    person = make_person("rita@riverside.example", "Rita Rule")
    assign(person, role)
    browser, row = sign_in(person), policy(on_portal=True, sign_in_age=60)
    for path in (LIST, ADD, f"{LIST}{row.pk}/change/", f"{LIST}{row.pk}/delete/"):
        assert browser.get(path).status_code == status, path
    if status == 403:
        assert browser.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
        assert AccessPolicy.objects.exists()


def test_the_operators_have_policies_of_their_own(district, operator):
    browser = signed_in(operator, at="")
    where = "/admin/directory/accesspolicy/add/"
    assert "not used a second factor" in said(
        save(browser, where, state="on", on_admin="on", second_factor="on")
    )
    proved(browser, operator, "mfa")
    assert save(browser, where, state="on", on_admin="on", second_factor="on").status_code == 302
    assert not AccessPolicy.objects.exists()  # none of Riverside's, in whose scope this test stands
    assert browser.get("/admin/").status_code == 200
    assert signed_in(operator, at="").get("/admin/").headers["Location"] == "/account/"


def test_another_tenants_policy_and_groups_are_not_there(district, lake, admin):
    with lake.tenant.scope():
        theirs = policy(on_portal=True, sign_in_age=60)
        group = Group.objects.create(name="Sailors")
    assert admin.get(f"{LIST}{theirs.pk}/change/").headers["Location"] == "/riverside/admin/"
    assert "Sailors" not in admin.get(ADD).content.decode()
    typed = {"on_portal": "on", "sign_in_age": "60", "applies_to": "group", "group": str(group.pk)}
    assert save(admin, **typed).status_code == 200
    assert not AccessPolicy.objects.exists()


# A group that a policy names


def test_a_group_of_a_policy_is_no_business_of_a_groups_administrator(district, sign_in, admin):
    group = Group.objects.create(name="Pilots")
    gus = make_person("gus@riverside.example", "Gus Groups")
    assign(gus, roles.GROUPS)
    where = f"/riverside/admin/directory/group/{group.pk}/change/"
    assert 'name="_save"' in sign_in(gus).get(where).content.decode()
    policy(on_portal=True, sign_in_age=60, applies_to="group", group=group)
    assert 'name="_save"' not in sign_in(gus).get(where).content.decode()
    response = admin.post(
        f"/riverside/admin/directory/group/{group.pk}/delete/", {"post": "yes"}, follow=True
    )
    assert "by an access policy" in response.content.decode()
    assert Group.objects.filter(pk=group.pk).exists()
