"""What must succeed, or the attack is blind: rightful people read what the attackers must not."""

from __future__ import annotations

from directory.models import Group
from tests.attack.actors import cookie_of, session_of
from tests.attack.by_form import SETTINGS
from tests.attack.client import Browser, Request
from tests.attack.world import World


class Blind(AssertionError):
    """The run would find nothing, whatever was wrong."""


def check(world: World, browser: Browser) -> int:
    """Raises Blind unless the canaries can be heard; gives how many were."""
    heard = 0
    for name, slug in (
        ("kai", "lakeshore"),
        ("helen", "riverside"),
        ("ada", "riverside"),
        ("olive", "operators"),
    ):
        heard += _hears(world, browser, name, slug)
    _saves_settings(world, browser)
    return heard


def _hears(world: World, browser: Browser, name: str, slug: str) -> int:
    """The manager of a tenant finds its people there; an operator reads the operators' trail."""
    cookie = cookie_of(session_of(world.people[name]))
    tenant = world.tenants[slug]
    pages = ["/search/?everyone=1", f"/people/{world.people[name].pk}/"]
    if name in ("ada", "olive"):
        pages = ["/admin/audit/entry/", "/account/"]
    heard: set[str] = set()
    for page in pages:
        answer = browser.send(Request("GET", f"{tenant.prefix}{page}", cookie))
        found = world.canaries.found(answer.whole)
        if answer.status != 200 or not found:
            raise Blind(f"{name} hears no canary at {tenant.prefix}{page} ({answer.status}).")
        heard |= found
    return len(heard)


def _saves_settings(world: World, browser: Browser) -> None:
    """The form that carries foreign groups saves with one's own: else it failed for another reason."""
    with world.tenants["riverside"].scope():
        group = Group.objects.first()
    pk = next(
        r.pk for r in world.rows if r.table == "directory_settings" and r.tenant == str(group.tenant_id)
    )
    form = (*SETTINGS.items(), ("my_staff_access", "all"), ("my_staff_group", str(group.pk)))
    path = f"/riverside/admin/directory/settings/{pk}/change/"
    answer = browser.send(Request("POST", path, cookie_of(session_of(world.people["ada"])), form))
    if answer.status != 302:
        raise Blind(f"A rightful change of the settings is refused ({answer.status}).")
