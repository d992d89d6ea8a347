"""Who may sign in to an application, for how long it counts, and how consent is given."""

from __future__ import annotations

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client

from audit.models import Entry, Result
from directory import actions
from directory.door import Initiator
from directory.models import Group, GroupMember, User
from tests.mystaff.openid.conftest import Party, add, came_back, secret_of

NEW = "Maple-Bridge-93"


# Who may


def refused(party: Party, browser: Client) -> str:
    """The page that says why; nothing is given out, and the trail has it."""
    given = Token.objects.count()
    response = party.ask(browser)
    assert response.status_code == 403
    assert Token.objects.count() == given
    return Entry.objects.filter(result=Result.DENIED).order_by("-sequence")[0].result_reason


def test_a_guest_does_not_sign_in_to_applications(district, lake, guest_maria, sign_in):
    with lake.tenant.scope():
        application = add(lake.admin)
    party = Party(application, "", prefix="/lakeshore")
    browser = sign_in(district.maria)
    assert browser.get("/lakeshore/account/").status_code == 200
    with lake.tenant.scope():
        assert "guest" in refused(party, browser)


def test_who_has_the_password_elsewhere_does_not(district, library, sam):
    User.objects.filter(pk=district.sam.pk).update(authority="memory")
    assert "not kept here" in refused(library, sam)


def test_who_is_not_in_the_group_does_not(district, library, sam):
    group = Group.objects.create(name="Readers")
    application = library.application
    token = library.tokens(sam)["access_token"]
    code = library.code(sam)
    actions.update_application(application, {"group": group}, by=Initiator(district.admin))
    assert "not for everyone" in refused(library, sam)
    assert library.who(token).status_code == 401  # nor does what was given out before count
    assert library.fetch(code).json()["error"] == "invalid_grant"
    GroupMember.objects.create(group=group, user=district.sam)
    assert library.tokens(sam)


def test_a_temporary_password_is_replaced_first(district, library):
    actions.reset_password(district.nora, NEW, by=Initiator(district.tom))
    browser = Client()
    browser.post("/riverside/sign-in/", {"login": "nora.field", "password": NEW})
    assert library.ask(browser).headers["Location"] == "/riverside/update-password/"
    assert not Token.objects.exists()


ENDS = ["disabled", "reset", "signed out everywhere", "changed", "removed", "application removed"]


def end(how: str, district, library) -> None:
    sam, by = district.sam, Initiator(district.admin)
    if how == "disabled":
        actions.disable_user(sam, by=by)
    elif how == "reset":
        actions.reset_password(sam, NEW, by=by)
    elif how == "signed out everywhere":
        sam.revoke_sessions()
        sam.save(update_fields=["sessions_valid_from"])
    elif how == "changed":
        actions.change_password(NEW, by=Initiator(sam))
    elif how == "removed":
        actions.remove_user(sam, by=by)
    else:
        actions.remove_application(library.application, by=by)


@pytest.mark.parametrize("how", ENDS)
def test_codes_and_tokens_end_with_the_sign_in(district, library, sam, how):
    token, code = library.tokens(sam)["access_token"], library.code(sam)
    assert library.who(token).status_code == 200
    end(how, district, library)
    answer = library.who(token)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert library.fetch(code).status_code in (400, 401)


def test_a_new_secret_ends_what_the_old_one_fetched(district, library, sam):
    token, old = library.tokens(sam)["access_token"], library.secret
    code = library.code(sam)
    library.secret = secret_of(library.application, district.admin)
    assert library.who(token).status_code == 401
    assert library.fetch(code).json()["error"] == "invalid_grant"
    assert library.fetch(library.code(sam), client_secret=old).status_code == 401
    assert library.tokens(sam)


# Consent


@pytest.fixture
def asking(district) -> Party:
    application = add(district.admin, "Games", skip_consent=False)
    return Party(application, secret_of(application, district.admin))


def test_consent_is_asked_for_and_answered_by_hand(district, asking, sam):
    page = asking.ask(sam)
    assert page.status_code == 200
    assert "Sign in to Games?" in page.content.decode()
    assert "Sam Reed" in page.content.decode()
    assert not Token.objects.exists()
    answer = came_back(sam.post(page.context["answer"], {"grant": "1"}))
    assert asking.fetch(answer["code"]).status_code == 200
    denied = came_back(sam.post(page.context["answer"], {"deny": "1"}))
    assert (denied["error"], denied["state"]) == ("access_denied", "state-of-theirs")
    assert "code" not in denied


def test_another_site_cannot_consent_for_somebody(district, asking):
    browser = Client(enforce_csrf_checks=True)
    browser.get("/riverside/sign-in/")
    token = {"csrfmiddlewaretoken": browser.cookies["mystaff_csrf"].value}
    sign_in = {"login": "sam.reed", "password": "Copper-Lantern-47"}
    assert browser.post("/riverside/sign-in/", sign_in | token).status_code == 302
    answer = asking.ask(browser).context["answer"]
    assert browser.post(answer, {"grant": "1"}).status_code == 403
    # Nor by the endpoint that takes posted questions: it only leads to the page that asks.
    path, _sign, query = asking.question().partition("?")
    posted = browser.post(
        path, query + "&grant=1", content_type="application/x-www-form-urlencoded", follow=True
    )
    assert "Sign in to Games?" in posted.content.decode()
    assert not Token.objects.exists()
    assert asking.ask(browser).headers["X-Frame-Options"] == "DENY"


def test_an_answer_to_a_forged_question_is_refused(asking, sam):
    answer = asking.ask(sam).context["answer"].replace("library.example", "evil.example")
    response = sam.post(answer, {"grant": "1"})
    assert response.status_code == 400
    assert b"evil.example" not in response.content


def test_a_stranger_cannot_answer(asking, sam):
    answer = asking.ask(sam).context["answer"]
    response = Client().post(answer, {"grant": "1"})
    assert response.headers["Location"].startswith("/riverside/sign-in/")
    # After signing in the browser asks for the same address, and is led back to the question.
    assert sam.get(answer).headers["Location"].startswith("/riverside/openid/continue/?")
