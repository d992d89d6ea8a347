"""What access policies do to requests: each surface, each outcome, whoever asks."""

import pytest
from django.test import Client

from audit.models import Entry, Result
from directory import roles
from directory.access_policies import State
from directory.models import AccessPolicy, Group, GroupMember, Settings, User
from tenants import scopes
from tenants.models import OPERATORS_ID, HostName
from tests.conftest import PASSWORD, assign
from tests.conftest import signed_in as bare
from tests.mystaff.policies import (
    AGE,
    BLOCKED,
    ELSEWHERE,
    FACTOR,
    HERE,
    SURFACES,
    aged,
    confirming,
    evaluated,
    policy,
    proved,
    session_of,
    signed_in,
    with_factor,
)

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
