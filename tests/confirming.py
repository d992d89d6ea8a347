"""Browsers of people who have just proved who they are."""

import time

from allauth.account.internal.flows import login as flows
from django.test import Client

from directory.models import User
from tenants.models import Tenant
from tests.conftest import signed_in


def confirmed(person: User, minutes_ago: float = 0) -> Client:
    """A browser in which this person signed in with the password so long ago."""
    browser = signed_in(person)
    with Tenant(pk=person.tenant_id).scope():
        session = browser.session
        session[flows.AUTHENTICATION_METHODS_SESSION_KEY] = [
            {"method": "password", "at": time.time() - minutes_ago * 60}
        ]
        session[flows._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(person.pk)
        session.save()
    return browser


def show_factor(browser: Client, person: User) -> None:
    """In this browser the person has just shown a second factor too."""
    with Tenant(pk=person.tenant_id).scope():
        session = browser.session
        session[flows.AUTHENTICATION_METHODS_SESSION_KEY] += [{"method": "mfa", "at": time.time()}]
        session.save()
