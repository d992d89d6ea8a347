"""The door: every deed checked, written before and after, and undone where it fails."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.models import Entry, Result
from directory import actions, connectors
from directory.connectors import Refused, Unreachable
from directory.connectors.memory import Memory
from directory.door import Denied, Initiator, administering
from directory.models import Message, PhoneMethod, RoleAssignment, Settings, User
from tests.conftest import PASSWORD, make_person

NEW = "Maple-Bridge-93"


@pytest.fixture
def by(district):
    return Initiator(district.maria, "192.0.2.7")


def trail(**filters) -> list[tuple[str, str]]:
    entries = Entry.objects.filter(**filters).order_by("activity_at")
    return [(entry.activity, entry.result) for entry in entries]


def test_a_reset_is_done_and_told(district, by):
    actions.reset_password(district.sam, NEW, by=by)
    sam = User.objects.get(pk=district.sam.pk)
    assert sam.check_password(NEW)
    assert sam.must_change_password
    assert sam.password_changed_at
    name = "Reset password (by admin)"
    assert trail() == [(name, Result.ATTEMPTED), (name, Result.SUCCESS)]
    entry = Entry.objects.get(result=Result.SUCCESS)
    assert (entry.actor_principal_name, entry.target_principal_name) == (
        "maria.lopez@riverside.example",
        "sam.reed@riverside.example",
    )
    assert entry.ip_address == "192.0.2.7"
    assert {"key": "Source", "value": "My Staff"} in entry.additional_details
    assert Entry.objects.values("correlation_id").distinct().count() == 1


def test_a_reset_ends_every_session(district, by, sign_in):
    browser = sign_in(district.sam)
    assert browser.get("/riverside/account/").status_code == 200
    actions.reset_password(district.sam, PASSWORD, by=by)  # even to the same password
    assert browser.get("/riverside/account/").status_code == 302


def test_a_reset_queues_a_notice_with_ids_only(district, by):
    actions.reset_password(district.sam, NEW, by=by)
    job, message = ProcrastinateJob.objects.get(), Message.objects.get()
    assert job.args == {"tenant": str(district.tenant.pk), "message": str(message.pk)}
    assert (message.person, message.name) == (district.sam, "password_reset")


def test_no_secret_and_no_hash_reaches_the_trail_or_the_queue(district, by):
    actions.reset_password(district.sam, NEW, by=by)
    kept = json.dumps([list(Entry.objects.values()), list(ProcrastinateJob.objects.values())], default=str)
    assert NEW not in kept
    assert User.objects.get(pk=district.sam.pk).password not in kept


def test_a_refusal_changes_nothing_and_is_written_with_its_reason(district, by):
    with pytest.raises(Denied, match="not in your locations"):
        actions.reset_password(district.omar, NEW, by=by)
    assert User.objects.get(pk=district.omar.pk).check_password(PASSWORD)
    entry = Entry.objects.get()
    assert (entry.result, entry.result_reason) == (Result.DENIED, "Omar is not in your locations.")


@pytest.mark.parametrize(
    "error", [Refused("Too short for this server."), Unreachable("No answer from the server.")]
)
def test_a_failure_changes_nothing_and_says_why(district, by, monkeypatch, error):
    monkeypatch.setitem(connectors.AUTHORITIES, "local", lambda: Memory(error))
    valid_from = district.sam.sessions_valid_from
    with pytest.raises(type(error)):
        actions.reset_password(district.sam, NEW, by=by)
    assert User.objects.get(pk=district.sam.pk).sessions_valid_from == valid_from
    assert [result for _activity, result in trail()] == [Result.ATTEMPTED, Result.FAILURE]
    assert Entry.objects.get(result=Result.FAILURE).result_reason == str(error)
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_at_once_one_is_told_to_look_again(district):
    def reset(who: User, password: str) -> str:
        try:
            with district.tenant.scope():
                actions.reset_password(User.objects.get(pk=sam.pk), password, by=Initiator(who))
                return password
        except Refused as refused:
            return str(refused)
        finally:
            connection.close()

    sam, at_once = district.sam, Barrier(2)
    read = actions.passwords._wait_in_line

    def together(person: User) -> None:
        at_once.wait(timeout=10)  # both have read the person before either goes on
        read(person)

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as threads:
        patch.setattr(actions.passwords, "_wait_in_line", together)
        said = set(threads.map(reset, [district.maria, district.admin], [NEW, "Harbor-Lantern-64"]))
    now = User.objects.get(pk=sam.pk)
    worked = [password for password in (NEW, "Harbor-Lantern-64") if now.check_password(password)]
    assert said == {*worked, "Sam’s password was changed a moment ago."}


def ends_the_role(district) -> None:
    RoleAssignment.objects.filter(user=district.maria).delete()


def moves_the_password(district) -> None:
    User.objects.filter(pk=district.sam.pk).update(authority="ad")


@pytest.mark.parametrize("meanwhile", [ends_the_role, moves_the_password])
def test_what_changed_while_a_reset_waited_counts(district, by, monkeypatch, meanwhile):
    """A run may hold the person for as long as a page waits, and take the role, or give them one."""
    read = actions.passwords._wait_in_line

    def waited(person: User) -> None:
        meanwhile(district)
        read(person)

    assert by.user.assignments  # known from the beginning of the request
    monkeypatch.setattr(actions.passwords, "_wait_in_line", waited)
    with pytest.raises(Refused):
        actions.reset_password(district.sam, NEW, by=by)
    assert not User.objects.get(pk=district.sam.pk).check_password(NEW)


def test_the_authority_is_told_the_password_once(district, by, monkeypatch):
    remembered = Memory()
    monkeypatch.setitem(connectors.AUTHORITIES, "local", lambda: remembered)
    actions.reset_password(district.sam, NEW, by=by)
    assert remembered.passwords == {"sam.reed@riverside.example": (NEW, True)}


@pytest.mark.django_db(transaction=True)
def test_the_attempt_outlives_a_crash(district, by, monkeypatch):
    class Crash:
        def set_password(self, *args, **kwargs):
            raise KeyboardInterrupt  # the process ends here: no handler of ours runs

    monkeypatch.setitem(connectors.AUTHORITIES, "local", Crash)
    with pytest.raises(KeyboardInterrupt):
        actions.reset_password(district.sam, NEW, by=by)
    assert trail() == [("Reset password (by admin)", Result.ATTEMPTED)]


@pytest.mark.django_db(transaction=True)
def test_the_door_refuses_to_stand_inside_a_transaction(district, by):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        actions.reset_password(district.sam, NEW, by=by)
    assert User.objects.get(pk=district.sam.pk).check_password(PASSWORD)


def test_a_guest_row_has_nothing_to_reset(district, lake, guest_maria):
    with lake.tenant.scope(), pytest.raises(Denied, match="guest"):
        actions.reset_password(guest_maria, NEW, by=Initiator(lake.admin))


def test_changing_ones_own_password(district):
    actions.change_password(NEW, by=Initiator(district.nora))
    nora = User.objects.get(pk=district.nora.pk)
    assert nora.check_password(NEW)
    assert not nora.must_change_password
    assert trail(result=Result.SUCCESS) == [("Change password (self-service)", Result.SUCCESS)]


# Phones


def test_a_phone_number_is_added_changed_and_removed(district, by):
    actions.set_phone(district.pia, "+14255550111", by=by)
    actions.set_phone(district.pia, "+14255550122", by=by)
    assert district.pia.phones.get().number == "+14255550122"
    actions.remove_phone(district.pia, by=by)
    assert not district.pia.phones.exists()
    assert [activity for activity, _result in trail(result=Result.SUCCESS)] == [
        "Admin registered security info",
        "Admin updated security info",
        "Admin deleted security info",
    ]
    changed = Entry.objects.filter(result=Result.SUCCESS)[1].modified_properties
    assert changed == [{"name": "mobilePhone", "oldValue": "+14255550111", "newValue": "+14255550122"}]


def test_phones_need_the_role_for_methods(district):
    for deed in (
        lambda by: actions.set_phone(district.nora, "+14255550111", by=by),
        lambda by: actions.remove_phone(district.nora, by=by),
        lambda by: actions.set_sms_sign_in(district.nora, True, by=by),
    ):
        with pytest.raises(Denied):
            deed(Initiator(district.tom))
    assert not PhoneMethod.objects.filter(user=district.nora).exists()


def test_a_new_number_is_not_used_for_sign_in_by_itself(district, by):
    actions.set_sms_sign_in(district.sam, True, by=by)
    assert district.sam.phones.get().sms_sign_in
    actions.set_phone(district.sam, "+14255550199", by=by)
    assert not district.sam.phones.get().sms_sign_in


def test_a_number_in_use_is_refused_without_a_word_about_its_owner(district, by):
    actions.set_sms_sign_in(district.sam, True, by=by)
    actions.set_phone(district.pia, "+14255550100", by=by)
    with pytest.raises(Refused) as refused:
        actions.set_sms_sign_in(district.pia, True, by=by)
    assert str(refused.value) == "This number cannot be used for sign-in."
    assert not district.pia.phones.get().sms_sign_in


def test_sms_sign_in_follows_the_tenants_switch(district, by):
    Settings.objects.update(sms_sign_in=False)
    with pytest.raises(Refused):
        actions.set_sms_sign_in(district.sam, True, by=by)
    Settings.objects.update(sms_sign_in=True)
    actions.set_sms_sign_in(district.sam, True, by=by)
    Settings.objects.update(sms_sign_in=False)
    actions.set_sms_sign_in(district.sam, False, by=by)
    assert not district.sam.phones.get().sms_sign_in


def test_phone_sign_in_needs_a_phone(district, by):
    with pytest.raises(Refused):
        actions.set_sms_sign_in(district.pia, True, by=by)


# The tenant


def test_administering_needs_the_role_over_the_whole_tenant(district):
    from directory.verbs import UPDATE_SETTINGS

    with (
        pytest.raises(Denied),
        administering(Initiator(district.helen), UPDATE_SETTINGS, {"type": "Settings"}),
    ):
        pytest.fail("the door opened")
    somebody = make_person("new@riverside.example", "New One")
    with (
        pytest.raises(Denied),
        administering(Initiator(somebody), UPDATE_SETTINGS, {"type": "Settings"}),
    ):
        pytest.fail("the door opened")
    with administering(Initiator(district.admin), UPDATE_SETTINGS, {"type": "Settings"}) as deed:
        deed.change("look_up_everyone", False, True)
    assert Entry.objects.get(result=Result.SUCCESS).modified_properties[0]["newValue"] is True
