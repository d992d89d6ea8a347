"""The actors of one run: every kind of person of Riverside, and those whose session should open nothing."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from directory.models import User
from tenants.models import Session, Tenant
from tenants.sessions import SessionStore, is_row_of
from tests.attack.actors import EVERY, REGISTERS, TRAIL, Actor, cookie_of, session_of
from tests.attack.client import Browser, Request
from tests.attack.world import World
from tests.conftest import PASSWORD

ADMIN = TRAIL | {
    "directory_group": frozenset({"id", "name"}),
    "directory_roleassignment": frozenset({"id", "role", "source"}),
    "directory_administrativeunit": frozenset({"id", "name", "kind", "source"}),
    "directory_user": frozenset({"source"}),
    "directory_settings": EVERY,
}
ADMIN |= {"directory_passwordpolicy": EVERY, "directory_accesspolicy": EVERY}
ADMIN |= dict.fromkeys(("directory_identityprovider", "directory_federatedidentity"), EVERY)
ADMIN |= dict.fromkeys(("directory_source", "directory_run", "directory_runchange"), EVERY)
ADMIN["directory_connecteddirectory"] = EVERY
# Their group is shown by its name; the secret's hash is not shown to anybody.
ADMIN |= {
    "directory_application": EVERY,
    "allauth_idp_oidc_client": frozenset({"id", "name", "redirect_uris"}),
}
ADMIN |= dict.fromkeys(("directory_message", "directory_messagetemplate", "directory_textsettings"), EVERY)
# Operators administer their own tenant too; its entries say by its id who did something.
OPERATOR = ADMIN | REGISTERS | {"directory_user": frozenset({"id", "source"})}
# name: who, the circles of people that the portal shows them, what they may read of the whole tenant
RIVERSIDE = {
    "person": ("sam", frozenset(), {}),
    "teacher": ("tom", {"algebra"}, {}),
    "manager": ("maria", {"lincoln"}, {}),
    "helpdesk": ("helen", EVERY, {}),
    "admin": ("ada", EVERY, ADMIN),
    "asked": ("asa", {"algebra"}, {}),  # Lakeshore asked them; they never accepted
    "left": ("lena", {"algebra"}, {}),  # helped at Lakeshore, and left it
}


def cast(world: World) -> list[Actor]:
    """All of them."""
    here = str(world.tenants["riverside"].pk)
    found = [Actor("anonymous")]
    for name, (who, circles, tables) in RIVERSIDE.items():
        actor = _actor(world, name, [who], here, frozenset(circles), tables)
        # An operator who enters is named in the trail of where they entered.
        visitors = frozenset({str(world.people["olive"].pk)} if tables else ())
        found.append(replace(actor, visitors=visitors))
    guest = _actor(world, "guest", ["gina", "gina at riverside"], here, frozenset({"lincoln"}))
    stranger = _actor(world, "stranger", ["kai"], str(world.tenants["lakeshore"].pk), EVERY)
    operator = _actor(world, "operator", ["olive"], str(world.tenants["operators"].pk), tables=OPERATOR)
    ended = [Actor(name, ended=True) for name in ENDINGS]
    return [*found, guest, stranger, operator, *ended]


def _actor(world: World, name: str, who: list[str], tenant: str, circles=frozenset(), tables=None) -> Actor:
    own = frozenset(str(world.people[one].pk) for one in who)
    return Actor(name, world.people[who[0]], own, tenant, circles, tables or {})


def sign_in(browser: Browser, actor: Actor, world: World) -> str:
    """Sign in as a browser does, with the password; gives the cookie. Raises AssertionError if it fails."""
    if actor.person is None:
        return ""
    prefix = Tenant.objects.get(pk=actor.person.tenant_id).prefix
    form = (("login", actor.person.user_principal_name), ("password", PASSWORD))
    answer = browser.send(Request("POST", f"{prefix}/sign-in/", form=form))
    assert answer.status == 302 and answer.cookie("mystaff"), f"{actor.name} cannot sign in: {answer.status}"
    cookie = cookie_of(answer.cookie("mystaff"))
    browser.send(
        Request("GET", f"{prefix}/account/", cookie=cookie)
    )  # the first page writes into the session
    return cookie


def _changed(person: User, **values) -> None:
    """Change a row past everything that would notice, as another process does."""
    with Tenant(pk=person.tenant_id).scope():
        User.objects.filter(pk=person.pk).update(**values)


def _signed_out(world: World) -> str:
    key = session_of(world.people["rolf"])
    SessionStore(key).delete()
    return key


def _expired(world: World) -> str:
    rolf = world.people["rolf"]
    key = session_of(rolf)
    with Tenant(pk=rolf.tenant_id).scope():
        [row] = [one for one in Session.objects.filter(owner=rolf.pk) if is_row_of(one, key)]
        Session.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    return key


def _revoked(world: World) -> str:
    key = session_of(world.people["rolf"])
    _changed(world.people["rolf"], sessions_valid_from=timezone.now())
    return key


def _switched_off(world: World) -> str:
    key = session_of(world.people["ivan"])
    _changed(world.people["ivan"], is_active=False)
    return key


def _guest_revoked(world: World) -> str:
    """Ended at home by a reset: the guest's session ends with it."""
    key = session_of(world.people["gina"])
    _changed(world.people["gina"], sessions_valid_from=timezone.now())
    return key


ENDINGS = {
    "signed out": _signed_out,
    "expired": _expired,
    "revoked": _revoked,
    "switched off": _switched_off,
    "guest revoked": _guest_revoked,
}


def ended_cookies(world: World) -> dict[str, str]:
    """The cookies of sessions that have ended, each in its way."""
    return {name: cookie_of(end(world)) for name, end in ENDINGS.items()}
