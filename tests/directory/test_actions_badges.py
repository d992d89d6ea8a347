"""Badges and PINs made, ended and reset by managers; PINs chosen by people; and two at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from audit.models import Entry, Result
from directory import actions, badges, roles
from directory.actions.badges import state
from directory.connectors import Refused
from directory.door import Denied, Initiator
from directory.models import Badge, EmailMethod, Message, Pin, Settings, User
from tests.conftest import assign, signed_in
from tests.directory.badges import give, holds, year
from tests.directory.trail import changes, last, outcomes

OWN = "27183405"


def proof_of(made):
    return badges.prove(badges.hashed(made.secret), made.pin, "192.0.2.1")


def test_a_badge_is_made_with_a_temporary_pin(district):
    made = give(district)
    pin = Pin.objects.get(user=district.pia)
    assert holds(made) and pin.must_change and len(made.pin) == 8
    entry = last("Admin registered security info")
    assert (entry.target_id, entry.actor_id) == (district.pia.pk, district.maria.pk)
    assert set(changes("Admin registered security info")) == {"standardQRCode", "QRCodePin"}


def test_neither_secret_nor_pin_is_written_anywhere(district):
    EmailMethod.objects.create(user=district.pia, address="home@example.org")
    made = give(district)
    pin = actions.reset_pin(district.pia, state(district.pia), by=Initiator(district.maria))
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')  # noqa: S608  names of our own
            rows += [row for (row,) in cursor.fetchall()]
    assert any(str(made.badge.pk) in row for row in rows)
    everything = "\n".join(rows)
    assert made.secret not in everything and made.secret.lower() not in everything
    assert f'"{made.pin}"' not in everything and f'"{pin}"' not in everything
    assert made.secret not in repr(made) and made.pin not in repr(made)


def test_a_new_one_of_its_kind_ends_the_old_and_keeps_the_pin(district):
    old = give(district)
    new = give(district)
    new = type(new)(new.badge, new.secret, old.pin)
    assert not holds(old) and holds(new)
    assert Badge.objects.filter(ended_at=None).count() == 1


def test_a_lost_badge_ends_at_once_and_nobody_stays_signed_in(district):
    made = give(district)
    browser = signed_in(User.objects.get(pk=district.pia.pk))
    assert browser.get("/riverside/account/").status_code == 200
    actions.end_badge(district.pia, "standard", by=Initiator(district.maria))
    assert not holds(made)
    assert browser.get("/riverside/account/").status_code == 302
    assert changes("Admin deleted security info") == {"standardQRCode": ("active", "ended")}


def test_replacing_one_signs_out_too_and_a_first_one_does_not(district):
    browser = signed_in(district.pia)
    give(district)
    assert browser.get("/riverside/account/").status_code == 200
    give(district)
    assert browser.get("/riverside/account/").status_code == 302


def test_ending_one_leaves_the_other(district):
    made = give(district)
    give(district, term=badges.temporary(1))
    actions.end_badge(district.pia, "temporary", by=Initiator(district.maria))
    assert holds(made)
    with pytest.raises(Refused, match="no such badge"):
        actions.end_badge(district.pia, "temporary", by=Initiator(district.maria))
    assert outcomes("Admin deleted security info") == [Result.SUCCESS, Result.FAILURE]


def test_a_reset_pin_replaces_the_old_and_signs_out(district):
    made = give(district)
    browser = signed_in(User.objects.get(pk=district.pia.pk))
    pin = actions.reset_pin(district.pia, state(district.pia), by=Initiator(district.maria))
    assert not holds(made) and holds(type(made)(made.badge, made.secret, pin))
    assert browser.get("/riverside/account/").status_code == 302
    assert changes("Admin updated security info") == {"QRCodePin": (None, "temporary")}


def test_without_a_badge_there_is_no_pin_to_reset(district):
    Settings.objects.update(qr_badges=True)
    with pytest.raises(Refused, match="no badge"):
        actions.reset_pin(district.pia, state(district.pia), by=Initiator(district.maria))


def test_a_person_chooses_a_pin_once_for_each_proof(district):
    made = give(district)
    proof = proof_of(made)
    actions.change_pin(proof, OWN, by=Initiator(district.pia))
    assert not holds(made) and holds(type(made)(made.badge, made.secret, OWN))
    assert not Pin.objects.get().must_change
    with pytest.raises(Refused, match="a moment ago"):
        actions.change_pin(proof, "51840273", by=Initiator(district.pia))
    assert last("User updated security info").actor_id == district.pia.pk


def test_the_temporary_pin_cannot_be_chosen(district):
    made = give(district)
    with pytest.raises(Refused, match="another PIN"):
        actions.change_pin(proof_of(made), made.pin, by=Initiator(district.pia))


# Who may, and for whom


@pytest.mark.parametrize("who", ["tom", "sam", "pia"])
def test_who_may_not_reset_the_password_makes_no_badge(district, who):
    give(district)
    by, seen = Initiator(getattr(district, who)), state(district.pia)
    for deed, args in (
        (actions.add_badge, (year(), seen)),
        (actions.end_badge, ("standard",)),
        (actions.reset_pin, (seen,)),
    ):
        with pytest.raises(Denied):
            deed(district.pia, *args, by=by)
    assert Badge.objects.filter(ended_at=None).count() == 1


def test_nobody_chooses_anothers_pin(district):
    made = give(district)
    with pytest.raises(Denied):
        actions.change_pin(proof_of(made), OWN, by=Initiator(district.admin))


def test_the_help_desk_may_too_though_it_changes_no_phones(district):
    Settings.objects.update(qr_badges=True)
    assert actions.add_badge(district.pia, year(), "", by=Initiator(district.helen)).secret


def test_whoever_holds_a_role_gets_none(district):
    Settings.objects.update(qr_badges=True)
    assign(district.sam, roles.PASSWORD, district.lincoln_students)
    with pytest.raises(Refused, match="Sam holds a role"):
        actions.add_badge(district.sam, year(), "", by=Initiator(district.maria))


def test_where_the_tenant_has_none_none_is_made_but_one_can_be_ended(district):
    made = give(district)
    Settings.objects.update(qr_badges=False)
    for deed, args in ((actions.add_badge, (year(),)), (actions.reset_pin, ())):
        with pytest.raises(Refused, match="switched off"):
            deed(district.pia, *args, state(district.pia), by=Initiator(district.maria))
    actions.end_badge(district.pia, "standard", by=Initiator(district.maria))
    assert not holds(made)


def test_who_has_an_address_is_told(district):
    EmailMethod.objects.create(user=district.pia, address="home@example.org")
    made = give(district)
    actions.change_pin(proof_of(made), OWN, by=Initiator(district.pia))
    actions.reset_pin(district.pia, state(district.pia), by=Initiator(district.maria))
    actions.end_badge(district.pia, "standard", by=Initiator(district.maria))
    told = list(Message.objects.order_by("at").values_list("name", flat=True))
    assert told == ["badge_added", "pin_changed", "pin_reset", "badge_ended"]
    assert made.pin not in json.dumps(list(Message.objects.values()), default=str)


# Two at once


def test_a_page_that_is_out_of_date_makes_none(district):
    Settings.objects.update(qr_badges=True)
    seen = state(district.pia)
    give(district)
    with pytest.raises(Refused, match="a moment ago"):
        actions.add_badge(district.pia, year(), seen, by=Initiator(district.helen))


@pytest.mark.django_db(transaction=True)
def test_of_many_managers_at_once_one_hands_over_a_badge_that_opens(district):
    Settings.objects.update(qr_badges=True)
    tenant, seen, gate = district.tenant, state(district.pia), Barrier(6)

    def make(_number: int):
        try:
            with tenant.scope():
                gate.wait()
                return actions.add_badge(district.pia, year(), seen, by=Initiator(district.maria))
        except Refused:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        made = [one for one in threads.map(make, range(6)) if one]
    assert len(made) == 1 and holds(made[0])
    assert Entry.objects.filter(result=Result.FAILURE).count() == 5
