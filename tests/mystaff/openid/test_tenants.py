"""Two tenants, each its own provider: nothing of one's opens anything at the other."""

from __future__ import annotations

import jwt
import pytest
from allauth.idp.oidc.models import Client as OpenIDClient
from allauth.idp.oidc.models import Token
from django.test import Client

from directory import signing_keys
from directory.door import CommandLine
from tenants.models import HostName, operators
from tests.mystaff.openid.conftest import Party, add, came_back, secret_of, sign_in_by_hand


@pytest.fixture
def games(lake) -> Party:
    """An application of Lakeshore's that has the same address to come back to."""
    with lake.tenant.scope():
        application = add(lake.admin)
        return Party(application, secret_of(application, lake.admin), prefix="/lakeshore")


def at_the_other(party: Party) -> Party:
    """The same application, asking the wrong tenant."""
    return Party(party.application, party.secret, "/lakeshore" if "river" in party.prefix else "/riverside")


@pytest.fixture
def ivy(lake) -> Client:
    browser = Client()
    assert sign_in_by_hand(browser, lake.ivy, prefix="/lakeshore").status_code == 302
    return browser


def test_an_application_is_unknown_at_the_other(library, games, sam, ivy):
    assert at_the_other(library).ask(ivy).status_code == 400
    assert at_the_other(games).ask(sam).status_code == 400
    assert games.tokens(ivy) and library.tokens(sam)


def test_a_session_is_a_strangers_at_the_other(games, sam):
    assert games.ask(sam).headers["Location"].startswith("/lakeshore/sign-in/")


def test_a_code_opens_nothing_at_the_other(library, games, sam):
    code = library.code(sam)
    assert at_the_other(library).fetch(code).json()["error"] == "invalid_client"
    assert games.fetch(code).json()["error"] == "invalid_grant"
    assert library.fetch(code).status_code == 200


def test_a_token_opens_nothing_at_the_other(library, games, sam):
    token = library.tokens(sam)["access_token"]
    assert games.who(token).status_code == 401
    data = {"client_id": games.application.pk, "client_secret": games.secret, "token": token}
    assert games.server.post("/lakeshore/openid/revoke/", data).status_code == 200
    assert library.who(token).status_code == 200


def test_the_same_number_is_another_row(district, lake, library, games, sam):
    """Even a row that somebody copied over, key for key, stays on its side of the wall."""
    token = library.tokens(sam)["access_token"]
    row = Token.objects.get(type="at")
    with lake.tenant.scope():
        Token.objects.create(type="at", hash="another", client_id=games.application.pk, data={})
        assert not Token.objects.filter(hash=row.hash).exists()
        assert not OpenIDClient.objects.filter(pk=library.application.pk).exists()
    assert games.who(token).status_code == 401


def test_each_signs_with_its_own_key_and_name(library, games, sam, ivy):
    ours, theirs = library.tokens(sam)["id_token"], games.tokens(ivy)["id_token"]
    assert library.read(ours)["iss"] != games.read(theirs)["iss"]
    headers = [jwt.get_unverified_header(token)["kid"] for token in (ours, theirs)]
    assert headers[0] != headers[1]
    with pytest.raises(StopIteration):  # the key is not among theirs
        games.read(ours)
    with pytest.raises(jwt.InvalidIssuerError):
        library.read(ours, issuer="http://testserver/lakeshore")
    with pytest.raises(jwt.InvalidAudienceError):
        library.read(ours, audience=games.application.pk)


def test_a_tenants_hint_says_nothing_at_the_other(library, games, sam, ivy):
    hint = library.tokens(sam)["id_token"]
    assert came_back(games.ask(ivy, id_token_hint=hint))["error"] == "login_required"


def test_a_tenants_own_host_is_an_issuer_of_its_own(district, lake, library):
    with operators().scope():
        HostName.objects.create(host="id.riverside.example", tenant=district.tenant)
    at = {"HTTP_HOST": "id.riverside.example"}
    found = Client(**at).get("/.well-known/openid-configuration").json()
    assert found["issuer"] == "http://id.riverside.example"
    assert found["token_endpoint"] == "http://id.riverside.example/openid/token/"
    browser = Client(**at)
    own = Party(library.application, library.secret, prefix="", server=Client(**at))
    sign_in_by_hand(browser, district.sam, prefix="")
    answer = came_back(own.ask(browser))
    assert answer["iss"] == "http://id.riverside.example"
    # What was begun under one name is not finished under another.
    assert library.fetch(answer["code"]).json()["error"] == "invalid_grant"
    token = own.fetch(answer["code"]).json()["id_token"]
    assert own.read(token, issuer="http://id.riverside.example")["sub"] == str(district.sam.pk)


def test_a_made_up_host_is_answered_with_nothing_of_its_own(library):
    for path in ("/riverside/.well-known/openid-configuration", "/riverside/openid/keys/"):
        assert Client(HTTP_HOST="evil.example").get(path).status_code == 400


# Keys


def kids(party: Party) -> list[str]:
    found = party.server.get(f"{party.prefix}/openid/keys/").json()["keys"]
    return [key["kid"] for key in found]


def test_no_key_is_made_by_a_look(district):
    assert Client().get("/riverside/openid/keys/").json() == {"keys": []}
    assert not signing_keys.published().exists()


def test_a_new_key_signs_and_the_old_one_stays_a_day(library, sam, clock):
    before = library.tokens(sam)["id_token"]
    [old] = kids(library)
    clock.pass_(seconds=1)
    signing_keys.rotate(by=CommandLine("root"))
    new, still = kids(library)
    assert still == old != new
    after = library.tokens(sam)["id_token"]
    assert jwt.get_unverified_header(after)["kid"] == new
    assert library.read(before) and library.read(after)
    clock.pass_(hours=25)
    assert kids(library) == [new]
    signing_keys.forget_retired()
    assert kids(library) == [new]


def test_a_stolen_key_goes_at_once(library, sam):
    [old] = kids(library)
    signing_keys.rotate(by=CommandLine("root"), at_once=True)
    [new] = kids(library)
    assert new != old
    assert jwt.get_unverified_header(library.tokens(sam)["id_token"])["kid"] == new


def test_rotating_leaves_the_other_tenants_key(library, games):
    before = kids(games)
    signing_keys.rotate(by=CommandLine("root"), at_once=True)
    assert kids(games) == before
