"""Signing in at the tenant's provider, which is another site: ours is 127.0.0.1, theirs localhost."""

from collections.abc import Iterator
from html import escape
from http.server import BaseHTTPRequestHandler
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, Request, expect

from directory import saml_keys
from directory.models import FederatedIdentity, IdentityProvider, ProviderKind
from tenants.models import AllowedHost, operators
from tests.browser.steps import heading, press
from tests.federation import openid
from tests.federation.saml_idp import ENTITY, UPN, Idp, encoded
from tests.messages import servers
from tests.npm import NotInstalled

PAGE = """<!doctype html><title>Provider</title><form method="post" action="{acs}">
<input type="hidden" name="SAMLResponse" value="{answer}"><button>Continue</button></form>
<script>document.forms[0].submit()</script>"""


@pytest.fixture
def provider(stage, server, tmp_path) -> Iterator[SimpleNamespace]:
    """A SAML provider with a page of its own."""
    with servers.web() as site:
        idp = Idp(tmp_path, sso=f"http://localhost:{site.port}/sso")
        row = _saml_row(stage.tenant, idp, site.port)
        urls = {"acs": f"{server.url}/riverside/federation/{row.pk}/acs/"}
        idp.meet(_metadata(server.url, row))

        def talk(handler: BaseHTTPRequestHandler) -> None:
            body = b""
            if handler.path.startswith("/sso"):
                answer = encoded(idp.answer(idp.read(handler.path)))
                body = PAGE.format(answer=escape(answer), **urls).encode()
            handler.send_response(200)
            handler.send_header("Content-Type", "text/html")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        site.talks = talk
        yield SimpleNamespace(row=row, idp=idp)


def _saml_row(tenant, idp: Idp, port: int) -> IdentityProvider:
    with operators().scope():
        AllowedHost.objects.create(host="localhost", port=port, tenant=tenant)
    key, certificate = saml_keys.make()
    return IdentityProvider.objects.create(
        name="Riverside SAML",
        kind=ProviderKind.SAML,
        enabled=True,
        entity_id=ENTITY,
        sso_url=idp.sso,
        certificates=idp.certificate,
        user_name_attribute=UPN,
        own_key=key,
        own_certificate=certificate,
    )


def _metadata(url: str, row: IdentityProvider) -> bytes:
    import requests

    return requests.get(f"{url}/riverside/federation/{row.pk}/metadata/", timeout=20).content


def posts_to(page: Page, part: str) -> list[Request]:
    """What is posted there from now on."""
    found: list[Request] = []
    page.on("request", lambda r: found.append(r) if r.method == "POST" and part in r.url else None)
    return found


def test_the_answer_of_a_saml_provider_finds_its_session(visit, stage, provider):
    page = visit()
    answers = posts_to(page, "/acs/")
    page.goto("/riverside/sign-in/")
    press(page, "Sign in with Riverside SAML")
    page.wait_for_url("**/riverside/account/")
    expect(page.get_by_text("sam.reed@riverside.example").first).to_be_visible()
    theirs, ours = (answer.all_headers().get("cookie", "") for answer in answers)
    # Else this would prove nothing: the provider's own form came without our cookie.
    assert "mystaff=" not in theirs and "mystaff=" in ours
    assert FederatedIdentity.objects.get().user_id == stage.sam.pk


def test_without_script_two_buttons_do_the_same(visit, stage, provider):
    page = visit(java_script_enabled=False)
    page.goto("/riverside/sign-in/")
    press(page, "Sign in with Riverside SAML")
    press(page, "Continue", "Go on")
    page.wait_for_url("**/riverside/account/")


def test_an_answer_of_somebody_else_signs_nobody_in(visit, stage, provider, server):
    """Who lures a browser to the answer for themselves gets a page that says no."""
    page = visit()
    asked = {"in_response_to": "_theirs", "sp_entity_id": f"{server.url}/riverside/x/"}
    answer = provider.idp.answer(asked | {"destination": f"{server.url}/riverside/x/"})
    acs = f"{server.url}/riverside/federation/{provider.row.pk}/acs/"
    page.set_content(PAGE.format(answer=escape(encoded(answer)), acs=acs))
    heading(page, "You are not signed in")


@pytest.fixture(scope="module")
def op():
    try:
        folder = openid.install()
    except NotInstalled as error:
        pytest.skip(f"Signing in with OpenID Connect is NOT tested in the browser: {error}")
    with openid.running(folder) as provider:
        yield provider


def test_the_answer_of_an_openid_provider_finds_its_session(visit, stage, server, op):
    with operators().scope():
        AllowedHost.objects.create(host="127.0.0.1", port=op.port, tenant=stage.tenant)
    cache.clear()
    row = IdentityProvider(name="Riverside ID", enabled=True, issuer=op.issuer)
    client = op.register(f"{server.url}/riverside/federation/{row.pk}/complete/")
    row.client_id, row.client_secret = client["client_id"], client["client_secret"]
    row.save()
    op.control({"sub": "1", "email": "sam.reed@riverside.example", "email_verified": True})
    page = visit()
    page.goto("/riverside/sign-in/")
    press(page, "Sign in with Riverside ID")
    page.wait_for_url("**/riverside/account/")
