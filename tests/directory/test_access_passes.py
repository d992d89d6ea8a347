"""Temporary access passes: how long, how often, by whom, for whom; and what ends them."""

import re
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from audit.models import Entry, Result
from directory import access_passes, actions, schedule, verbs
from directory.connectors import Refused
from directory.door import Denied, Initiator
from directory.models import AccessPass, Message, Settings, User
from tenants.models import Tenant

SAM = "sam.reed@riverside.example"


def give(district, minutes: int = 60, one_time: bool = False, by: str = "maria", to: str = "sam") -> str:
    return actions.give_access_pass(
        getattr(district, to), minutes=minutes, one_time=one_time, by=Initiator(getattr(district, by))
    )


def works(code: str, name: str = SAM) -> bool:
    return access_passes.claim(name, code) is not None


def test_a_pass_is_long_clear_and_never_the_same():
    made = {access_passes.make() for _n in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"([DFHLMNRTdfhnrt3479]{4}-){3}[DFHLMNRTdfhnrt3479]{4}", code) for code in made)


def test_it_lets_its_person_in_and_nobody_else(district):
    code = give(district)
    assert works(code) and works(code)  # for a time: as often as one likes
    assert works(code.replace("-", " ")) and works(f"  {code} ") and works(code, SAM.upper())
    assert not works(code, "omar.diaz@riverside.example") and not works(code, "nobody@riverside.example")
    assert not works(code.swapcase()) and not works("") and not works(code[:-1])


@pytest.mark.parametrize(("minutes", "given"), [(9, False), (10, True), (43_200, True), (43_201, False)])
def test_it_lasts_between_ten_minutes_and_thirty_days(district, clock, minutes, given):
    if not given:
        with pytest.raises(Refused, match="between 10 minutes and 30 days"):
            give(district, minutes)
        return
    code = give(district, minutes)
    clock.pass_(minutes=minutes, seconds=-1)
    assert works(code)
    clock.pass_(seconds=1)
    assert not works(code)


def test_one_for_one_sign_in_works_once(district):
    code = give(district, one_time=True)
    assert works(code) and not works(code)


@pytest.mark.django_db(transaction=True)
def test_one_for_one_sign_in_works_once_however_many_ask_at_once(district):
    code, took = give(district, one_time=True), []

    def ask() -> None:
        try:
            with Tenant(pk=district.tenant.pk).scope():
                took.append(works(code))
        finally:
            connection.close()

    threads = [Thread(target=ask) for _n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert took.count(True) == 1 and len(took) == 12


def test_a_new_one_ends_the_old(district):
    old = give(district)
    new = give(district)
    assert not works(old) and works(new)
    assert AccessPass.objects.count() == 1


@pytest.mark.parametrize("end", ["ended", "reset", "disabled", "enabled again", "switched off", "revoked"])
def test_what_ends_it(district, clock, end):
    code, admin = give(district), Initiator(district.admin)
    clock.pass_(minutes=1)
    if end == "ended":
        actions.end_access_pass(district.sam, by=Initiator(district.maria))
    elif end == "reset":
        actions.reset_password(district.sam, "Maple-Bridge-93", by=admin)
    elif end == "switched off":
        Settings.objects.update(temporary_access_pass=False)
    elif end == "revoked":
        district.sam.revoke_sessions()
        district.sam.save()
    else:
        actions.disable_user(district.sam, by=admin)
        if end == "enabled again":
            actions.enable_user(district.sam, by=admin)
    assert not works(code)


def test_ending_one_that_was_used_ends_sessions(district):
    before = User.objects.get(pk=district.sam.pk).sessions_valid_from
    give(district)
    actions.end_access_pass(district.sam, by=Initiator(district.maria))
    assert User.objects.get(pk=district.sam.pk).sessions_valid_from == before
    assert works(give(district))
    actions.end_access_pass(district.sam, by=Initiator(district.maria))
    assert User.objects.get(pk=district.sam.pk).sessions_valid_from > before
    with pytest.raises(Refused):
        actions.end_access_pass(district.sam, by=Initiator(district.maria))


# Who, to whom


@pytest.mark.parametrize(
    ("by", "to", "allowed"),
    [
        ("admin", "sam", True),
        ("admin", "maria", True),
        ("maria", "sam", True),
        ("maria", "pia", True),
        ("maria", "maria", False),
        ("maria", "omar", False),
        ("maria", "admin", False),
        ("helen", "sam", False),
        ("tom", "nora", False),
        ("sam", "sam", False),
    ],
)
@pytest.mark.parametrize("deed", ["give", "end", "clear"])
def test_who_may(district, by, to, allowed, deed):
    who, whom = Initiator(getattr(district, by)), getattr(district, to)
    give(district, by="admin", to=to) if deed == "end" and to != "admin" else None
    deeds = {
        "give": lambda: actions.give_access_pass(whom, minutes=60, one_time=False, by=who),
        "end": lambda: actions.end_access_pass(whom, by=who),
        "clear": lambda: actions.clear_factors(whom, by=who),
    }
    if allowed:
        deeds[deed]()
    else:
        with pytest.raises(Denied):
            deeds[deed]()


def test_all_three_go_by_the_table_for_authentication_methods():
    for action in (verbs.GIVE_ACCESS_PASS, verbs.END_ACCESS_PASS, verbs.CLEAR_FACTORS):
        assert action.table is verbs.ADD_PHONE.table


def test_not_for_guests_nor_disabled_people_nor_where_it_is_off(district, lake, guest_maria):
    with lake.tenant.scope(), pytest.raises(Denied):
        actions.give_access_pass(guest_maria, minutes=60, one_time=False, by=Initiator(lake.admin))
    User.objects.filter(pk=district.sam.pk).update(is_active=False)
    with pytest.raises(Refused, match="disabled"):
        give(district)
    Settings.objects.update(temporary_access_pass=False)
    with pytest.raises(Refused, match="switched off"):
        give(district, to="pia")


def test_a_pass_of_one_tenant_is_none_in_another(district, lake):
    code = give(district)
    with lake.tenant.scope():
        assert not works(code) and not works(code, lake.ivy.user_principal_name)
        assert not AccessPass.objects.exists()


def test_the_trail_and_the_table_do_not_hold_it(district):
    code = give(district, one_time=True)
    entry = Entry.objects.filter(result=Result.SUCCESS, target_id=district.sam.pk).get()
    assert entry.activity == "Admin registered security info"
    stored = f"{entry.modified_properties}{entry.additional_details}{AccessPass.objects.values()}"
    assert code not in stored and code.replace("-", "") not in stored
    assert {"key": "Usable once", "value": "True"} in entry.additional_details
    assert [message.name for message in Message.objects.all()] == ["access_pass_given"]


def test_profiles_know_whether_one_is_live(district, clock):
    assert access_passes.live_pass_of(district.sam) is None
    give(district, minutes=10)
    assert access_passes.live_pass_of(district.sam)
    clock.pass_(**{"seconds": timedelta(minutes=10).total_seconds()})
    assert access_passes.live_pass_of(district.sam) is None


def test_a_pass_that_is_over_is_deleted_within_the_hour(district, clock):
    give(district, minutes=10)
    clock.pass_(minutes=9)
    schedule.clear_recoveries(timestamp=0)
    assert AccessPass.objects.exists()
    clock.pass_(minutes=2)
    schedule.clear_recoveries(timestamp=0)
    assert not AccessPass.objects.exists()
