"""Badges in the portal: made, shown once, ended; PINs reset; and what the pictures say."""

import re
import zlib
from base64 import b64decode
from datetime import timedelta
from html import unescape
from struct import unpack

import pytest
from django.utils import timezone

from audit.models import Entry, Result
from directory import badges, lockout, roles
from directory.models import Badge, Pin, Settings
from mystaff.portal import qr
from mystaff.portal.forms import BadgeForm
from tests.conftest import assign, signed_in
from tests.directory.badges import give, holds
from tests.mystaff.reading import text_of


@pytest.fixture
def maria(district, sign_in):
    Settings.objects.update(qr_badges=True)
    return sign_in(district.maria)


def at(person, *rest) -> str:
    return "/".join(["/riverside/people", str(person.pk), *rest, ""])


def make(browser, person, **typed):
    """As a manager does: the page, then its form."""
    page = browser.get(at(person, "badge"))
    return browser.post(at(person, "badge"), {"ticket": page.context["ticket"], "kind": "standard"} | typed)


def shown(response) -> tuple[str, str]:
    """The secret and the PIN of the page that shows them."""
    page = response.content.decode()
    secret = "".join(re.findall(r"<span>(\w{4})</span>", page))
    pin = re.search(r'id="pin" class="code" value="(\d+)"', page)
    return secret, pin[1] if pin else ""


# Made


def test_a_badge_is_made_and_shown_once(district, maria):
    assert "Create badge" in maria.get(at(district.pia)).content.decode()
    answer = make(maria, district.pia)
    secret, pin = shown(answer)
    badge = Badge.objects.get()
    assert badge.secret_hash == badges.hashed(badges.read(secret))
    assert badges.prove(badge.secret_hash, pin, "x").person == district.pia
    assert (badge.ends_at.date() - badge.starts_at.date()).days == 365
    assert "no-store" in answer.headers["Cache-Control"]
    for path in (at(district.pia), at(district.pia, "badge")):
        page = maria.get(path).content.decode()
        assert secret[:4] not in page.replace(str(district.pia.pk), "") and pin not in page


def test_a_reload_repeats_nothing(district, maria):
    page = maria.get(at(district.pia, "badge"))
    form = {"ticket": page.context["ticket"], "kind": "standard"}
    maria.post(at(district.pia, "badge"), form)
    before = Badge.objects.values_list("pk", "ended_at"), Pin.objects.get().hash, Entry.objects.count()
    answer = maria.post(at(district.pia, "badge"), form, follow=True)
    assert "was sent before" in answer.content.decode()
    after = Badge.objects.values_list("pk", "ended_at"), Pin.objects.get().hash, Entry.objects.count()
    assert list(before[0]) == list(after[0]) and before[1:] == after[1:]


def test_a_page_left_open_while_a_colleague_makes_one_makes_none(district, maria):
    page = maria.get(at(district.pia, "badge"))
    made = give(district)
    answer = maria.post(at(district.pia, "badge"), {"ticket": page.context["ticket"], "kind": "standard"})
    assert answer.status_code == 302 and holds(made)


def test_a_temporary_one_for_the_day(district, maria):
    give(district)
    answer = make(maria, district.pia, kind="temporary", hours="3")
    secret, pin = shown(answer)
    badge = Badge.objects.get(kind="temporary")
    assert badge.ends_at - badge.starts_at == timedelta(hours=3)
    assert secret and not pin
    assert "PIN stays as it is" in unescape(answer.content.decode())
    assert Badge.objects.filter(ended_at=None).count() == 2


def test_one_that_begins_later_says_so(district, maria):
    first = timezone.localdate() + timedelta(days=7)
    make(maria, district.pia, first_day=first.isoformat(), last_day=first.isoformat())
    assert "Works from" in maria.get(at(district.pia)).content.decode()


def test_a_second_one_replaces_the_first(district, maria):
    made = give(district)
    assert "signs Pia out everywhere" in unescape(maria.get(at(district.pia, "badge")).content.decode())
    make(maria, district.pia)
    assert not holds(made) and Badge.objects.filter(ended_at=None).count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": ""}, "Choose what the badge is for."),
        ({"kind": "eternal"}, "Select a valid choice."),
        ({"first_day": "never"}, "Type a day like"),
        ({"first_day": "2020-01-01"}, "This day is over."),
        ({"last_day": "2020-01-01"}, "comes before the first"),
        ({"last_day": "2999-01-01"}, "395 days at most"),
        ({"kind": "temporary", "hours": "13"}, "1 to 12 hours"),
        ({"kind": "temporary", "hours": "0"}, "1 to 12 hours"),
        ({"kind": "temporary", "hours": "two"}, "Enter a whole number"),
    ],
)
def test_what_cannot_be_is_said_and_makes_none(district, maria, typed, said):
    answer = make(maria, district.pia, **typed)
    assert answer.status_code == 422 and said in unescape(answer.content.decode())
    assert not Badge.objects.exists()


@pytest.mark.parametrize(("days", "fits"), [(395, True), (396, False)])
def test_the_last_day_that_may_be_chosen(days, fits):
    first = timezone.localdate()
    last = first + timedelta(days=days - 1)
    form = BadgeForm({"kind": "standard", "first_day": first.isoformat(), "last_day": last.isoformat()})
    assert form.is_valid() is fits


def test_what_belongs_to_the_other_kind_is_not_looked_at(db):
    assert BadgeForm({"kind": "standard", "hours": "x"}).is_valid()
    assert BadgeForm({"kind": "temporary", "first_day": "x", "last_day": "y"}).is_valid()


# Ended, and its PIN


def test_a_lost_one_is_ended_after_a_question(district, maria):
    made = give(district)
    path = at(district.pia, "badge", "end")
    assert "opens nothing from now on" in maria.get(path, {"kind": "standard"}).content.decode()
    assert holds(made)
    page = maria.post(path, {"kind": "standard"}, follow=True)
    assert "badge opens nothing any more" in unescape(page.content.decode())
    assert not holds(made)
    assert "has no badge to sign in with" in page.content.decode()
    for kind in ("standard", "temporary", "x", ""):
        assert maria.get(path, {"kind": kind}).status_code == 302
        assert maria.post(path, {"kind": kind}).status_code == 302


def test_a_new_pin_is_shown_once(district, maria):
    made = give(district)
    page = maria.get(at(district.pia, "badge", "pin"))
    form = {"ticket": page.context["ticket"]}
    answer = maria.post(at(district.pia, "badge", "pin"), form)
    _secret, pin = shown(answer)
    assert pin != made.pin and holds(type(made)(made.badge, made.secret, pin))
    again = maria.post(at(district.pia, "badge", "pin"), form, follow=True)
    assert pin not in again.content.decode()
    assert holds(type(made)(made.badge, made.secret, pin))


def test_a_locked_badge_says_so(district, maria):
    made = give(district)
    for number in range(10):
        try:
            badges.prove(badges.hashed(made.secret), f"5184027{number}", "192.0.2.1")
        except lockout.Locked:
            assert number == 9
    assert "Too many wrong PINs" in maria.get(at(district.pia)).content.decode()


# Who, and for whom


def test_whoever_has_a_role_cannot_have_one_and_the_page_says_why(district, maria):
    assign(district.sam, roles.PASSWORD, district.lincoln_students)
    page = unescape(maria.get(at(district.sam)).content.decode())
    assert "Sam holds a role. Badges are for people without one." in page
    answer = make(maria, district.sam)
    assert answer.status_code == 422 and "Sam holds a role" in answer.content.decode()


def test_where_the_tenant_has_none_there_is_no_card_but_to_end_one(district, maria):
    Settings.objects.update(qr_badges=False)
    assert "QR badge" not in maria.get(at(district.pia)).content.decode()
    give(district)
    Settings.objects.update(qr_badges=False)
    page = maria.get(at(district.pia)).content.decode()
    assert "switched off" in page and "badge/end" in page and at(district.pia, "badge", "pin") not in page


@pytest.mark.parametrize("rest", [("badge",), ("badge", "end"), ("badge", "pin")])
def test_refused_with_a_reason_and_an_entry(district, rest):
    Settings.objects.update(look_up_everyone=True, qr_badges=True)
    browser = signed_in(district.maria)
    for answer in (browser.get(at(district.omar, *rest)), browser.post(at(district.omar, *rest), {})):
        assert answer.status_code == 403 and "Omar is not in your locations." in text_of(answer)
    assert Entry.objects.filter(result=Result.DENIED, target_id=district.omar.pk).count() == 1


def test_the_history_says_it_in_words(district, maria):
    make(maria, district.pia)
    assert f"{district.maria.display_name} made a QR badge" in text_of(maria.get(at(district.pia)))


# Pictures


def test_the_picture_is_the_code_and_nothing_inline(district):
    modules = qr.matrix(badges.code(badges.make()))
    assert len(modules) == 29 + 2 * qr.EDGE  # version 3: two inches leave every module 1.3 millimetres
    drawn = qr.svg(modules)
    assert "style" not in drawn and drawn.count("h1v1h-1z") == sum(map(sum, modules))


def test_the_file_has_the_same_modules(district):
    modules = qr.matrix(badges.code(badges.make()))
    made = b64decode(qr.png(modules).removeprefix("data:image/png;base64,"))
    assert made.startswith(b"\x89PNG")
    wide, high, depth, colour = unpack(">IIBB", made[16:26])
    assert (wide, high, depth, colour) == (len(modules) * qr.DOT, len(modules) * qr.DOT, 1, 0)
    length = unpack(">I", made[33:37])[0]
    raw = zlib.decompress(made[41 : 41 + length])
    line = wide // 8 + 1
    middle = [raw[(y * qr.DOT + 8) * line :][:line] for y in range(len(modules))]
    read = [[not row[1 + x * qr.DOT // 8] for x in range(len(modules))] for row in middle]
    assert read == modules
