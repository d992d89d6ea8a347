"""Access policies where nobody is known, or somebody of another tenant: self-service, guests, operators."""

import pytest
from django.test import Client

from audit.models import Entry, Result
from directory import operators
from directory.access_policies import State
from directory.door import Initiator
from directory.models import AccessPolicy
from mystaff import evaluation
from tenants import scopes
from tenants.models import OPERATORS_ID, Counter
from tests.mystaff.policies import (
    BLOCKED,
    ELSEWHERE,
    EVALUATED,
    FACTOR,
    HERE,
    confirming,
    evaluated,
    policy,
    proved,
    signed_in,
    with_factor,
)

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
