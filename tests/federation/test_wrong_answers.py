"""Answers that must not be taken: each gets one plain sentence and a line in the trail."""

import re
import socket
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from directory.connectors import slots
from directory.models import FederatedIdentity, IdentityProvider
from tests.federation.conftest import (
    SAM,
    allow,
    begin,
    complete_url,
    make_provider,
    person_in,
    reasons,
    there_and_back,
)

PAST, FUTURE = 1_700_000_000, 4_000_000_000


@pytest.fixture
def provider(op, district):
    return make_provider(op, district.tenant)


def assert_refused(browser, response, sentence: str) -> None:
    assert response.status_code == 403
    assert "You are not signed in" in response.content.decode()
    assert person_in(browser) == ""
    assert reasons()[-1] == sentence
    assert not FederatedIdentity.objects.exists()


WRONG = {
    "wrong issuer": ({"claims": {"iss": "https://evil.example"}}, "The answer is from another issuer."),
    "wrong audience": ({"claims": {"aud": "another"}}, "The answer is for another application."),
    "other party": ({"claims": {"azp": "another"}}, "The answer is for another application."),
    "expired": ({"claims": {"exp": PAST}}, "The answer is too old."),
    "issued long ago": ({"claims": {"iat": PAST}}, "The answer is too old."),
    "issued tomorrow": (
        {"claims": {"iat": 4_000_000_000}},
        "The answer is not valid yet: compare the clocks.",
    ),
    "no issue date": ({"drop": ["iat"]}, "Something is missing in the answer."),
    "no end": ({"drop": ["exp"]}, "Something is missing in the answer."),
    "no subject": ({"drop": ["sub"]}, "Something is missing in the answer."),
    "wrong nonce": ({"claims": {"nonce": "of another"}}, "The answer belongs to another sign-in."),
    "no nonce": ({"drop": ["nonce"]}, "The answer belongs to another sign-in."),
    "unsigned": ({"alg": "none"}, "The answer’s signature is not the provider’s."),
    "another's key": ({"foreign": True}, "The answer’s signature is not the provider’s."),
    "public key as secret": ({"alg": "HS256"}, "The answer’s signature is not the provider’s."),
    "other access token": ({"claims": {"at_hash": "x"}}, "The answer’s parts do not belong together."),
    "userinfo of another": ({"me": {"sub": "other"}}, "The answer’s parts are about different people."),
    "a date that is none": ({"claims": {"iat": "soon"}}, "The answer could not be understood."),
    "declined": ({"refuse": True}, "The provider did not sign the person in."),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_refused(op, district, provider, name):
    tamper, sentence = WRONG[name]
    op.control(SAM, **tamper)
    browser = Client()
    assert_refused(browser, there_and_back(browser, op, provider), sentence)


def test_a_provider_that_describes_itself_as_another_is_refused(op, district, provider):
    op.control(SAM, issuer="https://evil.example")
    response = Client().post(f"/riverside/federation/{provider.pk}/begin/")
    assert response.status_code == 403
    assert reasons() == ["The provider describes itself as another issuer."]


def test_an_answer_serves_once(op, district, provider):
    browser = Client()
    back = op.visit(begin(browser, provider))
    assert browser.get(back).status_code == 302
    browser.post("/riverside/sign-out/")
    assert browser.get(back).status_code == 403 and person_in(browser) == ""
    # Kept and sent once more before anybody signed in, it is known for what it is.
    other = Client()
    op.control(SAM, claims={"nonce": "wrong"})
    back = op.visit(begin(other, provider))
    other.get(back)
    assert other.get(back).status_code == 403
    assert reasons()[-1] == "The answer was used before."


def test_an_answer_is_nothing_in_another_browser(op, district, provider):
    """Whoever makes somebody else follow their link must not have them signed in as themselves."""
    back = op.visit(begin(Client(), provider))
    victim = Client()
    assert victim.get(back).status_code == 403 and person_in(victim) == ""


def test_the_issuer_in_the_address_is_compared(op, district, provider):
    browser = Client()
    back = op.visit(begin(browser, provider))
    assert "iss=" in back
    swapped = re.sub(r"iss=[^&]*", "iss=https%3A%2F%2Fevil.example", back)
    assert swapped != back
    assert_refused(browser, browser.get(swapped), "The answer is from another issuer.")


def test_without_the_issuer_that_was_promised_it_is_refused(op, district, provider):
    browser = Client()
    back = op.visit(begin(browser, provider))
    bare = back.split("&iss=")[0] if "&iss=" in back else back
    assert bare != back
    assert_refused(browser, browser.get(bare), "The answer is from another issuer.")


def test_a_code_of_another_sign_in_fails_at_the_provider(op, district, provider):
    """The verifier of PKCE is this browser's."""
    browser, other = Client(), Client()
    back, stolen = op.visit(begin(browser, provider)), op.visit(begin(other, provider))
    mine, theirs = (parse_qs(urlsplit(url).query)["code"][0] for url in (back, stolen))
    assert_refused(
        browser,
        browser.get(back.replace(mine, theirs)),
        "The provider refused our request: compare the client’s ID and secret.",
    )


def test_the_request_asks_for_state_nonce_and_pkce(op, district, provider):
    sent = parse_qs(urlsplit(begin(Client(), provider)).query)
    assert sent["code_challenge_method"] == ["S256"] and sent["response_type"] == ["code"]
    assert all(len(sent[name][0]) >= 32 for name in ("state", "nonce", "code_challenge"))


def test_a_wrong_secret_is_said(op, district, provider):
    provider.client_secret = "not it"
    provider.save()
    browser = Client()
    sentence = "The provider refused our request: compare the client’s ID and secret."
    assert_refused(browser, there_and_back(browser, op, provider), sentence)


def test_one_that_does_not_answer_is_not_asked_by_everybody(op, district):
    row = make_provider(op, district.tenant)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    allow("127.0.0.1", port)
    IdentityProvider.objects.update(issuer=f"http://127.0.0.1:{port}")
    for _time in range(2):
        assert Client().post(f"/riverside/federation/{row.pk}/begin/").status_code == 403
    assert reasons() == ["“127.0.0.1” did not answer.", "The provider did not answer a moment ago."]


def test_a_tenant_whose_threads_all_wait_is_told_so_and_its_provider_is_not_called_silent(
    op, district, monkeypatch
):
    monkeypatch.setattr(slots, "MOST", 0)
    monkeypatch.setattr(slots, "WAIT", 0.01)
    row = make_provider(op, district.tenant)
    assert Client().post(f"/riverside/federation/{row.pk}/begin/").status_code == 403
    assert reasons() == [f"{row} has too much to do. Try again later."]
    monkeypatch.undo()
    assert Client().post(f"/riverside/federation/{row.pk}/begin/").status_code == 200


def test_hosts_that_no_operator_allows_are_not_asked(op, district):
    from tenants.models import AllowedHost, operators

    row = make_provider(op, district.tenant)
    with operators().scope():
        AllowedHost.objects.all().delete()
    cache.clear()
    response = Client().post(f"/riverside/federation/{row.pk}/begin/")
    assert response.status_code == 403 and "https only" in reasons()[0]


# The wall


@pytest.fixture
def two(op, district, lake):
    """Riverside's and Lakeshore's rows for the same provider, with the same client."""
    rows = [IdentityProvider() for _tenant in range(2)]
    tenants = (district.tenant, lake.tenant)
    client = op.register(*(complete_url(row, tenant) for row, tenant in zip(rows, tenants, strict=True)))
    return [make_provider(op, tenant, client, pk=row.pk) for row, tenant in zip(rows, tenants, strict=True)]


def test_one_tenants_answer_signs_nobody_in_at_another(op, district, lake, two):
    """The same provider, the same client, the same browser: the state is one provider row's."""
    here, there = two
    browser = Client()
    back = op.visit(begin(browser, here))
    code_there = back.replace(complete_url(here, district.tenant), complete_url(there, lake.tenant))
    assert code_there != back
    assert browser.get(code_there).status_code == 403
    assert person_in(browser, "/lakeshore") == person_in(browser) == ""
    with lake.tenant.scope():
        assert reasons() == ["The answer belongs to a sign-in with another provider."]


def test_one_tenants_row_is_not_there_in_another(op, district, lake, two):
    here, there = two
    assert Client().post(f"/lakeshore/federation/{here.pk}/begin/").status_code == 404
    assert Client().post(f"/riverside/federation/{there.pk}/begin/").status_code == 404
    browser = Client()
    back = op.visit(begin(browser, here))
    assert browser.get(back.replace("/riverside/", "/lakeshore/")).status_code == 404
    assert person_in(browser, "/lakeshore") == ""


def test_the_same_subject_is_somebody_else_in_each_tenant(op, district, lake, two):
    here, there = two
    browser = Client()
    there_and_back(browser, op, here)
    assert person_in(browser) == "sam.reed@riverside.example"
    op.control(SAM | {"email": "ivy.chen@lakeshore.example"})
    other = Client()
    there_and_back(other, op, there, "/lakeshore")
    assert person_in(other, "/lakeshore") == "ivy.chen@lakeshore.example"
    # The same subject with Riverside's name: Lakeshore's provider has no say in Riverside.
    op.control(SAM | {"sub": "s-9"})
    third = Client()
    there_and_back(third, op, there, "/lakeshore")
    assert person_in(third, "/lakeshore") == person_in(third) == ""
