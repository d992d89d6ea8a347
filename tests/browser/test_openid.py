"""An application sends somebody here, on a phone: sign in, say yes, and be back, with and without script."""

import pytest
from playwright.sync_api import expect

from directory import actions
from directory.door import Initiator
from directory.models import Application
from tests.browser.conftest import PHONE
from tests.browser.steps import field, heading, press
from tests.browser.test_accessibility import findings
from tests.conftest import PASSWORD
from tests.messages.servers import Web, web

PAGE = b"<!doctype html><html lang=en><title>Library</title><link rel=icon href=data:,><h1>Library</h1>"


@pytest.fixture
def library():
    """The application's own site, on another port."""
    with web() as site:
        site.body, site.headers = PAGE, {"Content-Type": "text/html"}
        yield site


def question(stage, site: Web, **fields) -> str:
    back = f"http://127.0.0.1:{site.port}/back"
    application = Application(name="Library", type="public", redirect_uris=back)
    actions.add_application(application, by=Initiator(stage.admin))
    Application.objects.filter(pk=application.pk).update(**fields)
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    return (
        f"/riverside/openid/authorize/?response_type=code&client_id={application.pk}&redirect_uri={back}"
        f"&scope=openid+profile&state=abc&code_challenge={challenge}&code_challenge_method=S256"
    )


def sign_in_here(page) -> None:
    heading(page, "Sign in")
    field(page, "Username").fill("pia.moss")
    field(page, "Password").fill(PASSWORD)
    press(page, "Sign in")


def is_back(page, site: Web) -> None:
    heading(page, "Library")
    expect(page).to_have_url(f"http://127.0.0.1:{site.port}{site.asked[-1].path}")
    assert site.asked[-1].path.startswith("/back?code=")
    assert "Referer" not in site.asked[-1].headers


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_pupil_signs_in_to_an_application_and_says_yes(visit, stage, library, script):
    page = visit(None, PHONE, java_script_enabled=script)
    page.goto(question(stage, library))
    sign_in_here(page)
    heading(page, "Sign in to Library?")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    if script:
        assert findings(page) == []
    press(page, "Continue")
    is_back(page, library)


def test_without_a_question_signing_in_leads_back_at_once(visit, stage, library):
    """The form's own policy lets it lead nowhere else: a page of ours stands in between."""
    page = visit(None, PHONE)
    page.goto(question(stage, library, skip_consent=True))
    sign_in_here(page)
    is_back(page, library)


def test_no_leads_back_too_and_a_second_sign_in_can_be_asked_for(visit, stage, library):
    page = visit(stage.pia, PHONE)
    page.goto(question(stage, library) + "&prompt=login")
    heading(page, "Sign in again")
    assert findings(page) == []
    press(page, "Sign in again")
    sign_in_here(page)
    heading(page, "Sign in to Library?")
    press(page, "Cancel")
    heading(page, "Library")
    assert library.asked[-1].path.startswith("/back?error=access_denied")


def test_who_may_not_reads_why(visit, stage, library):
    page = visit(stage.pia, PHONE)
    where = question(stage, library)
    type(stage.pia).objects.filter(pk=stage.pia.pk).update(authority="memory")
    page.goto(where)
    heading(page, "You cannot open Library")
    assert findings(page) == []
