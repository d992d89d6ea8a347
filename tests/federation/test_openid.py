"""Signing in at the tenant's OpenID provider: a real one, on loopback."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from audit.models import Entry
from directory import actions, guests, roles
from directory.door import Initiator
from directory.models import FederatedIdentity, FederationTicket, IdentityProvider, Invitation, User
from tests.conftest import assign, signed_in
from tests.federation.conftest import SAM, begin, make_provider, person_in, reasons, there_and_back


@pytest.fixture
def provider(op, district):
    return make_provider(op, district.tenant)


def come(op, provider, **claims):
    """Somebody with these claims comes; who is in then."""
    op.control(SAM | claims)
    browser = Client()
    there_and_back(browser, op, provider)
    return person_in(browser)


def test_a_person_comes_in_and_is_known_by_the_subject_from_then_on(op, district, provider):
    browser = Client()
    response = there_and_back(browser, op, provider)
    assert response.headers["Location"] == "/riverside/account/"
    assert person_in(browser) == "sam.reed@riverside.example"
    assert FederatedIdentity.objects.get().uid == f"{provider.pk}:s-1042"
    assert come(op, provider, email="someone.else@riverside.example") == "sam.reed@riverside.example"
    assert reasons() == []
    linked = Entry.objects.filter(activity="Link identity provider account", result="success").get()
    assert linked.target_principal_name == "sam.reed@riverside.example"


def test_the_session_says_how_they_came_and_holds_no_token(op, district, provider):
    provider.trusts_factors = True
    provider.save()
    op.control(SAM | {"amr": ["pwd", "mfa"]})
    browser = Client()
    there_and_back(browser, op, provider)
    facts = browser.session["account_authentication_methods"][-1]
    assert facts["method"] == "federation" and facts["provider"] == str(provider.pk)
    assert facts["second_factor"] is True
    assert "eyJ" not in str(dict(browser.session))


@pytest.mark.parametrize(("trusts", "amr"), [(False, ["mfa"]), (True, ["pwd"])])
def test_a_second_factor_counts_only_where_trusted_and_asked_for(op, district, provider, trusts, amr):
    IdentityProvider.objects.update(trusts_factors=trusts)
    op.control(SAM | {"amr": amr})
    browser = Client()
    there_and_back(browser, op, provider)
    assert browser.session["account_authentication_methods"][-1]["second_factor"] is False


def test_the_page_that_was_wanted_comes_next_and_no_other_site(op, district, provider):
    wanted = {"/riverside/account/password/": "/riverside/account/password/"}
    wanted |= dict.fromkeys(
        ["https://evil.example/", "//evil.example/", "javascript:alert(1)"], "/riverside/account/"
    )
    for to, where in wanted.items():
        response = there_and_back(Client(), op, provider, next=to)
        assert response.headers["Location"] == where


def test_the_name_typed_at_the_front_page_is_forgotten(op, district, provider):
    browser = Client()
    browser.post("/", {"username": "sam.reed@riverside.example"})
    assert browser.cookies["username"].value
    there_and_back(browser, op, provider)
    assert not browser.cookies["username"].value


def test_a_session_planted_before_is_not_the_one_after(op, district, provider):
    browser = Client()
    url = begin(browser, provider)
    before = browser.cookies["mystaff"].value
    browser.get(op.visit(url))
    assert person_in(browser) and browser.cookies["mystaff"].value != before


# Who comes in, and who does not


def test_a_name_that_is_not_verified_is_nobody(op, district, provider):
    assert come(op, provider, email_verified=False) == ""
    assert reasons() == ["The provider did not send a user name that it has verified."]


@pytest.mark.parametrize("name", ["sam.reed@lakeshore.example", "sam.reed@evil.example", "sam.reed"])
def test_a_name_of_another_domain_is_nobody(op, district, lake, provider, name):
    assert come(op, provider, email=name) == ""
    assert len(reasons()) == 1 and not FederatedIdentity.objects.exists()


def test_a_letter_that_only_becomes_another_in_small_case_is_another(op, district, provider):
    """The Kelvin sign in small letters is a k: over there it is another account."""
    assert come(op, provider, email="tom.ba\u212aer@riverside.example") == ""
    assert reasons() == ["Nobody here has the user name “tom.ba\u212aer@riverside.example”."]


@pytest.mark.parametrize("subject", ["x" * 256])
def test_a_permanent_id_that_is_too_long_is_none(op, district, provider, subject):
    assert come(op, provider, sub=subject) == ""
    assert reasons() == ["The provider sent no permanent ID."]


def test_beginning_again_and_again_does_not_fill_the_session(op, district, provider):
    browser = Client()
    for _time in range(8):
        url = begin(browser, provider)
    held = dict(browser.session.items())
    assert len(held["federation"]) == 5
    assert len([key for key in held if "_oauth2_state_" in key]) == 5
    browser.get(op.visit(url))
    assert person_in(browser)


def test_whoever_begins_too_often_waits(op, district, provider, monkeypatch):

    monkeypatch.setattr("mystaff.one_time_codes.MOST", 2)
    for _time in range(2):
        begin(Client(), provider)
    assert Client().post(f"/riverside/federation/{provider.pk}/begin/").status_code == 429


def test_made_up_answers_do_not_fill_the_trail(op, district, provider, monkeypatch):
    from mystaff.signin.federation import flow

    monkeypatch.setattr(flow, "NOTED", 3)
    for _time in range(5):
        browser = Client()
        begin(browser, provider)
        [state] = browser.session["federation"]
        browser.get(f"/riverside/federation/{provider.pk}/complete/?state={state}&error=access_denied")
    assert len(reasons()) == 3
    assert come(op, provider, email="nobody@riverside.example") == "" and len(reasons()) == 4


def test_capitals_do_not_matter(op, district, provider):
    assert come(op, provider, email="Sam.Reed@Riverside.Example") == "sam.reed@riverside.example"


def test_somebody_unknown_is_told_so_and_not_created(op, district, provider):
    op.control(SAM | {"sub": "new", "email": "new.one@riverside.example"})
    browser = Client()
    response = there_and_back(browser, op, provider)
    assert response.status_code == 403 and "cannot be used here" in response.content.decode()
    assert person_in(browser) == ""
    assert not User.objects.filter(user_principal_name="new.one@riverside.example").exists()
    assert reasons() == ["Nobody here has the user name “new.one@riverside.example”."]


def test_where_the_tenant_says_so_they_are_created_without_a_password(op, district, provider):
    IdentityProvider.objects.update(creates_people=True)
    who = come(op, provider, sub="new", email="New.One@riverside.example", name="New One", given_name="New")
    assert who == "new.one@riverside.example"
    person = User.objects.get(user_principal_name=who)
    assert (person.display_name, person.given_name) == ("New One", "New")
    assert not person.has_usable_password() and not person.assignments
    assert Entry.objects.filter(activity="Add user", result="success", target_id=person.pk).exists()
    assert come(op, provider, sub="new", email="x@y.example") == who


def test_creating_stops_at_the_tenants_domains(op, district, lake, provider):
    IdentityProvider.objects.update(creates_people=True)
    assert come(op, provider, sub="new", email="new.one@lakeshore.example") == ""
    assert not User.objects.filter(user_principal_name="new.one@lakeshore.example").exists()


@pytest.mark.parametrize("is_linked", [False, True])
def test_disabled_people_do_not_come_in(op, district, provider, is_linked):
    if is_linked:
        assert come(op, provider)
    actions.disable_user(district.sam, by=Initiator(district.admin))
    assert come(op, provider) == ""
    assert reasons() == ["The account is disabled."]


def test_whoever_holds_a_role_is_not_found_by_name_unless_the_tenant_says_so(op, district, provider):
    maria = {"sub": "m", "email": "maria.lopez@riverside.example"}
    assert come(op, provider, **maria) == ""
    assert "holds a role" in reasons()[0]
    IdentityProvider.objects.update(links_administrators=True)
    assert come(op, provider, **maria) == "maria.lopez@riverside.example"


def test_a_role_that_begins_later_or_comes_by_a_group_counts_too(op, district, provider):
    from datetime import timedelta

    from django.utils import timezone

    assign(district.sam, roles.HELPDESK, starts_at=timezone.now() + timedelta(days=3))
    assert come(op, provider) == ""


def test_guests_sign_in_at_home(op, district, lake, provider):
    guests.invite(lake.kai.user_principal_name, by=Initiator(district.admin))
    with lake.tenant.scope():
        guests.accept(Invitation.objects.get(user=lake.kai), by=Initiator(lake.kai))
    IdentityProvider.objects.update(links_administrators=True)
    assert come(op, provider, email=lake.kai.user_principal_name) == ""
    assert not FederatedIdentity.objects.exists()


def test_a_user_name_given_to_somebody_else_there_is_not_enough(op, district, provider):
    assert come(op, provider)
    assert come(op, provider, sub="s-2000") == ""
    assert reasons() == ["Another account of this provider is linked to this person."]


def test_unlinked_the_next_account_with_the_name_is_linked(op, district, provider):
    assert come(op, provider)
    actions.unlink_identity(FederatedIdentity.objects.get(), by=Initiator(district.admin))
    assert come(op, provider, sub="s-2000") == "sam.reed@riverside.example"


# A provider that is switched off


def test_a_provider_that_is_not_enabled_has_no_button_and_lets_nobody_in(op, district, provider):
    assert "Sign in with riverside ID" in Client().get("/riverside/sign-in/").content.decode()
    browser = Client()
    back = op.visit(begin(browser, provider))
    IdentityProvider.objects.update(enabled=False)
    assert browser.get(back).status_code == 403 and person_in(browser) == ""
    assert Client().post(f"/riverside/federation/{provider.pk}/begin/").status_code == 404
    assert "riverside ID" not in Client().get("/riverside/sign-in/").content.decode()


@pytest.mark.parametrize("how", ["unlinked", "switched off", "given a role"])
def test_a_session_ends_with_what_let_it_begin(op, district, provider, how):
    browser, by_password = Client(), signed_in(district.sam)
    there_and_back(browser, op, provider)
    assert person_in(browser) == district.sam.user_principal_name
    if how == "unlinked":
        actions.unlink_identity(FederatedIdentity.objects.get(), by=Initiator(district.admin))
    elif how == "switched off":
        IdentityProvider.objects.update(enabled=False)
    else:
        assign(district.sam, roles.PASSWORD, district.algebra)
    assert person_in(browser) == "" and person_in(by_password) == district.sam.user_principal_name


def test_a_role_ends_no_session_where_the_provider_may_bring_role_holders(op, district, provider):
    IdentityProvider.objects.update(links_administrators=True)
    browser = Client()
    there_and_back(browser, op, provider)
    assign(district.sam, roles.PASSWORD, district.algebra)
    assert person_in(browser) == district.sam.user_principal_name


def test_nothing_is_written_for_answers_to_nothing(op, district, provider):
    before = (Entry.objects.count(), FederationTicket.objects.count())
    for query in ("", "?state=x&code=y", "?error=access_denied", "?state=" + "x" * 5000):
        response = Client().get(f"/riverside/federation/{provider.pk}/complete/{query}")
        assert response.status_code == 403 and not response.cookies.get("mystaff")
    assert (Entry.objects.count(), FederationTicket.objects.count()) == before


def test_beginning_wants_a_form_of_ours(op, district, provider):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/riverside/federation/{provider.pk}/begin/").status_code == 403
    assert strict.get(f"/riverside/federation/{provider.pk}/begin/").status_code == 405


def test_whoever_was_signed_in_before_is_out_and_how_the_new_one_came_is_known(op, district, lake, provider):
    for before in (district.nora, lake.ivy):
        browser = signed_in(before)
        there_and_back(browser, op, provider)
        assert person_in(browser) == "sam.reed@riverside.example" and person_in(browser, "/lakeshore") == ""
        assert browser.session["account_authentication_methods"][-1]["method"] == "federation"


# How long ago they signed in there

CONFIRMED = "/riverside/account/app/"


def confirms(browser: Client) -> str:
    """The page that asks who sits there, which what matters leads to; '' where it is not asked."""
    response = browser.get(CONFIRMED)
    return response.headers["Location"] if response.status_code == 302 else ""


def test_a_sign_in_is_as_old_as_it_is_at_the_provider(op, district, provider):
    op.control(SAM, claims={"auth_time": int(time.time()) - 3600})
    browser = Client()
    there_and_back(browser, op, provider)
    page = confirms(browser)
    assert "Confirm with riverside ID" in browser.get(page).content.decode()
    op.control(SAM)
    there_and_back(browser, op, provider, fresh="1", next=CONFIRMED)
    assert not confirms(browser)


def test_a_moment_to_come_is_no_fresher_than_now(op, district, provider):
    op.control(SAM, claims={"auth_time": int(time.time()) + 10**6})
    browser = Client()
    there_and_back(browser, op, provider)
    assert browser.session["account_authentication_methods"][-1]["at"] <= time.time()


def test_to_confirm_the_provider_asks_once_more(op, district, provider):
    url = urlsplit(begin(Client(), provider, fresh="1"))
    sent = parse_qs(url.query)
    assert sent["prompt"] == ["login"] and sent["max_age"] == ["0"]
    assert "max_age" not in parse_qs(urlsplit(begin(Client(), provider)).query)


@pytest.mark.parametrize("tamper", [{"claims": {"auth_time": 1_000_000}}, {"drop": ["auth_time"]}])
def test_a_provider_that_did_not_ask_once_more_confirms_nothing(op, district, provider, tamper):
    op.control(SAM, **tamper)
    browser = Client()
    assert there_and_back(browser, op, provider, fresh="1").status_code == 403
    assert person_in(browser) == ""
    assert reasons() == ["The provider did not ask the person to sign in once more."]
