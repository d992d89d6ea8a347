"""The door's own lines in the trail: every fact of them, and what it writes where a commit goes wrong."""

import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.models import Entry, Result
from directory import actions
from directory.connectors import Refused
from directory.door import Denied, Initiator, administering
from directory.models import EmailMethod, Message, PhoneMethod, PhoneType, Settings, UnitMembership, User
from directory.verbs import UPDATE_SETTINGS

NEW = "Maple-Bridge-93"


@pytest.fixture
def by(district):
    return Initiator(district.maria, "192.0.2.7")


def results() -> list[str]:
    return list(Entry.objects.order_by("activity_at").values_list("result", flat=True))


def changing_settings(district):
    return administering(Initiator(district.admin), UPDATE_SETTINGS, {"type": "Settings"})


def test_every_fact_of_a_deed_stands_in_the_trail(district, by):
    actions.set_phone(district.pia, "+14255550111", by=by)
    attempt, outcome = Entry.objects.order_by("activity_at")
    for entry in (attempt, outcome):
        assert (entry.category, entry.operation_type) == ("UserManagement", "Create")
        assert (entry.actor_id, entry.actor_name) == (district.maria.pk, "Maria López")
        assert (entry.actor_principal_name, entry.ip_address) == (
            "maria.lopez@riverside.example",
            "192.0.2.7",
        )
        assert (entry.target_id, entry.target_type, entry.target_name) == (
            district.pia.pk,
            "User",
            "Pia Moss",
        )
        assert entry.target_principal_name == "pia.moss@riverside.example"
        assert entry.additional_details == [
            {"key": "Source", "value": "My Staff"},
            {"key": "Action", "value": "add_phone"},
        ]
    assert (attempt.result, attempt.modified_properties) == (Result.ATTEMPTED, [])
    number = {"name": "mobilePhone", "oldValue": None, "newValue": "+14255550111"}
    assert (outcome.result, outcome.modified_properties) == (Result.SUCCESS, [number])
    assert (attempt.result_reason, outcome.result_reason) == ("", "")


def test_what_a_deed_removes_and_switches_stands_in_the_trail(district, by):
    actions.set_sms_sign_in(district.sam, True, by=by)
    actions.remove_phone(district.sam, by=by)
    switched, removed = Entry.objects.filter(result=Result.SUCCESS).order_by("activity_at")
    assert switched.modified_properties == [{"name": "smsSignInState", "oldValue": False, "newValue": True}]
    gone = {"name": "mobilePhone", "oldValue": "+14255550100", "newValue": None}
    assert removed.modified_properties == [gone]
    assert switched.activity == "Enable phone sign-in"


def test_switching_phone_sign_in_off_has_a_name_of_its_own(district, by):
    actions.set_sms_sign_in(district.sam, False, by=by)
    assert Entry.objects.get(result=Result.SUCCESS).activity == "Disable phone sign-in"


def test_a_deed_on_the_tenant_is_refused_in_a_sentence(district):
    with (
        pytest.raises(Denied, match="^Your role does not include this.$"),
        administering(Initiator(district.helen), UPDATE_SETTINGS, {"type": "Settings"}),
    ):
        pytest.fail("the door opened")
    assert Entry.objects.get().target_type == "Settings"


def test_a_reset_writes_over_nothing_that_changed_since_the_person_was_read(district, by):
    User.objects.filter(pk=district.sam.pk).update(job_title="Coach")
    actions.reset_password(district.sam, NEW, by=by)
    assert User.objects.get(pk=district.sam.pk).job_title == "Coach"


# What goes wrong


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, ZeroDivisionError])
def test_an_error_before_the_commit_is_a_failure_with_its_kind_only(district, error):
    with pytest.raises(error), changing_settings(district) as deed:
        deed.change("look_up_everyone", False, True)
        raise error("a secret may stand here")
    assert results() == [Result.ATTEMPTED, Result.FAILURE]
    failure = Entry.objects.get(result=Result.FAILURE)
    assert (failure.result_reason, failure.modified_properties) == (error.__name__, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_commit_whose_answer_is_lost_is_no_failure(district, error):
    def lose() -> None:
        raise error("gone")

    with pytest.raises(DatabaseError if error is OperationalError else error), changing_settings(district):
        transaction.on_commit(lose)  # it is done, and then no answer comes
    assert results() == [Result.ATTEMPTED, Result.SUCCESS]


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_the_database_refuses_is_a_failure(district):
    nobody = district.tenant.pk
    with pytest.raises(IntegrityError), changing_settings(district):
        UnitMembership.objects.create(unit=district.lincoln, user_id=nobody)  # looked up at the commit
    assert results() == [Result.ATTEMPTED, Result.FAILURE]


# Telling, and being told


@pytest.mark.parametrize(
    ("notice", "deed"),
    [
        ("phone_added", lambda d, by: actions.set_phone(d.pia, "+14255550111", by=by)),
        ("phone_changed", lambda d, by: actions.set_phone(d.sam, "+14255550111", by=by)),
        ("phone_removed", lambda d, by: actions.remove_phone(d.sam, by=by)),
        ("phone_sign_in_enabled", lambda d, by: actions.set_sms_sign_in(d.sam, True, by=by)),
        ("phone_sign_in_disabled", lambda d, by: actions.set_sms_sign_in(d.sam, False, by=by)),
        ("password_changed", lambda d, by: actions.change_password(NEW, by=by)),
    ],
)
def test_each_deed_has_its_notice_to_whom_it_is_done(district, by, notice, deed):
    told = {"phone_added": district.pia, "password_changed": district.maria}.get(notice, district.sam)
    EmailMethod.objects.update_or_create(user=told, defaults={"address": "home@example.org"})
    deed(district, by)
    message = Message.objects.get(channel="email")
    assert (message.name, message.person, message.to) == (notice, told, "home@example.org")
    assert str(message.pk) in [job.args["message"] for job in ProcrastinateJob.objects.all()]


def test_a_number_says_who_set_it_and_keeps_its_sign_in_while_it_stays(district, by):
    actions.set_sms_sign_in(district.sam, True, by=by)
    actions.set_phone(district.sam, "+14255550100", by=by)
    phone = district.sam.phones.get()
    assert (phone.set_by, phone.phone_type, phone.sms_sign_in) == (district.maria.pk, "mobile", True)


def test_a_mobile_number_stands_beside_those_of_other_kinds(district, by):
    PhoneMethod.objects.create(user=district.pia, phone_type=PhoneType.OFFICE, number="+14255550133")
    actions.set_phone(district.pia, "+14255550111", by=by)
    numbers = dict(district.pia.phones.values_list("phone_type", "number"))
    assert numbers == {"mobile": "+14255550111", "office": "+14255550133"}


def test_phone_sign_in_that_cannot_be_says_for_whom(district, by):
    with pytest.raises(Refused, match="^Phone sign-in is not available for Pia.$"):
        actions.set_sms_sign_in(district.pia, True, by=by)
    Settings.objects.update(sms_sign_in=False)
    with pytest.raises(Refused, match="^Phone sign-in is not available for Sam.$"):
        actions.set_sms_sign_in(district.sam, True, by=by)
