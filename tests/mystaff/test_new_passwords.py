"""Pages on which somebody types a new password: the rules before, the judgement after, for each policy."""

import re
from html import unescape

import pytest

from directory.models import PasswordPolicy, Preset, User
from directory.passwords import estimate, strength
from mystaff.own_password import NewPasswordForm
from tests.conftest import PASSWORD
from tests.mystaff.reading import text_of
from tests.mystaff.test_selfservice import NEW, proved

CHANGE, WORDS = "/riverside/account/password/", "correct horse battery staple"


def policy(unit=None, preset=Preset.OWN, **rules) -> PasswordPolicy:
    return PasswordPolicy.objects.create(unit=unit, preset=preset, **rules)


def send(browser, path: str, password: str, **more):
    both = {"new_password": password, "confirm_new_password": password, "current_password": PASSWORD}
    return browser.post(path, both | more)


def reset_of(person) -> str:
    return f"/riverside/people/{person.pk}/reset-password/"


@pytest.fixture
def pages(district, sign_in):
    """The three pages, each with the browser of who sees it, all for a password of somebody in Lincoln."""
    User.objects.filter(pk=district.pia.pk).update(must_change_password=True)
    return {
        "reset": (sign_in(district.maria), reset_of(district.sam)),
        "change": (sign_in(district.sam), CHANGE),
        "update": (sign_in(district.pia), "/riverside/update-password/"),
    }


@pytest.mark.parametrize("page", ["reset", "change", "update"])
def test_the_rules_stand_there_before_anybody_types(district, pages, page):
    browser, path = pages[page]
    assert "8 to 256 characters" in text_of(browser.get(path))
    policy(district.lincoln, shortest=9, classes_needed=4, banned_words="riverboat")
    response = browser.get(path)
    assert "9 to 256 characters" in text_of(response) and "All of these" in text_of(response)
    assert "riverboat" not in response.content.decode()  # a list of them would help whoever guesses


@pytest.mark.parametrize("page", ["reset", "change", "update"])
def test_the_policy_decides_what_is_taken(district, pages, page):
    browser, path = pages[page]
    assert "Use three of these" in text_of(send(browser, path, WORDS))
    policy(preset=Preset.NIST)
    refused = send(browser, path, "Copper-River-9")
    assert refused.status_code == 422
    assert "at least 15 characters long" in text_of(refused)
    assert send(browser, path, WORDS, ticket=ticket_on(browser, path)).status_code in (200, 302)
    person = district.pia if page == "update" else district.sam
    assert User.objects.get(pk=person.pk).check_password(WORDS)


def ticket_on(browser, path: str) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', browser.get(path).content.decode())
    return found[1] if found else ""


@pytest.mark.parametrize("style", ["words", "word-and-digits", "strong"])
def test_what_is_generated_meets_the_persons_policy(district, pages, style):
    policy(preset=Preset.NIST)
    type(district.lincoln).objects.filter(pk=district.lincoln.pk).update(password_style=style)
    browser, path = pages["reset"]
    page = browser.post(path, {"generate": "1", "ticket": ticket_on(browser, path)}).content.decode()
    shown = unescape(re.search(r'<input[^>]*value="([^"]+)"[^>]*readonly', page)[1])
    assert len(shown) >= 15
    assert User.objects.get(pk=district.sam.pk).check_password(shown)


# --- the last password ---


def test_a_change_needs_another_password_unless_the_policy_says_otherwise(district, sign_in):
    browser = sign_in(district.sam)
    assert "Not your last password" in text_of(browser.get(CHANGE))
    assert "not your last one" in text_of(send(browser, CHANGE, PASSWORD))
    policy(refuse_last=False)
    assert "Not your last password" not in text_of(browser.get(CHANGE))
    assert send(browser, CHANGE, PASSWORD).status_code == 302


@pytest.mark.parametrize("allowed", [True, False])
def test_a_reset_may_set_the_last_password_again(district, allowed):
    data = {"new_password": PASSWORD, "confirm_new_password": PASSWORD}
    form = NewPasswordForm(district.sam, district.tenant, data, reuse_allowed=allowed)
    assert form.is_valid() == allowed
    assert ("last" in {rule.code for rule in form.rules}) != allowed


def test_a_manager_is_not_told_a_persons_last_password(district, pages):
    browser, path = pages["reset"]
    assert "last password" not in text_of(browser.get(path))
    assert send(browser, path, PASSWORD, ticket=ticket_on(browser, path)).status_code == 200


def test_who_forgot_the_password_chooses_one_by_the_policy(district, client):
    policy(preset=Preset.NIST)
    proved(client)
    assert "15 to 256 characters" in text_of(client.get(NEW))
    assert send(client, NEW, "Copper-River-9").status_code == 422
    judged = send(client, NEW, WORDS, check="1")
    assert judged.status_code == 200 and "<strong>strong</strong>" in judged.content.decode()
    assert "has been reset" in text_of(send(client, NEW, WORDS))


# --- what the browser is told, and what it says without JavaScript ---


def test_the_browser_is_told_what_it_needs_to_check_and_no_more(district):
    policy(shortest=12, longest=99, classes_needed=2, banned_words="riverboat")
    form = NewPasswordForm(district.sam, district.tenant)
    names = "district reed riverside school unified"
    assert form.checks == {"shortest": 12, "longest": 99, "classes": 2, "names": names}
    assert [rule.code for rule in form.rules] == ["length", "classes", "names", "words", "last", "same"]


@pytest.mark.parametrize("page", ["reset", "change", "update"])
@pytest.mark.parametrize(("password", "word"), [("x7!", "very weak"), (WORDS, "strong")])
def test_what_was_sent_and_refused_is_judged(pages, page, password, word):
    browser, path = pages[page]
    response = send(browser, path, password)
    assert response.status_code == 422
    assert f"<strong>{word}</strong>" in response.content.decode()
    assert password not in response.content.decode()


@pytest.mark.parametrize("page", ["reset", "change", "update"])
def test_check_only_judges_and_saves_nothing(district, pages, page):
    browser, path = pages[page]
    before = set(User.objects.values_list("pk", "password"))
    response = send(browser, path, "Velvet-Canyon-83", check="1", ticket=ticket_on(browser, path))
    assert response.status_code == 200
    assert "<strong>strong</strong>" in response.content.decode()
    assert "Velvet-Canyon" not in response.content.decode()
    assert "Please check this" not in text_of(response)
    assert set(User.objects.values_list("pk", "password")) == before


@pytest.mark.parametrize("page", ["reset", "change", "update"])
def test_before_anything_was_sent_no_strength_is_shown(pages, page):
    browser, path = pages[page]
    page = browser.get(path).content.decode()
    assert re.search(r'<div class="strength"[^>]* hidden>', page)
    assert "<noscript>" in page


@pytest.mark.parametrize(("password", "score"), [("password", 0), ("kitefern", 2), (WORDS, 4), ("", 0)])
def test_strength_is_a_number_and_a_word(password, score):
    assert strength(password).score == score
    assert strength(password).word == estimate.WORDS[score]


def test_names_make_a_password_weaker():
    assert strength("qzvxriverk", ["qzvxriverk"]).score < strength("qzvxriverk").score


def test_a_huge_text_is_judged_by_its_beginning():
    assert strength("4@8({[<369&1!|70$5+7%2" * 10_000).score == 4


def test_rules_are_told_in_full_under_every_preset(district):
    for preset, first in ((Preset.ENTRA, "8 to 256"), (Preset.NIST, "15 to 256")):
        PasswordPolicy.objects.all().delete()
        policy(preset=preset)
        assert first in str(NewPasswordForm(district.sam, district.tenant).rules[0])
