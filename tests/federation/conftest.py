"""Providers on loopback, and browsers that go there and back."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client

from audit.models import Entry
from directory.models import IdentityProvider
from tenants import scopes
from tenants.models import AllowedHost, Tenant, operators
from tests.federation import openid
from tests.npm import NotInstalled

FAILED = "Sign-in failed (identity provider)"
SAM = {"sub": "s-1042", "email": "sam.reed@riverside.example", "email_verified": True, "name": "Sam Reed"}


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder of the packages from npm; without them these tests are skipped, loudly."""
    try:
        return openid.install()
    except NotInstalled as error:
        pytest.skip(f"Signing in with OpenID Connect is NOT tested: {error}")


@pytest.fixture(scope="module")
def running(packages):
    with openid.running(packages) as provider:
        yield provider


@pytest.fixture
def op(running):
    """The OpenID provider, at which Sam signs in."""
    running.control(SAM)
    return running


def allow(host: str, port: int) -> None:
    """Let the tenant in whose scope we are reach a host, as an operator does."""
    tenant = scopes.require()
    with operators().scope():
        AllowedHost.objects.get_or_create(host=host, port=port, tenant_id=tenant)


def make_provider(
    op: openid.OpenId, tenant: Tenant, client: dict | None = None, **fields
) -> IdentityProvider:
    """A provider of this tenant, registered over there."""
    with tenant.scope():
        cache.clear()
        allow("127.0.0.1", op.port)
        fields = {"name": f"{tenant.slug} ID", "enabled": True} | fields
        row = IdentityProvider(issuer=op.issuer, **fields)
        client = client or op.register(complete_url(row, tenant))
        for name, value in client.items():
            setattr(row, name, value)
        row.full_clean()
        row.save()
        return row


def complete_url(row: IdentityProvider, tenant: Tenant) -> str:
    return f"http://testserver/{tenant.slug}/federation/{row.pk}/complete/"


def begin(browser: Client, row: IdentityProvider, at: str = "/riverside", **data) -> str:
    """Press the button; where the page leads."""
    response = browser.post(f"{at}/federation/{row.pk}/begin/", data)
    assert response.status_code == 200, response.content.decode()
    return leads_to(response)


def leads_to(response) -> str:
    return html.unescape(
        re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', response.content.decode())[1]
    )


def there_and_back(browser: Client, op: openid.OpenId, row: IdentityProvider, at: str = "/riverside", **data):
    """The whole way; our answer to the provider's."""
    return browser.get(op.visit(begin(browser, row, at, **data)))


def person_in(browser: Client, at: str = "/riverside") -> str:
    """The user name of whoever is signed in; '' for nobody."""
    response = browser.get(f"{at}/account/")
    return response.context["user"].user_principal_name if response.status_code == 200 else ""


def reasons() -> list[str]:
    """Why people did not come in, as the trail has it."""
    found = Entry.objects.filter(activity=FAILED).order_by("sequence")
    return list(found.values_list("result_reason", flat=True))
