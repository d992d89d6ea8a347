"""The pages of passes and of removed sign-in methods: the manager's, and the one where somebody comes in."""

import re

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from audit.models import Entry, Result
from directory import actions, factors, lockout
from directory.door import Initiator
from directory.models import AccessPass, Settings, User
from tests.mystaff.factors.totp import give_app, give_codes
from tests.mystaff.reading import words

DOOR = "/riverside/access-pass/"
WRONG = "The username or the pass is not right, or the pass has ended."


@pytest.fixture
def maria(district, sign_in):
    return sign_in(district.maria)


def people(person, *rest) -> str:
    return "/".join(["/riverside/people", str(person.pk), *rest, ""])


def ticket(browser, person) -> str:
    return browser.get(people(person, "access-pass")).context["ticket"]


def give(browser, person, **data):
    data = {"ticket": ticket(browser, person), "minutes": "60"} | data
    return browser.post(people(person, "access-pass"), data)


def shown(answer) -> str:
    return re.search(r'id="temporary" class="code" value="([^"]+)"', answer.content.decode())[1]


def come_in(name: str, code: str, at: str = "/riverside", browser: Client | None = None):
    return (browser or Client()).post(f"{at}/access-pass/", {"username": name, "access_pass": code})


def test_it_is_shown_once_and_lets_somebody_in(district, maria):
    answer = give(maria, district.sam)
    code = shown(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    assert code not in maria.get(people(district.sam)).content.decode()
    browser = Client()
    assert come_in("sam.reed", code, browser=browser).headers["Location"] == "/riverside/account/#security"
    assert browser.get("/riverside/account/").status_code == 200
    last = browser.session[AUTHENTICATION_METHODS_SESSION_KEY][-1]
    assert last["method"] == "access_pass" and code not in str(dict(browser.session))
    assert (
        browser.get("/riverside/account/app/").status_code == 200
    )  # it counts as a proof of the last minutes
    assert (
        Entry.objects.filter(activity="Sign-in with temporary access pass", result=Result.SUCCESS).count()
        == 1
    )


def test_sent_again_it_makes_and_shows_nothing(district, maria):
    data = {"ticket": ticket(maria, district.sam), "minutes": "60"}
    code = shown(maria.post(people(district.sam, "access-pass"), data))
    before = AccessPass.objects.values().get()
    again = maria.post(people(district.sam, "access-pass"), data, follow=True)
    assert "This page was sent before." in again.content.decode() and code not in again.content.decode()
    assert AccessPass.objects.values().get() == before


def test_it_stands_in_for_the_second_step_too(district, maria):
    give_app(district.sam)
    code = shown(give(maria, district.sam))
    assert come_in("sam.reed", code).headers["Location"] == "/riverside/account/#security"


@pytest.mark.parametrize("data", [{"minutes": ""}, {"minutes": "9"}, {"minutes": "43201"}, {"minutes": "x"}])
def test_only_what_is_offered_is_taken(district, maria, data):
    assert give(maria, district.sam, **data).status_code == 422
    assert not AccessPass.objects.exists()


def test_every_failure_sounds_alike(district, lake, maria):
    code = shown(give(maria, district.sam))
    User.objects.filter(pk=district.pia.pk).update(is_active=False)
    seen = set()
    for name, typed in (
        ("sam.reed", "wrong"),
        ("nobody", code),
        ("omar.diaz", code),
        ("pia.moss", code),
        ("ivy.chen@lakeshore.example", code),
    ):
        answer = come_in(name, typed)
        assert WRONG in answer.content.decode()
        seen.add((answer.status_code, words(answer).replace(name, "NAME")))
    assert len(seen) == 1


def test_wrong_ones_lock_as_wrong_passwords_do(district, maria):
    code = shown(give(maria, district.sam))
    for number in range(lockout.MOST):
        answer = come_in("sam.reed", f"wrong-{number}")
    assert "too many wrong tries" in answer.content.decode()
    assert come_in("sam.reed", code).status_code == 422


def test_switched_off_there_is_no_page_and_no_button(district, maria):
    code = shown(give(maria, district.sam))
    Settings.objects.update(temporary_access_pass=False)
    assert come_in("sam.reed", code).headers["Location"] == "/riverside/sign-in/"
    assert "temporary access pass" not in Client().get("/riverside/sign-in/").content.decode()
    assert "Give access pass" not in maria.get(people(district.sam)).content.decode()
    assert "switched off" in give(maria, district.sam).content.decode()


def test_another_tenant_knows_nothing_of_it(district, lake, maria):
    code = shown(give(maria, district.sam))
    answer = come_in("sam.reed@riverside.example", code, at="/lakeshore")
    assert WRONG in answer.content.decode()


def test_the_key_of_the_session_is_a_new_one(district, maria):
    code, browser = shown(give(maria, district.sam)), Client()
    with district.tenant.scope():
        session = browser.session
        session["planted"] = True
        session.save()
    browser.cookies["mystaff"] = session.session_key
    come_in("sam.reed", code, browser=browser)
    assert browser.cookies["mystaff"].value != session.session_key


def test_a_pass_is_ended_on_the_profile(district, maria):
    code = shown(give(maria, district.sam))
    assert "End access pass" in maria.get(people(district.sam)).content.decode()
    assert "End</button>" in maria.get(people(district.sam, "access-pass", "end")).content.decode()
    assert maria.post(people(district.sam, "access-pass", "end")).headers["Location"] == people(district.sam)
    assert come_in("sam.reed", code).status_code == 422
    assert maria.get(people(district.sam, "access-pass", "end")).status_code == 302


# Removing sign-in methods


def test_removing_asks_first_and_ends_sessions(district, maria, sign_in):
    give_app(district.sam)
    codes, sam = give_codes(district.sam), sign_in(district.sam)
    page = maria.get(people(district.sam, "sign-in-methods", "remove")).content.decode()
    assert "Authenticator app, Recovery codes" in page and factors.has_any(district.sam)
    maria.post(people(district.sam, "sign-in-methods", "remove"))
    assert factors.kinds(district.sam) == []
    assert sam.get("/riverside/account/").status_code == 302
    assert factors.proved_by(district.sam, codes[0]) is None
    entry = Entry.objects.filter(result=Result.SUCCESS, target_id=district.sam.pk).get()
    assert entry.activity == "Admin deleted security info"


def test_the_profile_says_which_kinds_and_not_more(district, maria, sign_in):
    row = give_app(district.sam)
    page = maria.get(people(district.sam)).content.decode()
    assert "Authenticator app" in page and row.data["secret"] not in page
    # Whoever may not remove them does not learn what there is.
    seen = words(sign_in(district.helen).get(people(district.sam)))
    assert "Authenticator app" not in seen and "Remove sign-in methods" in seen
    row.delete()
    assert words(sign_in(district.helen).get(people(district.sam))) == seen


@pytest.mark.parametrize("deed", [("access-pass",), ("access-pass", "end"), ("sign-in-methods", "remove")])
@pytest.mark.parametrize(
    ("who", "whom", "reason"),
    [
        ("helen", "sam", "Your role does not include this."),
        ("maria", "maria", "This is your own account."),
    ],
)
def test_out_of_reach_it_is_refused_with_its_reason(district, sign_in, deed, who, whom, reason):
    give_app(getattr(district, whom))
    browser, person = sign_in(getattr(district, who)), getattr(district, whom)
    for answer in (
        browser.get(people(person, *deed)),
        browser.post(people(person, *deed), {"minutes": "60"}),
    ):
        assert answer.status_code == 403 and reason in answer.content.decode()
    assert factors.has_any(person) and not AccessPass.objects.exists()


def test_a_reset_leaves_the_second_step(district):
    give_app(district.sam)
    actions.reset_password(district.sam, "Maple-Bridge-93", by=Initiator(district.admin))
    assert factors.has_any(district.sam)
