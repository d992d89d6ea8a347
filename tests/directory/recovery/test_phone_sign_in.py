"""Signing in with a phone number: who may, what the code is worth, and how often it may be tried."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.models import Entry
from directory import actions, roles, schedule, tasks
from directory.connectors import Refused
from directory.door import Initiator
from directory.models import (
    Group,
    GroupMember,
    Invitation,
    OutboxMessage,
    PhoneMethod,
    PhoneSignIn,
    Recovery,
    RoleAssignment,
    Settings,
    TextSettings,
    User,
)
from directory.recovery import flow, phone_sign_in, throttle
from directory.recovery.throttle import Locked
from tests import jobs
from tests.conftest import assign
from tests.directory.recovery.conftest import MOBILE, Visitor, codes_sent, give

UNKNOWN = "+14255550199"
A_MOMENT = timedelta(milliseconds=1)


def ask(number: str = MOBILE) -> tuple[PhoneSignIn, list[str]]:
    """The row, and the codes that arrived."""
    before = OutboxMessage.objects.count()
    row, _token = phone_sign_in.start(number)
    jobs.run()
    return current(row), codes_sent(before)


def current(row: PhoneSignIn) -> PhoneSignIn:
    return PhoneSignIn.objects.get(pk=row.pk)


def phones(person) -> object:
    return PhoneMethod.objects.filter(user=person)


@pytest.fixture
def enabled(district):
    """Sam may sign in with the number."""
    phones(district.sam).update(sms_sign_in=True)
    return district


def test_a_code_by_text_says_who_it_is(enabled):
    row, [code] = ask()
    assert phone_sign_in.prove(row, code) == enabled.sam
    assert OutboxMessage.objects.get().to == MOBILE


def test_it_works_once(enabled):
    row, [code] = ask()
    assert phone_sign_in.prove(row, code)
    assert phone_sign_in.prove(current(row), code) is None


def test_it_lives_five_minutes(enabled, clock):
    row, [code] = ask()
    clock.now += timedelta(minutes=5)
    assert phone_sign_in.prove(row, code) is None
    row, [code] = ask()
    clock.now += timedelta(minutes=5) - A_MOMENT
    assert phone_sign_in.prove(row, code)


def test_the_browser_may_go_on_for_fifteen_minutes(enabled, clock):
    row, token = phone_sign_in.start(MOBILE)
    clock.now += timedelta(minutes=15) - A_MOMENT
    assert phone_sign_in.under_way(token) == row
    clock.now += A_MOMENT
    assert phone_sign_in.under_way(token) is None
    jobs.run()
    assert codes_sent() == []


def test_it_is_good_for_its_own_browser_only(enabled):
    _row, [code] = ask()
    other, [other_code] = ask()
    assert phone_sign_in.prove(other, code) is None or code == other_code


def test_the_last_one_is_the_one_that_works(enabled, clock):
    row, [first] = ask()
    phone_sign_in.ask_for_code(row)
    assert jobs.queued() == []  # ten seconds have not passed
    clock.pass_(seconds=10)
    phone_sign_in.ask_for_code(row)
    jobs.run()
    second = codes_sent()[-1]
    assert first == second or phone_sign_in.prove(current(row), first) is None
    assert phone_sign_in.prove(current(row), second) == enabled.sam


def test_it_opens_no_way_to_a_new_password_and_the_other_way_round(enabled):
    _row, token = phone_sign_in.start(MOBILE)
    assert flow.under_way(token) is None
    assert phone_sign_in.under_way(Visitor(enabled.sam.user_principal_name).token) is None
    assert not Recovery.objects.filter(destination=MOBILE).exists()


def test_the_code_is_stored_hashed_and_the_job_carries_ids(enabled):
    row, [code] = ask()
    assert code not in str(PhoneSignIn.objects.values())
    job = ProcrastinateJob.objects.get(task_name="directory.send_sign_in_code")
    assert set(job.args) == {"tenant", "row"}
    assert job.priority == tasks.URGENT and job.scheduled_at


def test_in_another_tenant_the_number_is_nobodys(enabled, lake):
    with lake.tenant.scope():
        Settings.objects.create(sms_sign_in=True)
        _row, codes = ask()
        assert codes == []


def test_a_number_signs_in_one_person_of_a_tenant(enabled, lake):
    with pytest.raises(IntegrityError), transaction.atomic():
        PhoneMethod.objects.create(user=enabled.omar, number=MOBILE, sms_sign_in=True)
    with lake.tenant.scope():
        PhoneMethod.objects.create(user=lake.ivy, number=MOBILE, sms_sign_in=True)


# Who may


def no_switch(district):
    Settings.objects.update(sms_sign_in=False)


def not_enabled(district):
    phones(district.sam).update(sms_sign_in=False, set_at=timezone.now())


def disabled(district):
    User.objects.filter(pk=district.sam.pk).update(is_active=False)


def a_role(district):
    assign(district.sam, roles.PASSWORD, district.algebra)


def a_role_later(district):
    assign(district.sam, roles.HELPDESK, starts_at=timezone.now() + timedelta(days=90))


def a_role_through_a_group(district):
    group = Group.objects.create(name="Helpers", is_role_assignable=True)
    GroupMember.objects.create(group=group, user=district.sam)


def guest_elsewhere(district):
    invitation = Invitation(user=district.sam, host=district.tenant, guest_id=district.sam.pk)
    invitation.accepted_at = timezone.now()
    invitation.save()


def set_by_a_stranger(district):
    phones(district.sam).update(set_by=district.pia.pk)


def number_removed(district):
    phones(district.sam).delete()


def number_changed(district):
    give(district.sam, mobile="+14255550177")


def number_handed_on(district):
    phones(district.sam).delete()
    PhoneMethod.objects.create(user=district.omar, number=MOBILE, sms_sign_in=True)


def off_and_on_again(district):
    phones(district.sam).update(set_at=timezone.now())


def password_changed(district):
    actions.reset_password(district.sam, "Maple-Bridge-93", by=Initiator(district.maria))


NEVER = [no_switch, not_enabled, disabled, a_role, a_role_later, a_role_through_a_group]
NEVER += [guest_elsewhere, set_by_a_stranger, number_removed, number_changed]


@pytest.mark.parametrize("arrange", NEVER)
def test_whoever_may_not_gets_no_code(enabled, arrange):
    arrange(enabled)
    _row, codes = ask()
    assert codes == []


@pytest.mark.parametrize("arrange", [*NEVER, number_handed_on, off_and_on_again, password_changed])
def test_a_code_is_void_once_something_has_changed(enabled, clock, arrange):
    row, [code] = ask()
    clock.pass_(seconds=1)
    arrange(enabled)
    assert phone_sign_in.prove(row, code) is None


def test_a_number_counts_while_whoever_set_it_may_reach_the_account(enabled):
    phones(enabled.sam).update(set_by=enabled.maria.pk)
    assert len(ask()[1]) == 1
    RoleAssignment.objects.filter(user=enabled.maria).delete()
    assert ask()[1] == []


def test_operators_and_guests_have_none_of_it(enabled, operator, guest_maria, lake):
    for tenant, person in ((operator.tenant, operator), (lake.tenant, guest_maria)):
        with tenant.scope():
            Settings.objects.update_or_create(defaults={"sms_sign_in": True})
            PhoneMethod.objects.create(user=person, number=UNKNOWN, sms_sign_in=True)
            RoleAssignment.objects.filter(user=person).delete()
            assert ask(UNKNOWN)[1] == []


def test_texts_are_limited_by_the_day(enabled):
    TextSettings.objects.create(daily_limit=1)
    assert len(ask()[1]) == 1
    assert ask()[1] == []


# How often


@pytest.mark.parametrize("number", [MOBILE, UNKNOWN])
def test_after_five_texts_in_an_hour_the_sixth_locks_for_an_hour(enabled, clock, number):
    for _n in range(5):
        phone_sign_in.start(number)
    with pytest.raises(Locked):
        phone_sign_in.start(number)
    clock.pass_(minutes=59)
    with pytest.raises(Locked):
        phone_sign_in.start(number)
    clock.pass_(minutes=1)
    phone_sign_in.start(number)


def test_the_fifth_wrong_code_locks_and_the_trail_says_so_once(enabled):
    row, [code] = ask()
    for _n in range(4):
        assert phone_sign_in.prove(row, "wrong") is None
    for guess in ("wrong", "wrong", code):
        with pytest.raises(Locked):
            phone_sign_in.prove(current(row), guess)
    jobs.run()
    [entry] = Entry.objects.filter(activity="Sign-in locked")
    assert entry.target_id == enabled.sam.pk
    assert MOBILE not in str(entry.additional_details)


def test_a_number_that_signs_nobody_in_fills_no_trail(enabled):
    row, codes = ask(UNKNOWN)
    for _n in range(4):
        phone_sign_in.prove(row, "wrong")
    with pytest.raises(Locked):
        phone_sign_in.prove(row, "wrong")
    assert codes == [] and jobs.run() == ["note_phone_lock"]
    assert not Entry.objects.filter(activity="Sign-in locked").exists()


def test_whoever_signs_in_often_is_not_locked_out(enabled, clock):
    for _n in range(12):
        row, [code] = ask()
        assert phone_sign_in.prove(row, code)
        clock.pass_(minutes=2)


def test_a_right_code_forgets_no_wrong_ones(enabled, clock):
    for _n in range(4):
        row, [code] = ask()
        phone_sign_in.prove(row, "wrong")
        assert phone_sign_in.prove(row, code)
        clock.pass_(minutes=61)
    row, _codes = ask()
    with pytest.raises(Locked):
        phone_sign_in.prove(row, "wrong")


def test_a_number_and_a_user_name_are_counted_apart(enabled):
    assert throttle.key_of(MOBILE, "phone") != throttle.key_of(MOBILE)


@pytest.mark.parametrize("deed", ["reset", "unlock"])
def test_a_manager_unlocks_the_number_too(enabled, deed):
    for _n in range(5):
        phone_sign_in.start(MOBILE)
    with pytest.raises(Locked):
        phone_sign_in.start(MOBILE)
    by = Initiator(enabled.maria)
    if deed == "reset":
        actions.reset_password(enabled.sam, "Maple-Bridge-93", by=by)
    else:
        actions.unlock(enabled.sam, by=by)
    phone_sign_in.start(MOBILE)


def test_old_rows_are_cleared(enabled, clock):
    phone_sign_in.start(MOBILE)
    clock.pass_(minutes=30)
    schedule.clear_recoveries.func(0)
    assert PhoneSignIn.objects.exists()
    clock.pass_(minutes=1)
    schedule.clear_recoveries.func(0)
    assert not PhoneSignIn.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_wrong_codes_at_once_five_are_looked_at(enabled):
    row, [code] = ask()
    wrong = f"{(int(code) + 1) % 10**6:06}"

    def guess(_n: int) -> str:
        try:
            with enabled.tenant.scope():
                return "in" if phone_sign_in.prove(current(row), wrong) else "wrong"
        except Locked:
            return "locked"
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(guess, range(200)))
    assert answers.count("wrong") == 4 and answers.count("locked") == 196
    with pytest.raises(Locked):
        phone_sign_in.prove(current(row), code)


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_right_codes_at_once_one_opens(enabled):
    row, [code] = ask()

    def use(_n: int) -> bool:
        try:
            with enabled.tenant.scope():
                return phone_sign_in.prove(current(row), code) is not None
        except Locked:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(use, range(200))) == 1


def test_it_is_not_enabled_for_whoever_holds_a_role(district):
    a_role_later(district)
    with pytest.raises(Refused, match="holds a role"):
        actions.set_sms_sign_in(district.sam, True, by=Initiator(district.admin))
    assert not phones(district.sam).get().sms_sign_in


def test_it_can_still_be_ended_for_them(enabled):
    a_role(enabled)
    actions.set_sms_sign_in(enabled.sam, False, by=Initiator(enabled.admin))
    assert not phones(enabled.sam).get().sms_sign_in
