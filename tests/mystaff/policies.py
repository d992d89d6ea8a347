"""Policies, sessions of a certain age and proof, and what the trail says of them: for the tests."""

from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from allauth.mfa.models import Authenticator
from django.test import Client

from audit.models import Entry
from directory.access_policies import State
from directory.models import AccessPolicy, User
from tenants import scopes
from tests.conftest import PASSWORD

HERE, ELSEWHERE = "127.0.0.1", "192.0.2.0/24"
EVALUATED = "Conditional access policy evaluated"
SURFACES = {"on_portal": "/", "on_account": "/account/", "on_admin": "/admin/"}
BLOCKED, FACTOR, AGE = {"blocked_networks": HERE}, {"second_factor": True}, {"sign_in_age": 10}


def policy(state=State.ON, **fields) -> AccessPolicy:
    made = AccessPolicy(name=fields.pop("name", "Test"), state=state, **fields)
    made.full_clean(exclude=["tenant"])
    made.save()
    return made


def signed_in(person: User, at: str = "/riverside") -> Client:
    """As people do it: with the password, so that the session says so."""
    browser = Client()
    form = {"login": person.user_principal_name, "password": PASSWORD}
    assert browser.post(f"{at}/sign-in/", form).status_code == 302
    return browser


@contextmanager
def session_of(browser: Client, person: User):
    with scopes.scope(person.tenant_id):
        session = browser.session
        yield session
        session.save()


def proved(browser: Client, person: User, method: str, **facts) -> None:
    """What a step of signing in writes into the session."""
    with session_of(browser, person) as session:
        records = session["account_authentication_methods"]
        newest = max(one["at"] for one in records)
        session["account_authentication_methods"] = [*records, {"method": method, "at": newest} | facts]


def aged(browser: Client, person: User, minutes: int) -> None:
    with session_of(browser, person) as session:
        for one in session["account_authentication_methods"]:
            one["at"] -= minutes * 60


def with_factor(person: User) -> None:
    with scopes.scope(person.tenant_id):
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})


def confirming(response) -> dict[str, str]:
    """Where a response leads to for confirming: the path, and what it says there."""
    where = response.headers.get("HX-Redirect") or response.headers["Location"]
    parts = urlsplit(where)
    return {"path": parts.path} | {name: value[0] for name, value in parse_qs(parts.query).items()}


def evaluated() -> list[tuple[str, str, str]]:
    found = Entry.objects.filter(activity=EVALUATED).order_by("sequence")
    return [(one.target_name, one.result, one.result_reason) for one in found]
