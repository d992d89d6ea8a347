"""What a badge's code says, how long it lasts, and whom badge and PIN prove."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from directory import actions, badges, roles
from directory.door import Initiator
from directory.models import Badge, BadgeKind, Invitation, Pin, Settings, User
from tests.conftest import assign
from tests.directory.badges import SCHOOL, give, holds

# What stands in the code


def test_a_code_is_small_and_read_back(district):
    secret = badges.make()
    code = badges.code(secret)
    assert len(secret) == 28 and set(secret) <= set(badges.ALPHABET)
    assert len(code) <= 47  # letters of a version 3 code that a quarter may be missing of
    assert badges.read(code) == badges.read(secret) == secret
    assert "riverside" not in code.lower() and "http" not in code.lower()


def test_it_is_read_as_people_and_scanners_type_it(district):
    secret = badges.make()
    typed = "-".join(badges.groups(secret))
    for text in (typed, typed.lower(), f"  {typed} ", typed.replace("-", " "), badges.code(secret).lower()):
        assert badges.read(text) == secret
    assert badges.read(secret.replace("0", "O").replace("1", "l")) == secret


def test_no_two_are_alike(db):
    assert len({badges.make() for _n in range(1000)}) == 1000


@pytest.mark.parametrize(
    "text", ["", "MS1", "https://example.org/", "MS1::", "ÄÖÜ" * 10, "0" * 27, "0" * 500]
)
def test_other_texts_are_no_badge(district, text):
    with pytest.raises(ValidationError, match="not the text of a badge"):
        badges.read(text)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text):
    from tenants import scopes

    with scopes.scope(SCHOOL), suppress(ValidationError):
        assert len(badges.read(text)) == 28


def test_nearly_every_slip_of_a_letter_is_noticed():
    """One in 1,024 goes through; then the next page says that it is not right."""
    secret = badges.make()
    slips = [
        secret[:at] + other + secret[at + 1 :]
        for at in range(len(secret))
        for other in badges.ALPHABET
        if other != secret[at]
    ]
    assert sum(slip[26:] == badges._check(slip[:26]) for slip in slips) < len(slips) / 100


def test_another_tenants_badge_gets_its_own_sentence(district, lake):
    with lake.tenant.scope():
        theirs = badges.code(badges.make())
    with pytest.raises(ValidationError, match="another organization"):
        badges.read(theirs)


def test_the_mark_stays_when_the_tenant_is_renamed(district):
    before = badges.code("X" * 28)
    district.tenant.slug = "elsewhere"
    assert badges.code("X" * 28) == before


def test_the_hash_needs_the_instances_key(settings):
    before = badges.hashed("X" * 28)
    settings.SECRET_KEY = "another-key-of-at-least-fifty-characters-0123456789"
    assert badges.hashed("X" * 28) != before


# How long


@pytest.mark.parametrize(("days", "fits"), [(0, False), (1, True), (365, True), (395, True), (396, False)])
def test_a_standard_badge_lasts_1_to_395_days(district, clock, days, fits):
    first = timezone.localdate()
    last = first + timedelta(days=days - 1)
    if fits:
        term = badges.standard(first, last)
        assert (term.ends_at - term.starts_at).days == days
        assert timezone.localtime(term.ends_at).time().isoformat() == "00:00:00"
    else:
        with pytest.raises(ValidationError):
            badges.standard(first, last)


def test_its_days_are_whole_where_clocks_are_changed(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    with timezone.override("Europe/Berlin"):
        year = timezone.localdate().year + 1
        first = (
            date(year, 1, 1)
            if (date(year, 1, 1) - timezone.localdate()).days <= 395
            else timezone.localdate()
        )
        term = badges.standard(first, first + timedelta(days=200))
        assert timezone.localtime(term.starts_at).hour == timezone.localtime(term.ends_at).hour == 0


@pytest.mark.parametrize("away", [-1, 396])
def test_the_first_day_is_today_or_within_395_days(district, away):
    first = timezone.localdate() + timedelta(days=away)
    with pytest.raises(ValidationError):
        badges.standard(first, first)


@pytest.mark.parametrize(("hours", "fits"), [(0, False), (1, True), (12, True), (13, False), (-1, False)])
def test_a_temporary_badge_lasts_1_to_12_hours(district, clock, hours, fits):
    if fits:
        term = badges.temporary(hours)
        assert (term.starts_at, term.ends_at) == (clock.now, clock.now + timedelta(hours=hours))
    else:
        with pytest.raises(ValidationError):
            badges.temporary(hours)


# The database


def test_there_is_one_of_each_kind_and_an_end_after_the_beginning(district):
    made = give(district)
    with pytest.raises(IntegrityError), transaction.atomic():
        Badge.objects.create(
            user=district.pia,
            kind=BadgeKind.STANDARD,
            secret_hash="x",
            starts_at=made.badge.starts_at,
            ends_at=made.badge.ends_at,
        )
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Badge.objects.create(user=district.nora, kind="standard", secret_hash="y", starts_at=now, ends_at=now)


# Whom badge and PIN prove


def test_badge_and_pin_prove_their_person(district):
    made = give(district)
    proof = badges.prove(badges.hashed(made.secret), made.pin, "192.0.2.1")
    assert (proof.person, proof.badge, proof.needs_new_pin) == (district.pia, made.badge, True)
    assert badges.prove(badges.hashed(made.secret), "27183405", "192.0.2.1") is None
    assert badges.prove(badges.hashed(badges.make()), made.pin, "192.0.2.1") is None


def test_a_badge_opens_from_its_first_moment_to_its_last(district, clock):
    first = timezone.localdate() + timedelta(days=1)
    made = give(district, term=badges.standard(first, first + timedelta(days=9)))
    clock.now = made.badge.starts_at - timedelta(seconds=1)
    assert not holds(made) and made.badge.is_to_come
    clock.now = made.badge.starts_at
    assert holds(made) and not made.badge.is_to_come and not made.badge.is_over
    clock.now = made.badge.ends_at - timedelta(seconds=1)
    assert holds(made)
    clock.now = made.badge.ends_at
    assert not holds(made) and made.badge.is_over


def test_one_of_each_kind_stands_beside_the_other_with_one_pin(district):
    made, day = give(district), give(district, term=badges.temporary(2))
    assert day.pin == ""
    day = type(day)(day.badge, day.secret, made.pin)
    assert holds(made) and holds(day)


def _switched_off(district):
    User.objects.filter(pk=district.pia.pk).update(is_active=False)


def _role(district):
    assign(district.pia, roles.PASSWORD, district.algebra)


def _role_to_come(district):
    assign(district.pia, roles.PASSWORD, district.algebra, starts_at=timezone.now() + timedelta(days=3))


def _helps_elsewhere(district):
    Invitation.objects.create(
        user=district.pia, host=district.tenant, guest_id=district.sam.pk, accepted_at=timezone.now()
    )


def _guest(district):
    User.objects.filter(pk=district.pia.pk).update(home_tenant=district.tenant)


def _no_pin(district):
    Pin.objects.all().delete()


@pytest.mark.parametrize(
    "change",
    [_switched_off, _role, _role_to_come, _helps_elsewhere, _guest, _no_pin],
    ids=lambda c: c.__name__,
)
def test_what_a_badge_no_longer_opens(district, change):
    made = give(district)
    assert holds(made)
    change(district)
    assert not holds(made)
    proof = Pin.objects.first()
    assert proof is None or badges.still_proved(badges.hashed(made.secret), str(proof.version)) is None


def test_another_tenants_badge_opens_nothing_here(district, lake):
    made = give(district)
    with lake.tenant.scope():
        assert not holds(made)


def test_what_was_proved_stands_while_badge_and_pin_are_what_they_were(district):
    made = give(district)
    hashed = badges.hashed(made.secret)
    proof = badges.prove(hashed, made.pin, "192.0.2.1")
    assert badges.still_proved(hashed, proof.version).person == district.pia
    assert badges.still_proved(hashed, "0") is None
    actions.change_pin(proof, "27183405", by=Initiator(district.pia))
    assert badges.still_proved(hashed, proof.version) is None


def test_a_pin_that_became_too_short_is_replaced_at_the_next_sign_in(district):
    made = give(district)
    hashed = badges.hashed(made.secret)
    actions.change_pin(badges.prove(hashed, made.pin, "x"), "27183405", by=Initiator(district.pia))
    assert not badges.prove(hashed, "27183405", "x").needs_new_pin
    Settings.objects.update(pin_length=10)
    assert badges.prove(hashed, "27183405", "x").needs_new_pin
