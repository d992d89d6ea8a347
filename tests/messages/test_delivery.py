"""What becomes of a message: a row says it, an administrator can read it, and nothing secret stands in it."""

from datetime import timedelta
from threading import Thread
from traceback import format_exception

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from directory import actions, notices, roles, schedule, tasks
from directory.door import Initiator
from directory.models import (
    Group,
    GroupMember,
    Message,
    MessageTemplate,
    OutboxMessage,
    PhoneMethod,
    Settings,
    TextSettings,
)
from directory.models.messages import masked
from directory.notices import Deferred, Undeliverable
from tests.conftest import assign, make_person, make_unit
from tests.directory.test_tasks import work

HOME, MOBILE, CODE = "sam.home@example.org", "+14255550100", "731946"


def send_code(person, channel="sms", to=MOBILE) -> None:
    notices.send_to(channel, to, "code", person, code=CODE, minutes=5)


def everything() -> str:
    """Every row of messages and jobs, as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m::text FROM directory_message m UNION ALL SELECT j::text FROM procrastinate_jobs j"
        )
        return "\n".join(row for (row,) in cursor.fetchall())


def test_a_code_by_mail(district):
    send_code(district.sam, "email", HOME)
    [sent] = mail.outbox
    assert sent.to == [HOME] and CODE in sent.body and CODE not in sent.subject
    [(html, kind)] = sent.alternatives
    assert CODE in html and kind == "text/html"
    row = Message.objects.get()
    assert (row.state, row.tries, row.channel, row.name) == ("sent", 1, "email", "code")
    assert row.to == "s•••@example.org"
    assert CODE not in everything() and HOME not in everything()


def test_a_code_by_text_goes_to_the_demos_outbox(district):
    send_code(district.sam)
    kept = OutboxMessage.objects.get()
    assert (kept.channel, kept.to, kept.subject) == ("sms", MOBILE, "")
    assert kept.body.startswith(f"{CODE} is your code for Riverside Unified School District.")
    assert Message.objects.get().to == "•••00"
    assert CODE not in everything() and MOBILE not in everything()


@pytest.mark.parametrize("to", ["", "x", "ab", "+1", "a@b", "@", HOME, MOBILE])
def test_masking_twice_is_masking_once(to):
    assert masked(masked(to)) == masked(to)
    assert len(to) < 4 or masked(to) != to


def test_a_tenants_own_words_are_used(district, lake):
    MessageTemplate.objects.create(
        name="code",
        subject="Zugang",
        text="Hallo {name}, {code}: {minutes} min",
        html="<i>{name}</i> {code} {minutes}",
    )
    district.sam.given_name = "<Sam>"
    send_code(district.sam, "email", HOME)
    [sent] = mail.outbox
    assert (sent.subject, sent.body) == ("Zugang", f"Hallo <Sam>, {CODE}: 5 min")
    assert sent.alternatives[0][0] == f"<i>&lt;Sam&gt;</i> {CODE} 5"
    with lake.tenant.scope():
        send_code(lake.admin, "email", HOME)
    assert "Lakeshore Academies" in mail.outbox[1].subject


# Who gets texts, and how many


def test_texts_go_to_staff_only_unless_the_tenant_says_otherwise(district):
    with pytest.raises(Undeliverable, match="staff only"):
        send_code(district.nora)
    row = Message.objects.get()
    assert (row.state, row.reason) == ("failed", "Texts go to staff only.")
    TextSettings.objects.create(recipients="everyone")
    send_code(district.nora)
    assert OutboxMessage.objects.count() == 1


def staff(district) -> dict[str, bool]:
    later = timezone.now() + timedelta(days=30)
    group = Group.objects.create(name="Carrying", is_role_assignable=True)
    empty = Group.objects.create(name="Empty", is_role_assignable=True)
    people = {name: make_person(f"{name}@riverside.example", name) for name in ("a", "b", "c", "d", "e", "f")}
    assign(people["a"], roles.PASSWORD, district.algebra)
    assign(people["b"], roles.PASSWORD, district.algebra, starts_at=later)
    assign(people["c"], roles.PASSWORD, district.algebra, ends_at=timezone.now() - timedelta(days=1))
    assign(group, roles.PASSWORD, district.algebra)
    GroupMember.objects.create(group=group, user=people["d"])
    GroupMember.objects.create(group=empty, user=people["e"])
    store = make_person("s@riverside.example", "S", make_unit("Shop", kind="store"))
    office = make_person("o@riverside.example", "O", make_unit("Office", kind="department"))
    expected = {"a": True, "b": True, "c": False, "d": True, "e": True, "f": False}
    return {people[name]: is_staff for name, is_staff in expected.items()} | {store: True, office: True}


def test_who_is_staff(district):
    settings = TextSettings()
    for person, expected in staff(district).items():
        assert settings.reaches(person) == expected, person
    assert settings.reaches(district.sam) and not settings.reaches(district.nora)


@pytest.mark.parametrize(
    ("countries", "number", "goes"),
    [
        ("", "+14255550100", True),
        ("", "+18095551234", False),  # the Dominican Republic shares +1
        ("", "+4915112345678", False),
        ("US DE", "+4915112345678", True),
        ("DE", "+14255550100", False),
        ("US", "rubbish", False),
    ],
)
def test_texts_go_to_the_tenants_countries(district, countries, number, goes):
    assert TextSettings(countries=countries).goes_to(number) == goes


def test_the_default_country_is_that_of_numbers_typed_without_one(district):
    Settings.objects.update(phone_region="DE")
    with pytest.raises(Undeliverable, match="country of this number"):
        send_code(district.sam)


def test_the_days_limit(district):
    TextSettings.objects.create(daily_limit=2)
    for _time in range(2):
        send_code(district.sam)
    with pytest.raises(Undeliverable, match="limit of texts"):
        send_code(district.sam)
    assert Message.objects.filter(state="failed", reason__contains="limit").count() == 1
    Message.objects.exclude(counted_on=None).update(counted_on=timezone.localdate() - timedelta(days=1))
    send_code(district.sam)
    assert OutboxMessage.objects.count() == 3


def test_what_is_refused_takes_nobodys_place(district):
    TextSettings.objects.create(daily_limit=1)
    with pytest.raises(Undeliverable):
        send_code(district.nora)
    send_code(district.sam)


@pytest.mark.django_db(transaction=True)
def test_the_limit_is_exact_when_many_are_sent_at_once(district):
    TextSettings.objects.create(daily_limit=5)
    refused = []

    def send() -> None:
        try:
            with district.tenant.scope():
                send_code(district.sam)
        except Undeliverable:
            refused.append(True)
        finally:
            connection.close()

    threads = [Thread(target=send) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (OutboxMessage.objects.count(), len(refused)) == (5, 7)


# Trying again


@pytest.fixture
def broken(monkeypatch):
    """Mail that nobody takes, with what the server said."""
    said = []

    def send(to, finished) -> None:
        raise said[0]

    monkeypatch.setattr("directory.notifiers.mail.send", send)
    return said


def test_one_that_is_put_off_waits_and_is_tried_again_in_the_same_row(district, broken, monkeypatch):
    broken.append(Deferred("The mail server did not answer."))
    for number in range(1, notices.TRIES):
        with pytest.raises(Deferred):
            send_code(district.sam, "email", HOME)
        row = Message.objects.get()
        assert (row.state, row.tries, row.reason) == ("waiting", number, "The mail server did not answer.")
        assert row.to == HOME
    with pytest.raises(Undeliverable):
        send_code(district.sam, "email", HOME)
    row = Message.objects.get()
    assert (row.state, row.tries, row.to) == ("failed", notices.TRIES, "s•••@example.org")


def test_what_went_wrong_by_surprise_is_named_by_its_kind_only(district, broken, caplog):
    broken.append(RuntimeError(f"cannot send {CODE} with the token hunter2"))
    with pytest.raises(Deferred) as put_off:
        send_code(district.sam, "email", HOME)
    assert "hunter2" not in "".join(format_exception(put_off.value))
    assert "in _hand_over" in caplog.text and CODE not in caplog.text and "hunter2" not in caplog.text
    assert Message.objects.get().reason == "Something went wrong (RuntimeError)."
    assert CODE not in everything() and "hunter2" not in everything()


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_puts_it_off_and_then_sends_it(district, broken, monkeypatch):
    broken.append(Deferred("The mail server did not answer."))
    tasks.notify(district.sam, "password_reset")
    assert Message.objects.get().state == "waiting"
    work()
    job = ProcrastinateJob.objects.get(task_name="directory.send_message")
    assert (job.status, Message.objects.get().tries) == ("todo", 1)
    assert job.scheduled_at > timezone.now()
    monkeypatch.undo()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    work()
    row = Message.objects.get()
    assert (row.state, row.tries, row.reason) == ("sent", 2, "")
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_delivered_is_not_tried_again(district, broken):
    broken.append(Undeliverable("The mail server refused it (550)."))
    tasks.notify(district.sam, "password_reset")
    work()
    assert ProcrastinateJob.objects.get(task_name="directory.send_message").status == "succeeded"
    row = Message.objects.get()
    assert (row.state, row.tries, row.reason) == ("failed", 1, "The mail server refused it (550).")


def test_one_that_was_sent_already_is_not_sent_again(district):
    message = notices.address(district.sam, "password_reset")
    notices.deliver(message)
    tasks.send_message.run(tenant=str(district.tenant.pk), message=str(message.pk))
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_leaves_no_message(district):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tasks.notify(district.sam, "password_reset")
        raise ZeroDivisionError
    assert not Message.objects.exists() and not ProcrastinateJob.objects.exists()


def test_every_night_old_rows_go_and_forgotten_ones_have_failed(district, lake):
    for tenant, person in ((district.tenant, district.sam), (lake.tenant, lake.ivy)):
        with tenant.scope():
            for days in (0, 3, 91):
                row = Message.objects.create(channel="email", to=HOME, name="test", person=person)
                Message.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=days))
    schedule.clear_old_messages(timestamp=0)
    for tenant in (district.tenant, lake.tenant):
        with tenant.scope():
            assert [row.state for row in Message.objects.all()] == ["waiting", "failed"]
            assert Message.objects.get(state="failed").to == "s•••@example.org"


# The old number is told too


@pytest.fixture
def by_maria(district) -> Initiator:
    return Initiator(district.maria)


def told() -> set[tuple[str, str, str]]:
    return set(Message.objects.values_list("channel", "name", "to"))


def test_a_changed_number_is_told_to_the_old_one(district, by_maria):
    actions.set_phone(district.sam, "+14255550177", by=by_maria)
    assert told() == {("email", "phone_changed", HOME), ("sms", "phone_changed", MOBILE)}
    for message in Message.objects.all():
        notices.deliver(message)
    assert "replaced by another one" in OutboxMessage.objects.get().body


def test_a_removed_number_is_told_too_and_an_unchanged_one_is_not(district, by_maria):
    actions.set_phone(district.sam, MOBILE, by=by_maria)
    assert told() == {("email", "phone_changed", HOME)}
    actions.remove_phone(district.sam, by=by_maria)
    assert ("sms", "phone_removed", MOBILE) in told()


def test_where_texts_do_not_go_there_is_no_failed_row_for_each_change(district, by_maria, settings):
    PhoneMethod.objects.create(user=district.pia, number="+14255550122")
    actions.set_phone(district.pia, "+14255550123", by=by_maria)
    settings.MYSTAFF_DEMO = False
    actions.set_phone(district.sam, "+14255550177", by=by_maria)
    assert told() == {("email", "phone_changed", HOME)}


def test_texts_are_sent(district, settings):
    assert notices.texts_are_sent() and notices.texts_are_sent(district.sam)
    assert not notices.texts_are_sent(district.nora)
    settings.MYSTAFF_DEMO = False
    assert not notices.texts_are_sent()
    TextSettings.objects.create(gateway="smpp")
    assert notices.texts_are_sent()


def test_without_a_gateway_the_reason_says_so(district, settings):
    settings.MYSTAFF_DEMO = False
    with pytest.raises(Undeliverable):
        send_code(district.sam)
    assert Message.objects.get().reason == "No gateway for texts has been set up."
