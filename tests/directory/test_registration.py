"""Who has to register before anything else, what counts, and when it is asked again."""

from datetime import timedelta

import pytest

from directory import actions, registration, roles
from directory.door import Denied, Initiator
from directory.models import AdministrativeUnit, EmailMethod, Group, PhoneMethod, Settings, User
from directory.registration import State
from tests.conftest import assign
from tests.directory.security_info.test_proofs import ask, prove
from tests.directory.trail import changes, outcomes

A_MOMENT = timedelta(milliseconds=1)
ALL = "User registered all required security info"


def state(person: User) -> State:
    return registration.state(User.objects.get(pk=person.pk))


def require(**settings) -> None:
    Settings.objects.update(**{"registration_required": "all"} | settings)


def prove_email(person: User, address: str = "new@example.org") -> None:
    assert prove(User.objects.get(pk=person.pk), ask(person, destination=address))


def prove_mobile(person: User, number: str = "+14255550177") -> None:
    assert prove(User.objects.get(pk=person.pk), ask(person, "mobile", number), "mobile")


def test_by_default_nobody_is_asked(district):
    assert {state(person) for person in User.objects.all()} == {State.DONE}


def test_what_was_not_proved_does_not_count(district):
    require()
    assert state(district.sam) == State.REGISTER  # an address and a number, set by others
    prove_email(district.sam, "sam.home@example.org")
    assert state(district.sam) == State.DONE
    assert outcomes(ALL) == ["success"]


@pytest.mark.parametrize("required", [1, 2])
def test_as_many_ways_as_a_reset_needs(district, required):
    require(methods_required=required)
    prove_email(district.sam)
    assert state(district.sam) == (State.DONE if required == 1 else State.REGISTER)
    prove_mobile(district.sam)
    assert state(district.sam) == State.DONE
    assert outcomes(ALL) == ["success"]  # said once


def test_whoever_holds_a_role_needs_two(district):
    require()
    prove_email(district.maria)
    assert registration.missing(district.maria) == 1
    prove_mobile(district.maria)
    assert state(district.maria) == State.DONE


def test_an_alternate_or_office_phone_is_no_way(district):
    require()
    prove(district.omar, ask(district.omar, "alternateMobile", "+14255550177"), "alternateMobile")
    actions.set_office_phone("+14255550178", by=Initiator(district.omar))
    assert state(district.omar) == State.REGISTER


def test_nobody_is_asked_for_a_text_where_none_goes(district):
    require(methods_required=2)
    assert registration.missing(district.pia) == 1  # a pupil: texts go to staff
    prove_email(district.pia)
    assert state(district.pia) == State.DONE


def test_whoever_holds_a_role_or_may_hold_one(district):
    require(registration_required="roles")
    group = Group.objects.create(name="Helpers", is_role_assignable=True)
    group.members.add(district.nora)
    asked = {person.given_name for person in User.objects.all() if state(person) == State.REGISTER}
    assert asked == {"Ada", "Helen", "Maria", "Tom", "Nora"}


def test_a_selected_group(district):
    group = Group.objects.create(name="Office")
    group.members.add(district.omar)
    require(registration_required="selected", registration_group=group)
    assert {p.given_name for p in User.objects.all() if state(p) == State.REGISTER} == {"Omar"}


# Again


def test_one_person_is_asked_again(district, clock):
    prove_email(district.sam)
    clock.pass_(days=1)
    actions.require_registration(district.sam, by=Initiator(district.maria))
    assert state(district.sam) == State.REGISTER and state(district.omar) == State.DONE
    old, new = changes("Admin updated security info")["registrationFrom"]
    assert old is None and new == clock.now.isoformat()
    clock.pass_(minutes=1)
    prove_email(district.sam)
    assert state(district.sam) == State.DONE
    assert outcomes(ALL) == ["success"]


def test_what_was_proved_at_that_very_moment_counts(district, clock):
    prove_email(district.sam)
    Settings.objects.update(registration_from=clock.now)
    assert state(district.sam) == State.DONE
    Settings.objects.update(registration_from=clock.now + A_MOMENT)
    assert state(district.sam) == State.DONE  # it is not that late yet
    clock.now += A_MOMENT
    assert state(district.sam) == State.REGISTER


def test_a_location_is_asked_again_with_all_below(district, clock):
    for person in (district.sam, district.omar):
        prove_email(person, f"{person.given_name.lower()}@example.org")
    clock.pass_(days=1)
    actions.require_registration_in(district.lincoln, by=Initiator(district.admin))
    assert state(district.sam) == State.REGISTER  # staff below Lincoln
    assert state(district.omar) == State.DONE
    assert state(district.pia) == State.DONE  # never had anything, and nobody requires it
    assert "registrationFrom" in changes("Update administrative unit")


def test_all_are_asked_again_but_who_has_nothing(district, clock):
    Settings.objects.update(registration_from=clock.now)
    asked = {person.given_name for person in User.objects.all() if state(person) == State.REGISTER}
    assert asked == {"Sam"}


def test_who_has_nothing_is_asked_where_somebody_asks_just_them(district):
    actions.require_registration(district.pia, by=Initiator(district.maria))
    assert state(district.pia) == State.REGISTER


@pytest.mark.parametrize(
    ("role", "may"),
    [(roles.AUTHENTICATION, True), (roles.PRIVILEGED_AUTHENTICATION, True), (roles.PASSWORD, False)]
    + [(roles.HELPDESK, False), (roles.USER, False), (roles.GROUPS, False)],
)
def test_who_may_ask_again(district, role, may):
    assign(district.omar, role)
    by = Initiator(User.objects.get(pk=district.omar.pk))
    if may:
        actions.require_registration(district.sam, by=by)
    else:
        with pytest.raises(Denied):
            actions.require_registration(district.sam, by=by)
    assert bool(User.objects.get(pk=district.sam.pk).registration_from) == may
    with pytest.raises(Denied):
        actions.require_registration_in(district.lincoln, by=by)
    with pytest.raises(Denied):
        actions.require_registration(district.omar, by=by)
    assert not AdministrativeUnit.objects.exclude(registration_from=None).exists()


# Reviews


@pytest.mark.parametrize("days", [1, 730])
def test_it_is_looked_at_again_after_so_many_days(district, clock, days):
    require(registration_review_days=days)
    prove_email(district.sam)
    clock.now += timedelta(days=days) - A_MOMENT
    assert state(district.sam) == State.DONE
    clock.now += A_MOMENT
    assert state(district.sam) == State.REVIEW
    actions.review_security_info(by=Initiator(district.sam))
    assert state(district.sam) == State.DONE
    assert outcomes("User reviewed security info") == ["success"]


def test_never_where_it_says_0_and_of_nobody_who_need_not_register(district, clock):
    require()
    prove_email(district.sam)
    clock.pass_(days=10_000)
    assert state(district.sam) == State.DONE
    require(registration_required="nobody", registration_review_days=1)
    assert state(district.sam) == State.DONE


@pytest.mark.parametrize(("days", "fits"), [(0, True), (730, True), (731, False)])
def test_between_0_and_730_days(district, days, fits):
    row = Settings.current()
    row.registration_review_days = days
    assert fits == ("registration_review_days" not in problems(row))


def test_a_group_has_to_be_chosen(district):
    row = Settings.current()
    row.registration_required = "selected"
    assert "registration_group" in problems(row)


def problems(row: Settings) -> dict:
    from django.core.exceptions import ValidationError

    try:
        row.full_clean()
    except ValidationError as error:
        return error.message_dict
    return {}


def test_removed_it_is_missing_again(district):
    require()
    prove_email(district.sam)
    EmailMethod.objects.all().delete()
    PhoneMethod.objects.all().delete()
    assert state(district.sam) == State.REGISTER
