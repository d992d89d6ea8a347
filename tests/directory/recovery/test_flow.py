"""The way back: what is sent, what is proved, how long it holds, and that it can be gone once."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.models import Entry, Result
from directory import actions, roles, schedule, tasks
from directory.connectors import Refused
from directory.door import Initiator
from directory.models import (
    Access,
    Channel,
    EmailMethod,
    Group,
    GroupMember,
    Message,
    OutboxMessage,
    Recovery,
    RoleAssignment,
    Settings,
    User,
    Way,
)
from directory.recovery import eligibility, flow, throttle
from directory.recovery.flow import Step
from directory.recovery.throttle import Locked
from tests import jobs
from tests.conftest import PASSWORD, assign, make_person
from tests.directory.recovery.conftest import HOME, MOBILE, OWN, Visitor, codes_sent, give

A_MOMENT = timedelta(milliseconds=1)


def recover(visitor: Visitor, password: str = OWN) -> None:
    actions.recover_password(visitor.current, password, ip_address="203.0.113.7")


def current(person: User) -> User:
    return User.objects.get(pk=person.pk)


@pytest.mark.parametrize(("way", "destination"), [(Way.EMAIL, HOME), (Way.SMS, MOBILE)])
def test_a_code_leads_to_a_new_password(district, sam, way, destination):
    assert sam.step == Step.SEND
    [code] = sam.ask(way, destination)
    assert sam.step == Step.CODE
    assert flow.prove(sam.current, code)
    assert sam.step == Step.PASSWORD
    recover(sam)
    person = current(district.sam)
    assert person.check_password(OWN) and not person.must_change_password
    assert person.sessions_valid_from > district.sam.sessions_valid_from
    assert flow.under_way(sam.token) is None


def test_the_trail_says_what_the_person_did_and_no_secret(district, sam):
    [code] = sam.ask()
    flow.prove(sam.current, code)
    recover(sam)
    attempted, success = Entry.objects.filter(activity="Reset password (self-service)").order_by(
        "activity_at"
    )
    assert (attempted.result, success.result) == (Result.ATTEMPTED, Result.SUCCESS)
    assert success.actor_id == success.target_id == district.sam.pk
    assert success.ip_address == "203.0.113.7"
    assert {"key": "Ways", "value": "email"} in success.additional_details
    assert {"key": "Source", "value": "Self-service"} in success.additional_details
    assert attempted.result_reason == success.result_reason == ""
    [step] = Entry.objects.filter(activity="Self-service password reset flow activity progress")
    assert step.result == Result.SUCCESS
    assert {"key": "Way", "value": "Email my alternate address"} in step.additional_details
    everything = str([list(entry.values()) for entry in [*Entry.objects.values()]])
    assert code not in everything and OWN not in everything and HOME not in everything


def test_addresses_are_compared_without_case(sam):
    assert len(sam.ask(Way.EMAIL, HOME.upper())) == 1


# Small letters of these are an ordinary k and s: the mailbox may be somebody else's.
@pytest.mark.parametrize("on_file", ["sam.kline@example.org", "strasse@example.org"])
def test_a_code_goes_to_what_is_on_file_and_never_to_what_was_typed(district, sam, on_file):
    give(district.sam, email=on_file)
    sam.ask(Way.EMAIL, on_file.replace("k", "\u212a").replace("ss", "\u017fs"))
    assert {to for message in mail.outbox for to in message.to} <= {on_file}


@pytest.mark.parametrize(("way", "typed"), [(Way.EMAIL, "sam.home@example.com"), (Way.SMS, "+14255550101")])
def test_what_is_not_on_file_gets_nothing(sam, way, typed):
    assert sam.ask(way, typed) == []
    assert sam.step == Step.CODE
    assert not flow.prove(sam.current, "000000")


def test_a_code_lives_five_minutes(clock, sam):
    [code] = sam.ask()
    clock.now += timedelta(minutes=5) - A_MOMENT
    assert flow.prove(sam.current, code)


def test_after_five_minutes_a_code_is_worth_nothing(clock, sam):
    [code] = sam.ask()
    clock.now += timedelta(minutes=5)
    assert not flow.prove(sam.current, code)


def test_the_way_back_is_open_for_fifteen_minutes(clock, sam):
    clock.now += timedelta(minutes=15) - A_MOMENT
    assert flow.under_way(sam.token) == sam.recovery
    clock.now += A_MOMENT
    assert flow.under_way(sam.token) is None
    assert sam.ask() == []  # a job that comes too late


def test_a_code_works_once(sam):
    [code] = sam.ask()
    assert flow.prove(sam.current, code)
    assert not flow.prove(sam.current, code)


def test_the_last_code_is_the_one_that_works(clock, sam):
    [first] = sam.ask()
    clock.pass_(seconds=10)
    [second] = sam.ask()
    if first != second:
        assert not flow.prove(sam.current, first)
    assert flow.prove(sam.current, second)


def test_asked_again_within_ten_seconds_nothing_happens(clock, sam):
    [code] = sam.ask()
    clock.now += timedelta(seconds=10) - A_MOMENT
    assert sam.ask() == []
    assert flow.prove(sam.current, code)
    throttle.count(sam.recovery.name_key, "email")


def test_a_code_is_good_for_its_own_way_back_only(district, sam):
    other = Visitor(district.sam.user_principal_name)
    [code] = sam.ask()
    other.ask()
    assert not flow.prove(other.current, code) or codes_sent()[0] == codes_sent()[1]


def test_codes_are_six_digits_and_stored_hashed(sam):
    [code] = sam.ask()
    assert len(code) == 6 and code not in str(Recovery.objects.values())


def test_jobs_carry_ids_only(sam):
    flow.ask_for_code(sam.current, Way.EMAIL, HOME)
    [job] = ProcrastinateJob.objects.filter(task_name="directory.send_code")
    assert set(job.args) == {"tenant", "recovery"}
    assert "sam" not in str(job.args)


# Two ways


@pytest.fixture
def two_needed(district) -> None:
    Settings.objects.update(methods_required=2)


def test_the_tenant_can_ask_for_two_ways(sam, two_needed):
    assert sam.prove()
    assert sam.step == Step.SEND
    assert sam.prove(Way.SMS, MOBILE)
    assert sam.step == Step.PASSWORD
    recover(sam)


def test_one_way_twice_is_not_two(clock, sam, two_needed):
    sam.prove()
    clock.pass_(seconds=11)
    assert sam.ask() == []
    assert sam.step == Step.SEND
    with pytest.raises(Refused):
        recover(sam)
    Recovery.objects.update(proved=[Way.EMAIL, Way.EMAIL])
    assert sam.step == Step.SEND


def hold_directly(district):
    assign(district.sam, roles.PASSWORD, district.algebra)


def hold_through_a_group(district):
    group = Group.objects.create(name="Helpers", is_role_assignable=True)
    GroupMember.objects.create(group=group, user=district.sam)
    assign(group, roles.HELPDESK, district.algebra)


def hold_later(district):
    assign(district.sam, roles.HELPDESK, starts_at=timezone.now() + timedelta(days=90))


@pytest.mark.parametrize("hold", [hold_directly, hold_through_a_group, hold_later])
def test_whoever_holds_any_role_needs_two_ways(district, sam, hold):
    hold(district)
    sam.prove()
    assert sam.step == Step.SEND


def test_a_role_that_is_over_asks_for_nothing(district, sam):
    assign(district.sam, roles.HELPDESK, ends_at=timezone.now() - timedelta(days=1))
    sam.prove()
    assert sam.step == Step.PASSWORD


def test_a_role_given_meanwhile_asks_for_a_second_way(district, sam):
    sam.prove()
    hold_directly(district)
    with pytest.raises(Refused):
        recover(sam)
    assert current(district.sam).check_password(PASSWORD)


# What ends it


def test_a_code_is_void_once_the_password_has_changed(district, sam):
    sam.prove()
    actions.reset_password(district.sam, "Maple-Bridge-93", by=Initiator(district.maria))
    assert sam.step == Step.OVER
    with pytest.raises(Refused):
        recover(sam)
    assert current(district.sam).check_password("Maple-Bridge-93")


def test_one_way_back_is_gone_once(district, sam):
    other = Visitor(district.sam.user_principal_name)
    sam.prove(), other.prove(Way.SMS, MOBILE)
    recover(sam)
    with pytest.raises(Refused, match="^This way back into the account is over. Please begin again.$"):
        recover(other, "Copper-Meadow-61")
    assert current(district.sam).check_password(OWN)


def test_a_person_switched_off_meanwhile_gets_nowhere(district, sam):
    sam.prove()
    User.objects.filter(pk=district.sam.pk).update(is_active=False)
    assert sam.step == Step.OVER


@pytest.mark.parametrize("new", ["", "sam.other@example.org"])
def test_an_address_taken_off_or_replaced_meanwhile_proves_nothing(district, clock, new):
    give(district.sam, email="stranger@example.net")
    stranger = Visitor(district.sam.user_principal_name)
    assert stranger.prove(Way.EMAIL, "stranger@example.net")
    clock.pass_(seconds=1)
    if new:
        give(district.sam, email=new)
    else:
        EmailMethod.objects.filter(user=district.sam).delete()
    assert stranger.step == Step.OVER
    with pytest.raises(Refused):
        recover(stranger)


def test_an_address_put_on_file_meanwhile_proves_who_it_is(district, clock):
    nora = Visitor(district.nora.user_principal_name)
    clock.pass_(minutes=2)  # on the telephone with whoever looks after the account
    give(district.nora, email="nora@home.example", by=district.admin)
    assert nora.prove(Way.EMAIL, "nora@home.example")
    assert nora.step == Step.PASSWORD


def test_an_address_whose_setter_lost_the_role_meanwhile_proves_nothing(district):
    give(district.sam, email="stranger@example.net", by=district.maria)
    stranger = Visitor(district.sam.user_principal_name)
    assert stranger.prove(Way.EMAIL, "stranger@example.net")
    RoleAssignment.objects.filter(user=district.maria).delete()
    assert stranger.step == Step.OVER


def test_a_way_back_begun_for_one_person_is_not_good_for_the_next_of_that_name(district, sam):
    sam.prove()
    name = district.sam.user_principal_name
    User.objects.filter(pk=district.sam.pk).update(user_principal_name="sam.old@riverside.example")
    make_person(name, "Samantha Reed")
    assert sam.step == Step.OVER


def test_five_wrong_codes_lock_and_are_in_the_trail(district, sam):
    sam.ask()
    for _n in range(4):
        assert not flow.prove(sam.current, "wrong")
    with pytest.raises(Locked):
        flow.prove(sam.current, "wrong")
    with pytest.raises(Locked):
        Visitor(district.sam.user_principal_name)
    for _n in range(3):  # from a browser that was on its way already
        with pytest.raises(Locked):
            flow.prove(sam.current, "wrong")
    jobs.run()
    steps = Entry.objects.filter(activity="Self-service password reset flow activity progress")
    assert [entry.result for entry in steps] == [Result.FAILURE] * 5
    blocked = Entry.objects.get(activity="Blocked from self-service password reset")
    assert blocked.target_id == district.sam.pk


def test_a_managers_reset_and_an_unlock_open_it_again(district, sam):
    def lock():
        for _n in range(6):
            with pytest.raises(Locked):
                for _m in range(6):
                    throttle.count(sam.recovery.name_key, "sms")

    lock()
    actions.reset_password(district.sam, OWN, by=Initiator(district.maria))
    assert throttle.locked_until(sam.recovery.name_key) is None
    lock()
    actions.unlock(current(district.sam), by=Initiator(district.maria))
    assert throttle.locked_until(sam.recovery.name_key) is None
    assert Entry.objects.filter(activity="Unlock user account (by admin)", result=Result.SUCCESS).exists()


def test_success_forgets_what_was_tried(sam):
    sam.ask()
    flow.prove(sam.current, "wrong")
    sam.ask()
    jobs.run()
    sam.recovery.refresh_from_db()
    assert flow.prove(sam.current, codes_sent()[-1])
    recover(sam)
    for _n in range(4):
        assert not throttle.attempt(sam.recovery.name_key, lambda: False)


# Who may


@pytest.mark.parametrize(
    ("access", "member", "opens"),
    [
        (Access.ALL, False, True),
        (Access.SELECTED, False, False),
        (Access.SELECTED, True, True),
        (Access.NOBODY, True, False),
    ],
)
def test_the_tenant_says_who_may(district, sam, access, member, opens):
    group = Group.objects.create(name="May reset alone")
    Settings.objects.update(self_service_reset=access, self_service_group=group)
    if member:
        GroupMember.objects.create(group=group, user=district.sam)
    assert bool(sam.ask()) == opens


def test_guests_and_the_switched_off_and_unknown_get_nothing(district, guest_maria, lake):
    User.objects.filter(pk=district.sam.pk).update(is_active=False)
    assert Visitor("sam.reed@riverside.example").ask() == []
    assert Visitor("nobody@riverside.example").ask(Way.EMAIL, HOME) == []
    with lake.tenant.scope():
        give(guest_maria, email="maria@example.org")
        assert Visitor(guest_maria.user_principal_name).ask(Way.EMAIL, "maria@example.org") == []


def test_another_tenants_way_back_is_nothing_here(sam, lake):
    sam.ask()
    with lake.tenant.scope():
        assert flow.under_way(sam.token) is None


# What counts


def test_what_somebody_set_counts_while_they_may_reach_the_account(district):
    give(district.pia, email="pia@example.org", by=district.maria)
    assert eligibility.destination(district.pia, Way.EMAIL) == "pia@example.org"
    RoleAssignment.objects.filter(user=district.maria).delete()
    assert eligibility.destination(district.pia, Way.EMAIL) == ""


def test_what_somebody_set_who_is_gone_or_switched_off_does_not_count(district):
    give(district.pia, mobile=MOBILE, by=district.maria)
    User.objects.filter(pk=district.maria.pk).update(is_active=False)
    assert eligibility.destination(district.pia, Way.SMS) == ""
    helper = make_person("temp@riverside.example", "Temp Helper")
    give(district.pia, email="pia@example.org", by=helper)
    assert eligibility.destination(district.pia, Way.EMAIL) == ""
    helper.delete()
    assert eligibility.destination(district.pia, Way.EMAIL) == ""


def test_ones_own_and_a_rosters_count(district):
    give(district.pia, email="pia@example.org", by=district.pia)
    assert eligibility.destination(district.pia, Way.EMAIL) == "pia@example.org"
    give(district.pia, email="pia@example.org", by=None)
    assert eligibility.destination(district.pia, Way.EMAIL) == "pia@example.org"


def test_mail_to_the_account_itself_does_not_count(district):
    give(district.pia, email=district.pia.user_principal_name)
    assert eligibility.destination(district.pia, Way.EMAIL) == ""


# Who is told


def test_the_person_is_told_and_the_tenant_can_switch_it_off(district, sam):
    sam.prove()
    recover(sam)
    jobs.run()
    assert [message.to for message in mail.outbox][-1] == [HOME]
    assert mail.outbox[-1].subject == "You have reset your password"
    Settings.objects.update(notify_people=False)
    told = len(mail.outbox)
    actions.reset_password(current(district.sam), "Maple-Bridge-93", by=Initiator(district.maria))
    jobs.run()
    assert len(mail.outbox) == told


def test_old_rows_are_cleared(clock, sam):
    clock.pass_(minutes=30)
    schedule.clear_recoveries.func(0)
    assert Recovery.objects.exists()
    clock.pass_(minutes=1)
    schedule.clear_recoveries.func(0)
    assert not Recovery.objects.exists()


def test_the_worker_begins_when_nobody_can_tell_what_for(sam):
    """Else the next request would meet it at work for a name that is known, and be slower."""
    for _n in range(20):
        tasks.send_code(recovery=sam.recovery.pk)
        tasks.note_wrong_code(recovery=sam.recovery.pk)
    waits = ProcrastinateJob.objects.order_by("pk").values_list("task_name", "scheduled_at")
    now = timezone.now()
    codes = [(at - now).total_seconds() for name, at in waits if name == "directory.send_code"]
    notes = [(at - now).total_seconds() for name, at in waits if name == "directory.note_wrong_code"]
    assert all(0 < wait <= 3 for wait in codes) and max(codes) - min(codes) > 0.1
    assert all(5 < wait <= 60 for wait in notes)


def test_with_no_address_on_file_the_text_says_it(district, sam):
    EmailMethod.objects.all().delete()
    sam.prove(Way.SMS, MOBILE)
    recover(sam)
    [told] = Message.objects.filter(name="password_recovered")
    assert (told.channel, told.to) == (Channel.SMS, MOBILE)
    jobs.run()
    assert "your password was reset" in OutboxMessage.objects.first().body


def test_global_administrators_are_told_of_an_administrators_reset(district):
    give(district.admin, email="ada@example.org")
    give(district.helen, email="helen@example.org")
    actions.reset_password(district.helen, OWN, by=Initiator(district.admin))
    # Tom’s roles are over his classes only.
    actions.reset_password(district.tom, OWN, by=Initiator(district.admin))
    jobs.run()
    told = [message for message in mail.outbox if message.to == ["ada@example.org"]]
    assert len(told) == 1 and "Helen Park" in told[0].body
    Settings.objects.update(notify_administrators=False)
    actions.reset_password(current(district.helen), "Maple-Bridge-93", by=Initiator(district.admin))
    jobs.run()
    assert len([message for message in mail.outbox if message.to == ["ada@example.org"]]) == 1


def test_whoever_helps_elsewhere_as_a_guest_needs_two_ways(district, guest_maria):
    RoleAssignment.objects.filter(user=district.maria).delete()
    give(district.maria, email="maria@example.org")
    maria = Visitor(district.maria.user_principal_name)
    assert maria.prove(Way.EMAIL, "maria@example.org")
    assert maria.step == Step.SEND
