"""An address or number counts once a code that was sent there was typed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection

from audit.models import Entry
from directory import actions, schedule
from directory.connectors import Refused
from directory.door import Denied, Initiator
from directory.models import (
    EmailMethod,
    InfoKind,
    OutboxMessage,
    PhoneMethod,
    Proof,
    TextSettings,
    Throttle,
    User,
    Way,
)
from directory.recovery import codes, eligibility, flow, throttle
from directory.recovery.throttle import Locked
from directory.security_info import delivery, proofs
from tenants import scopes
from tests import jobs
from tests.conftest import assign
from tests.directory.recovery.conftest import codes_sent
from tests.directory.trail import changes, outcomes

NEW, NUMBER = "sam.new@example.org", "+14255550177"
A_MOMENT = timedelta(milliseconds=1)


def ask(person: User, kind: str = InfoKind.EMAIL, destination: str = NEW) -> str:
    """The code that arrives."""
    texts, mails = OutboxMessage.objects.count(), len(mail.outbox)
    actions.ask_to_prove(kind, destination, by=Initiator(person))
    jobs.run()
    return codes_sent(texts, mails)[-1]


def prove(person: User, code: str, kind: str = InfoKind.EMAIL) -> bool:
    return actions.prove_security_info(kind, code, by=Initiator(person))


def told() -> list[tuple[str, str]]:
    """Whom the mails and texts since then went to, and what they are about."""
    jobs.run()
    mails = [(to, message.subject) for message in mail.outbox for to in message.to]
    return mails + list(OutboxMessage.objects.values_list("to", "body"))


def test_an_address_is_on_file_once_its_code_was_typed(district):
    code = ask(district.nora)
    assert mail.outbox[-1].to == [NEW] and code in mail.outbox[-1].body
    assert not EmailMethod.objects.filter(user=district.nora).exists()  # not before
    assert prove(district.nora, code)
    row = EmailMethod.objects.get(user=district.nora)
    assert (row.address, row.set_by) == (NEW, district.nora.pk) and row.proved_at
    assert eligibility.destination(district.nora, Way.EMAIL) == NEW
    assert outcomes("User registered security info") == ["success"]
    assert changes("User registered security info") == {"alternateEmail": (None, NEW)}
    assert not Proof.objects.exists()


@pytest.mark.parametrize(
    ("kind", "name"),
    [(InfoKind.MOBILE, "mobilePhone"), (InfoKind.ALTERNATE_MOBILE, "alternateMobilePhone")],
)
def test_a_number_is_proved_by_a_text(district, kind, name):
    PhoneMethod.objects.all().delete()
    assert prove(district.sam, ask(district.sam, kind, NUMBER), kind)
    row = PhoneMethod.objects.get(user=district.sam)
    assert (row.number, row.phone_type, row.set_by) == (NUMBER, kind, district.sam.pk) and row.proved_at
    assert changes("User registered security info") == {name: (None, NUMBER)}


def test_a_new_one_replaces_the_old_which_is_told(district):
    PhoneMethod.objects.update(sms_sign_in=True)
    assert prove(district.sam, ask(district.sam))
    assert prove(district.sam, ask(district.sam, InfoKind.MOBILE, NUMBER), InfoKind.MOBILE)
    assert EmailMethod.objects.get(user=district.sam).address == NEW
    mobile = PhoneMethod.objects.get(user=district.sam)
    assert (mobile.number, mobile.sms_sign_in) == (NUMBER, False)
    assert outcomes("User changed default security info") == ["success"] * 2
    assert changes("User changed default security info") == {"mobilePhone": ("+14255550100", NUMBER)}
    heard = told()
    assert {to for to, words in heard if "alternate email address has been changed" in words} == {
        NEW,
        "sam.home@example.org",
    }
    assert "+14255550100" in {to for to, words in heard if "replaced" in words}


def test_what_somebody_else_set_becomes_ones_own(district):
    actions.set_phone(district.sam, NUMBER, by=Initiator(district.maria))
    PhoneMethod.objects.update(sms_sign_in=True)
    row = PhoneMethod.objects.get(user=district.sam)
    assert row.set_by == district.maria.pk and row.proved_at is None
    assert prove(district.sam, ask(district.sam, InfoKind.MOBILE, NUMBER), InfoKind.MOBILE)
    row.refresh_from_db()
    assert row.set_by == district.sam.pk and row.proved_at and row.sms_sign_in
    district.maria.role_assignments.all().delete()  # it counts on, whatever becomes of who set it
    assert eligibility.destination(district.sam, Way.SMS) == NUMBER


def test_what_a_manager_sets_anew_is_not_proved_any_more(district):
    assert prove(district.sam, ask(district.sam, InfoKind.MOBILE, NUMBER), InfoKind.MOBILE)
    assert prove(district.sam, ask(district.sam))
    actions.set_phone(district.sam, "+14255550188", by=Initiator(district.maria))
    actions.set_alternate_email(district.sam, "other@example.org", by=Initiator(district.maria))
    assert PhoneMethod.objects.get(user=district.sam).proved_at is None
    assert EmailMethod.objects.get(user=district.sam).proved_at is None


def test_an_office_phone_needs_no_code_and_proves_nothing(district):
    actions.set_office_phone(NUMBER, by=Initiator(district.nora))
    row = PhoneMethod.objects.get(user=district.nora)
    assert (row.phone_type, row.proved_at) == ("office", None)
    assert eligibility.destination(district.nora, Way.SMS) == ""
    with pytest.raises(Refused):
        actions.ask_to_prove(InfoKind.OFFICE, NUMBER, by=Initiator(district.nora))


def test_removed_it_is_gone_and_told(district):
    by = Initiator(district.sam)
    actions.remove_security_info(InfoKind.EMAIL, by=by)
    actions.remove_security_info(InfoKind.MOBILE, by=by)
    actions.remove_security_info(InfoKind.MOBILE, by=by)  # nothing to do, and no deed
    assert not EmailMethod.objects.exists() and not PhoneMethod.objects.exists()
    assert outcomes("User deleted security info") == ["success"] * 2
    assert {to for to, _words in told()} == {"sam.home@example.org", "+14255550100"}


@pytest.mark.parametrize(
    "address",
    ["sam@riverside.example", "Sam@Riverside.EXAMPLE", "sam.reed@riverside.example", "x@bücher.example"],
)
def test_no_address_on_a_domain_of_the_tenants_own(district, operator, address):
    from tenants.models import EmailDomain, operators

    with operators().scope():
        EmailDomain.objects.create(domain="xn--bcher-kva.example", tenant=district.tenant)
    with pytest.raises(Refused):
        actions.ask_to_prove(InfoKind.EMAIL, address, by=Initiator(district.sam))
    with pytest.raises(Refused):
        actions.set_alternate_email(district.sam, address, by=Initiator(district.maria))
    assert not Proof.objects.exists()


def test_a_domain_of_another_tenant_is_a_domain_like_any_other(district, lake):
    assert prove(district.sam, ask(district.sam, destination="sam@lakeshore.example"))


def test_where_no_text_goes_no_number_can_be_proved(district, settings):
    settings.MYSTAFF_DEMO = False
    assert not TextSettings.objects.exists()
    with pytest.raises(Refused):
        actions.ask_to_prove(InfoKind.MOBILE, NUMBER, by=Initiator(district.sam))


def test_a_number_of_a_country_to_which_no_text_goes_is_refused_at_once(district):
    with pytest.raises(Refused, match="country"):
        actions.ask_to_prove(InfoKind.MOBILE, "+447700900123", by=Initiator(district.sam))


def test_a_guest_proves_nothing_here(district, lake, guest_maria):
    with lake.tenant.scope():
        with pytest.raises(Denied):
            actions.set_office_phone(NUMBER, by=Initiator(guest_maria))
        assert not PhoneMethod.objects.exists()


# Codes


def test_a_code_counts_once(district):
    code = ask(district.nora)
    assert prove(district.nora, code)
    assert not prove(district.nora, code)


def test_a_code_lives_five_minutes(district, clock):
    code = ask(district.nora)
    clock.now += codes.LIFETIME
    assert not prove(district.nora, code)
    code = ask(district.nora)
    clock.now += codes.LIFETIME - A_MOMENT
    assert prove(district.nora, code)


def test_a_proof_is_over_after_fifteen_minutes(district, clock):
    ask(district.nora)
    clock.now += proofs.SESSION - A_MOMENT
    assert proofs.under_way(district.nora, InfoKind.EMAIL)
    clock.now += A_MOMENT
    assert proofs.under_way(district.nora, InfoKind.EMAIL) is None
    schedule.clear_recoveries(0)
    clock.now += A_MOMENT
    schedule.clear_recoveries(0)
    assert not Proof.objects.exists()


def test_asked_again_within_ten_seconds_nothing_is_sent(district, clock):
    first = ask(district.nora)
    clock.now += proofs.AGAIN - A_MOMENT
    actions.ask_to_prove(InfoKind.EMAIL, NEW, by=Initiator(district.nora))
    assert jobs.run() == []
    clock.now += A_MOMENT
    second = ask(district.nora)
    assert not prove(district.nora, first) or first == second
    assert prove(district.nora, second) or first == second


def test_a_code_sent_to_one_address_never_proves_another(district):
    """Between the worker's look at the row and its sending, another address was typed."""
    actions.ask_to_prove(InfoKind.EMAIL, NEW, by=Initiator(district.nora))
    seen = Proof.objects.get()
    actions.ask_to_prove(InfoKind.EMAIL, "victim@example.org", by=Initiator(district.nora))
    delivery.send_code(seen)
    assert mail.outbox == [] and Proof.objects.get().code_hash == ""
    old = ask(district.sam)
    actions.ask_to_prove(InfoKind.EMAIL, "victim@example.org", by=Initiator(district.sam))
    assert not prove(district.sam, old)


def test_a_code_of_one_kind_or_person_is_no_code_of_another(district):
    code = ask(district.sam, InfoKind.MOBILE, NUMBER)
    ask(district.sam, InfoKind.ALTERNATE_MOBILE, NUMBER)
    ask(district.omar)
    assert not prove(district.sam, code, InfoKind.ALTERNATE_MOBILE)
    assert not prove(district.omar, code)
    assert prove(district.sam, code, InfoKind.MOBILE)


def test_no_job_and_no_row_holds_a_code(district):
    actions.ask_to_prove(InfoKind.EMAIL, NEW, by=Initiator(district.nora))
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs")
        [(args,)] = cursor.fetchall()
    assert NEW not in args
    jobs.run()
    [code] = codes_sent()
    row = Proof.objects.values().get()
    assert all(code not in str(value) for name, value in row.items() if name == "code_hash")
    assert prove(district.nora, code)
    assert code not in str(list(Entry.objects.values()))


def test_whoever_was_disabled_meanwhile_gets_no_code(district):
    actions.ask_to_prove(InfoKind.EMAIL, NEW, by=Initiator(district.nora))
    User.objects.filter(pk=district.nora.pk).update(is_active=False)
    jobs.run()
    assert mail.outbox == []


# Numbers, each at its boundary


def test_the_fifth_wrong_code_locks_for_a_day(district, clock):
    code = ask(district.nora)
    for _n in range(4):
        assert not prove(district.nora, "none")
    with pytest.raises(Locked):
        prove(district.nora, "none")
    with pytest.raises(Locked):
        prove(district.nora, code)
    assert outcomes("User registered security info") == ["failure"] * 5  # and no more: it is locked
    clock.now += throttle.LOCKED_FOR
    assert prove(district.nora, ask(district.nora))


def test_ten_right_codes_in_an_hour_and_no_more(district, clock):
    for n in range(10):
        clock.pass_(minutes=5)
        assert prove(district.nora, ask(district.nora, destination=f"nora{n}@example.org"))
    code = ask(district.nora, destination="nora10@example.org")
    with pytest.raises(Locked):
        prove(district.nora, code)


@pytest.mark.parametrize(
    ("kind", "most", "destination"),
    [(InfoKind.EMAIL, 10, "sam{}@example.org"), (InfoKind.MOBILE, 5, "+1425555010{}")],
)
def test_so_many_are_sent_and_no_more(district, clock, kind, most, destination):
    for n in range(most):
        ask(district.sam, kind, destination.format(n))
    with pytest.raises(Locked):
        ask(district.sam, kind, destination.format(most))


def test_self_service_and_security_info_lock_apart(district):
    ask(district.sam)
    for n in range(5):
        try:
            prove(district.sam, "none")
        except Locked:
            assert n == 4
    recovery, _token = flow.start(district.sam.user_principal_name)
    assert recovery
    for name in (f"Security info|{district.sam.pk}", f"security info|{district.sam.pk}"):
        flow.start(name)  # what anybody can type there is another key
    assert throttle.locked_until(proofs.key_of(district.sam))


def test_a_manager_unlocks_it_and_so_does_a_reset(district):
    for unlock in (
        lambda: actions.unlock(district.sam, by=Initiator(district.maria)),
        lambda: actions.reset_password(
            User.objects.get(pk=district.sam.pk), "Velvet-Harbor-82", by=Initiator(district.maria)
        ),
    ):
        ask(district.sam)
        for _n in range(4):
            prove(district.sam, "none")
        with pytest.raises(Locked):
            prove(district.sam, "none")
        unlock()
        assert throttle.locked_until(proofs.key_of(district.sam)) is None
        assert not Proof.objects.filter(person=district.sam).exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_wrong_codes_at_once_four_are_looked_at(district, monkeypatch):
    ask(district.nora)
    looked, tenant, person = [], district.tenant.pk, district.nora
    monkeypatch.setattr(codes, "is_right", lambda row, code: looked.append(code) or False)

    def guess(n: int) -> str:
        try:
            with scopes.scope(tenant):
                return "wrong" if not proofs.prove(person, InfoKind.EMAIL, str(n)) else "right"
        except Locked:
            return "locked"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(guess, range(40)))
    assert len(looked) == 5 and said.count("wrong") == 4 and said.count("locked") == 36
    assert Throttle.objects.filter(locked_until__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_right_codes_at_once_one_counts(district):
    code, tenant, person = ask(district.nora), district.tenant.pk, district.nora

    def guess(_n: int) -> bool:
        try:
            with scopes.scope(tenant):
                return bool(proofs.prove(person, InfoKind.EMAIL, code))
        except Locked:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(guess, range(8))).count(True) == 1


def test_whoever_holds_a_role_proves_like_everybody(district):
    assign(district.omar, "Helpdesk Administrator")
    assert prove(district.omar, ask(district.omar))
