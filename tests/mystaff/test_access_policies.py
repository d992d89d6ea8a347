"""What access policies do to requests: each surface, each outcome, each way in."""

from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from audit.models import Entry, Result
from directory import operators, roles
from directory.access_policies import State
from directory.door import Initiator
from directory.models import AccessPolicy, Group, GroupMember, Settings, User
from mystaff import evaluation
from mystaff.evaluation import TOLD
from tenants import scopes
from tenants.models import OPERATORS_ID, Counter, HostName
from tests.conftest import PASSWORD, assign
from tests.conftest import signed_in as bare

HERE, ELSEWHERE = "127.0.0.1", "192.0.2.0/24"
EVALUATED = "Conditional access policy evaluated"
SURFACES = {"on_portal": "/", "on_account": "/account/", "on_admin": "/admin/"}
BLOCKED, FACTOR, AGE = {"blocked_networks": HERE}, {"second_factor": True}, {"sign_in_age": 10}


def policy(state=State.ON, **fields) -> AccessPolicy:
    made = AccessPolicy(name=fields.pop("name", "Test"), state=state, **fields)
    made.full_clean(exclude=["tenant"])
    made.save()
    return made


def signed_in(person: User, at: str = "/riverside") -> Client:
    """As people do it: with the password, so that the session says so."""
    browser = Client()
    form = {"login": person.user_principal_name, "password": PASSWORD}
    assert browser.post(f"{at}/sign-in/", form).status_code == 302
    return browser


@contextmanager
def session_of(browser: Client, person: User):
    with scopes.scope(person.tenant_id):
        session = browser.session
        yield session
        session.save()


def proved(browser: Client, person: User, method: str, **facts) -> None:
    """What a step of signing in writes into the session."""
    with session_of(browser, person) as session:
        records = session["account_authentication_methods"]
        newest = max(one["at"] for one in records)
        session["account_authentication_methods"] = [*records, {"method": method, "at": newest} | facts]


def aged(browser: Client, person: User, minutes: int) -> None:
    with session_of(browser, person) as session:
        for one in session["account_authentication_methods"]:
            one["at"] -= minutes * 60


def with_factor(person: User) -> None:
    with scopes.scope(person.tenant_id):
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})


def confirming(response) -> dict[str, str]:
    """Where a response leads to for confirming: the path, and what it says there."""
    where = response.headers.get("HX-Redirect") or response.headers["Location"]
    parts = urlsplit(where)
    return {"path": parts.path} | {name: value[0] for name, value in parse_qs(parts.query).items()}


def evaluated() -> list[tuple[str, str, str]]:
    found = Entry.objects.filter(activity=EVALUATED).order_by("sequence")
    return [(one.target_name, one.result, one.result_reason) for one in found]


# Each surface and each outcome


@pytest.mark.parametrize("surface", SURFACES)
def test_a_blocked_network_gets_a_calm_page_and_stays_signed_in(district, surface):
    browser = signed_in(district.admin)
    row = policy(**{surface: True}, **BLOCKED)
    response = browser.get(f"/riverside{SURFACES[surface]}")
    assert response.status_code == 403
    assert "Riverside help desk" in response.content.decode()
    others = [path for name, path in SURFACES.items() if name != surface]
    assert [browser.get(f"/riverside{path}").status_code for path in others] == [200, 200]
    AccessPolicy.objects.filter(pk=row.pk).update(blocked_networks=ELSEWHERE)
    assert browser.get(f"/riverside{SURFACES[surface]}").status_code == 200


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("fields", [FACTOR, AGE], ids=["factor", "age"])
def test_report_only_changes_nothing_but_the_trail(district, surface, fields):
    browser = signed_in(district.admin)
    aged(browser, district.admin, 11)
    policy(State.REPORT_ONLY, **{surface: True}, **fields)
    pages = [*SURFACES.values(), "/account/password/"]
    assert [browser.get(f"/riverside{path}").status_code for path in pages] == [200] * 4
    [(name, result, _reason)] = evaluated()
    assert (name, result) == ("Test", Result.SUCCESS)
    assert {"key": "State", "value": "Report only"} in Entry.objects.get().additional_details


@pytest.mark.parametrize("surface", SURFACES)
def test_a_sign_in_too_old_leads_to_confirm_and_a_newer_proof_back(district, surface):
    browser, path = signed_in(district.admin), f"/riverside{SURFACES[surface]}"
    policy(**{surface: True}, **AGE)
    assert browser.get(path).status_code == 200
    aged(browser, district.admin, 11)
    assert confirming(browser.get(path)) == {"path": "/riverside/confirm/", "next": path}
    proved(browser, district.admin, "password", at=10**12, reauthenticated=True)
    assert browser.get(path).status_code == 200


@pytest.mark.parametrize("surface", ["on_portal", "on_admin"])
def test_without_a_second_factor_only_the_page_to_add_one_opens(district, surface):
    browser = signed_in(district.admin)
    policy(**{surface: True}, on_account=True, **FACTOR)
    response = browser.get(f"/riverside{SURFACES[surface]}")
    assert response.headers["Location"] == "/riverside/account/"
    page = browser.get("/riverside/account/")
    assert page.status_code == 200 and "A second factor is needed" in page.content.decode()
    for path in ("account/password/", "switch/"):
        assert browser.get(f"/riverside/{path}").headers["Location"] == "/riverside/account/"
    answer = browser.post("/riverside/account/", {"accept": "1", "invitation": "1"})
    assert answer.headers["Location"] == "/riverside/account/"  # reading it is all that opens


@pytest.mark.parametrize("surface", SURFACES)
def test_whoever_has_a_second_factor_is_asked_for_it(district, surface):
    browser, path = signed_in(district.admin), f"/riverside{SURFACES[surface]}"
    with_factor(district.admin)
    policy(**{surface: True}, **FACTOR)
    asked = {"path": "/riverside/confirm/", "next": path, "factor": "1"}
    assert confirming(browser.get(path)) == asked
    proved(browser, district.admin, "password", reauthenticated=True)
    assert confirming(browser.get(path)) == asked
    proved(browser, district.admin, "mfa", type="totp")
    assert browser.get(path).status_code == 200


@pytest.mark.parametrize(
    ("method", "facts", "enough"),
    [
        ("mfa", {}, True),
        ("access_pass", {}, True),
        ("federation", {"second_factor": 1}, True),
        ("federation", {}, False),
        ("federation", {"second_factor": 0}, False),
        ("sms", {"second_factor": 1}, False),
        ("badge", {}, False),
    ],
)
def test_what_counts_as_a_second_factor(district, method, facts, enough):
    browser = signed_in(district.maria)
    proved(browser, district.maria, method, **facts)
    policy(on_portal=True, **FACTOR)
    leads_on = browser.get("/riverside/").headers["Location"]
    assert (leads_on != "/riverside/account/") is enough


def test_what_somebody_else_proved_counts_for_nobody(district):
    browser = signed_in(district.maria)
    proved(browser, district.maria, "mfa")
    with session_of(browser, district.maria) as session:
        session["account_authentication_methods_user"] = str(district.tom.pk)
    policy(on_portal=True, **AGE)
    assert confirming(browser.get("/riverside/"))["path"] == "/riverside/confirm/"


def test_a_session_that_says_nothing_of_how_it_began_is_too_old(district):
    policy(on_portal=True, **AGE)
    assert confirming(bare(district.maria).get("/riverside/"))["path"] == "/riverside/confirm/"


# Whom a policy is for


def test_for_whoever_holds_a_role(district):
    policy(on_account=True, applies_to="roles", **BLOCKED)
    assert signed_in(district.maria).get("/riverside/account/").status_code == 403
    assert signed_in(district.sam).get("/riverside/account/").status_code == 200


def test_for_a_group(district):
    group = Group.objects.create(name="Pilots")
    GroupMember.objects.create(group=group, user=district.sam)
    policy(on_account=True, applies_to="group", group=group, **BLOCKED)
    assert signed_in(district.sam).get("/riverside/account/").status_code == 403
    assert signed_in(district.maria).get("/riverside/account/").status_code == 200


def test_another_tenants_policies_are_no_business_of_ours(district, lake):
    with lake.tenant.scope():
        policy(on_account=True, **BLOCKED)
    assert signed_in(district.sam).get("/riverside/account/").status_code == 200


def test_the_tenants_switch_turns_all_of_them_off(district):
    policy(on_account=True, **BLOCKED)
    browser = signed_in(district.sam)
    assert browser.get("/riverside/account/").status_code == 403
    Settings.objects.update(access_policies=False)
    assert browser.get("/riverside/account/").status_code == 200


# Self-service: networks, and nobody known


def test_self_service_opens_from_the_networks_that_are_allowed(district):
    row = policy(on_self_service=True, allowed_networks=ELSEWHERE)
    for path in ("", "send/", "code/", "new/"):
        response = Client().get(f"/riverside/forgot-password/{path}")
        assert response.status_code == 403
        assert "still signed in" not in response.content.decode()
    assert Client().get("/riverside/forgot-password/", REMOTE_ADDR="192.0.2.9").status_code == 200
    AccessPolicy.objects.filter(pk=row.pk).update(state=State.REPORT_ONLY)
    assert Client().get("/riverside/forgot-password/").status_code == 200


def test_a_blocked_name_known_or_not_looks_the_same_and_a_get_writes_nothing(district):
    policy(on_self_service=True, **BLOCKED)
    pages = set()
    for name in ("sam.reed", "no.body"):
        pages.add(Client().post("/riverside/forgot-password/", {"username": name}).content.split(b"<main")[1])
    assert len(pages) == 1
    [(name, result, _reason)] = evaluated()  # once an hour for a network
    assert (name, result) == ("Test", Result.DENIED)
    entry = Entry.objects.get(activity=EVALUATED)
    assert entry.actor_id is None and entry.ip_address == HERE
    lines, counters = Entry.objects.count(), Counter.objects.count()
    Client().get("/riverside/forgot-password/", REMOTE_ADDR=HERE)
    assert (Entry.objects.count(), Counter.objects.count()) == (lines, counters)


def test_nobody_fills_the_trail_from_many_networks(district, monkeypatch):
    monkeypatch.setattr(evaluation, "MOST_VISITORS", 3)
    policy(on_self_service=True, allowed_networks="203.0.113.0/24")
    for number in range(6):
        where = f"198.51.{number}.7"
        assert Client().post("/riverside/forgot-password/", {}, REMOTE_ADDR=where).status_code == 403
    assert len(evaluated()) == 3


def test_a_policy_for_people_says_nothing_in_self_service(district):
    policy(on_self_service=True, on_portal=True, **FACTOR)
    assert Client().get("/riverside/forgot-password/").status_code == 200


# A temporary password


def test_a_temporary_password_is_replaced_before_anything_else_is_asked(district):
    browser = signed_in(district.sam)
    User.objects.filter(pk=district.sam.pk).update(must_change_password=True)
    row = policy(on_account=True, second_factor=True, sign_in_age=5)
    aged(browser, district.sam, 20)
    assert browser.get("/riverside/update-password/").status_code == 200
    AccessPolicy.objects.filter(pk=row.pk).update(blocked_networks=HERE)
    assert browser.get("/riverside/update-password/").status_code == 403


def test_on_a_host_name_of_the_tenants_own(district):
    with scopes.scope(OPERATORS_ID):
        HostName.objects.create(host="reset.riverside.example", tenant=district.tenant)
    at = {"HTTP_HOST": "reset.riverside.example"}
    browser = Client()
    assert browser.post("/sign-in/", {"login": "maria.lopez", "password": PASSWORD}, **at).status_code == 302
    row = policy(on_portal=True, **AGE)
    aged(browser, district.maria, 11)
    person = f"/people/{district.sam.pk}/"
    assert confirming(browser.get(person, **at)) == {"path": "/confirm/", "next": person}
    AccessPolicy.objects.filter(pk=row.pk).update(blocked_networks=HERE)
    assert browser.get(person, **at).status_code == 403


# Guests and operators


def test_a_guest_obeys_the_hosts_policies_with_what_was_proved_at_home(district, lake, guest_maria):
    browser, page = signed_in(district.maria), f"/lakeshore/people/{lake.ivy.pk}/"
    with_factor(district.maria)
    with lake.tenant.scope():
        policy(on_portal=True, **FACTOR)
    asked = {"path": "/riverside/confirm/", "next": page, "factor": "1"}
    assert confirming(browser.get(page)) == asked
    assert browser.get("/riverside/account/").status_code == 200
    with lake.tenant.scope():
        [(_name, result, _reason)] = evaluated()
        assert result == Result.DENIED
        assert Entry.objects.get(activity=EVALUATED).actor_id == guest_maria.pk
    proved(browser, district.maria, "mfa")
    assert browser.get(page).status_code == 200


def test_a_guest_without_a_second_factor_adds_one_at_home(district, lake, guest_maria):
    with lake.tenant.scope():
        policy(on_portal=True, **FACTOR)
    response = signed_in(district.maria).get(f"/lakeshore/people/{lake.ivy.pk}/")
    assert response.headers["Location"] == "/riverside/account/"


def test_the_policies_of_home_are_for_home(district, lake, guest_maria):
    browser = signed_in(district.maria)
    policy(on_portal=True, **BLOCKED)
    assert browser.get(f"/riverside/people/{district.sam.pk}/").status_code == 403
    assert browser.get(f"/lakeshore/people/{lake.ivy.pk}/").status_code == 200


@pytest.fixture
def entered(district, operator):
    with scopes.scope(OPERATORS_ID):
        operators.enter(district.tenant, by=Initiator(operator))
    return signed_in(operator, at="")


def test_no_tenant_shuts_out_an_operator_who_has_entered(district, entered):
    policy(on_admin=True, on_portal=True, **BLOCKED)
    assert entered.get("/riverside/admin/directory/settings/", follow=True).status_code == 200
    assert entered.get("/riverside/").status_code == 200
    assert {result for _name, result, _reason in evaluated()} == {Result.SUCCESS}


def test_an_operator_who_has_entered_obeys_the_operators_policies(district, operator, entered):
    with scopes.scope(OPERATORS_ID):
        policy(on_admin=True, name="Ours", **FACTOR)
    assert entered.get("/riverside/admin/").headers["Location"] == "/account/"
    assert entered.get("/admin/").headers["Location"] == "/account/"
    assert evaluated() == []
    with scopes.scope(OPERATORS_ID):
        assert [name for name, _result, _reason in evaluated()] == ["Ours"]
    with_factor(operator)
    assert confirming(entered.get("/riverside/admin/"))["path"] == "/confirm/"
    proved(entered, operator, "mfa")
    assert entered.get("/riverside/admin/").status_code == 200


# Step-up before a deed

DEEDS = ["reset-password", "phone", "phone/remove", "phone-sign-in"]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_asks_for_a_newer_proof_and_leads_back_to_the_empty_form(district, deed):
    browser, person = signed_in(district.maria), f"/riverside/people/{district.sam.pk}/"
    policy(on_portal=True, confirm_age=5)
    aged(browser, district.maria, 6)
    assert browser.get(person).status_code == 200
    form = f"{person}{deed}/"
    old = User.objects.get(pk=district.sam.pk).password
    data = {"generate": "1", "new_password": "Maple-Bridge-93", "phone_number": "+14255550142"}
    for response in (browser.get(form), browser.post(form, data)):
        assert confirming(response) == {"path": "/riverside/confirm/", "next": form}
        assert "Maple" not in response.headers["Location"]
    with session_of(browser, district.maria) as session:
        assert "Maple" not in str(dict(session))
    assert User.objects.get(pk=district.sam.pk).password == old
    proved(browser, district.maria, "password", at=10**12, reauthenticated=True)
    page = browser.get(form)
    assert page.status_code == 200 and "was not kept" in page.content.decode()


def test_a_button_without_a_page_leads_back_to_the_person(district):
    browser, person = signed_in(district.maria), f"/riverside/people/{district.sam.pk}/"
    policy(on_portal=True, confirm_age=5)
    aged(browser, district.maria, 6)
    assert confirming(browser.post(f"{person}unlock/"))["next"] == person


def test_changes_in_the_admin_are_deeds_too(district):
    browser = signed_in(district.admin)
    policy(on_admin=True, confirm_age=5)
    aged(browser, district.admin, 6)
    assert browser.get("/riverside/admin/directory/user/").status_code == 200
    form = f"/riverside/admin/directory/user/{district.sam.pk}/change/"
    assert confirming(browser.post(form, {"display_name": "X"}))["next"] == form
    assert confirming(browser.get("/riverside/admin/directory/user/add/"))["path"] == "/riverside/confirm/"


# htmx

FRAGMENT = {
    "HTTP_HX_REQUEST": "true",
    "HTTP_HX_CURRENT_URL": "http://testserver/riverside/search/?q=sam",
}


def test_a_fragment_is_answered_with_a_whole_page_to_go_to(district):
    browser = signed_in(district.helen)
    policy(on_portal=True, name="Age", **AGE)
    aged(browser, district.helen, 11)
    response = browser.get("/riverside/search/?q=sa", **FRAGMENT)
    assert response.status_code == 200
    asked = {"path": "/riverside/confirm/", "next": "/riverside/search/?q=sam"}
    assert confirming(response) == asked
    policy(on_portal=True, name="Network", **BLOCKED)
    response = browser.get("/riverside/search/?q=sa", **FRAGMENT)
    assert response.headers["HX-Redirect"] == "/riverside/search/?q=sam"
    assert browser.get(response.headers["HX-Redirect"]).status_code == 403


MADE_UP = ["https://evil.example/riverside/", "//evil.example", "http://testserver//evil.example/x", "x", ""]


@pytest.mark.parametrize("url", MADE_UP)
def test_a_made_up_page_is_led_nowhere_else(district, url):
    browser = signed_in(district.helen)
    policy(on_portal=True, **AGE)
    aged(browser, district.helen, 11)
    headers = FRAGMENT | {"HTTP_HX_CURRENT_URL": url}
    asked = confirming(browser.get("/riverside/search/?q=sa", **headers))
    assert asked["next"] == "/riverside/search/?q=sa"
    policy(on_portal=True, name="Network", **BLOCKED)
    response = browser.get("/riverside/search/?q=sa", **headers)
    assert response.headers["HX-Redirect"] == "/riverside/search/?q=sa"


# Where somebody is


def test_a_visitor_cannot_make_up_the_network(district, settings):
    browser = signed_in(district.sam)
    policy(on_account=True, allowed_networks="203.0.113.0/24")
    made_up = {"HTTP_X_FORWARDED_FOR": "203.0.113.7", "HTTP_X_REAL_IP": "203.0.113.7"}
    made_up |= {"HTTP_FORWARDED": "for=203.0.113.7", "HTTP_CLIENT_IP": "203.0.113.7"}
    assert browser.get("/riverside/account/", **made_up).status_code == 403
    settings.MYSTAFF_PROXY = True
    assert browser.get("/riverside/account/", **made_up).status_code == 200
    made_up["HTTP_X_FORWARDED_FOR"] = "203.0.113.7, 198.51.100.1"  # the last is the proxy's own word
    assert browser.get("/riverside/account/", **made_up).status_code == 403
    assert browser.get("/riverside/account/", HTTP_X_FORWARDED_FOR="nonsense").status_code == 403


# The trail


def test_a_reload_does_not_fill_the_trail(district):
    browser = signed_in(district.maria)
    policy(on_portal=True, on_account=True, **BLOCKED)
    for _time in range(4):
        browser.get("/riverside/")
        browser.get(f"/riverside/people/{district.sam.pk}/")
    assert len(evaluated()) == 1
    browser.get("/riverside/account/")  # another surface
    assert len(evaluated()) == 2
    signed_in(district.maria).get("/riverside/")  # another session
    assert len(evaluated()) == 3


def test_two_first_requests_at_once_write_one_line(district):
    browser = signed_in(district.maria)
    policy(on_portal=True, **BLOCKED)
    browser.get("/riverside/")
    with session_of(browser, district.maria) as session:
        del session[TOLD]  # as the second request found it
    browser.get("/riverside/")
    assert len(evaluated()) == 1


def test_an_entry_names_policy_person_surface_and_network(district):
    policy(on_portal=True, name="School network", **BLOCKED)
    signed_in(district.maria).get("/riverside/")
    entry = Entry.objects.get(activity=EVALUATED)
    assert (entry.target_name, entry.target_type) == ("School network", "AccessPolicy")
    assert (entry.actor_name, entry.ip_address) == ("Maria López", HERE)
    assert entry.result_reason == "Not from this network."
    details = {one["key"]: one["value"] for one in entry.additional_details}
    assert details == {"Source": "My Staff", "Action": "evaluate_access_policy", "State": "On"}


def test_what_is_met_or_off_leaves_no_line(district):
    policy(State.OFF, on_portal=True, name="Off", **BLOCKED)
    policy(on_portal=True, name="Met", allowed_networks=HERE)
    assert signed_in(district.maria).get("/riverside/", follow=True).status_code == 200
    assert evaluated() == []


# What stays open


def test_signing_out_and_in_stays_open(district):
    browser = signed_in(district.maria)
    policy(on_portal=True, on_account=True, on_admin=True, **BLOCKED)
    assert browser.get("/riverside/").status_code == 403
    assert browser.get("/riverside/accent.css").status_code == 200
    assert browser.post("/riverside/sign-out/").headers["Location"] == "/riverside/sign-in/"
    assert browser.get("/riverside/sign-in/").status_code == 200


def test_signing_in_over_another_session_keeps_what_was_proved(district, lake):
    browser = signed_in(district.maria)
    with lake.tenant.scope():
        policy(on_account=True, **AGE)
        assign(lake.ivy, roles.PASSWORD)
    form = {"login": lake.ivy.user_principal_name, "password": PASSWORD}
    assert browser.post("/lakeshore/sign-in/", form).status_code == 302
    assert browser.get("/lakeshore/account/").status_code == 200
