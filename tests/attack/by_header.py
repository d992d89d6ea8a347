"""Headers that claim to come from elsewhere, and cookies that are somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from tests.attack.actors import cookie_of, session_of
from tests.attack.kinds import Attack, Attacker
from tests.attack.targets import ID, MOUNTS, Mount, Target

HEADERS = (
    "X-Forwarded-Host", "X-Forwarded-Server", "X-Forwarded-For", "X-Forwarded-Prefix", "X-Forwarded-Proto",
    "X-Forwarded-Path", "X-Forwarded-Uri", "X-Forwarded-User", "X-Host", "X-Original-Host", "X-Original-URL",
    "X-Rewrite-URL", "X-Script-Name", "Script-Name", "SCRIPT_NAME", "Path-Info", "Forwarded", "Referer",
    "Origin", "HX-Request", "HX-Current-URL", "HX-Target", "HX-Boosted", "HX-History-Restore-Request",
    "X-Tenant", "X-Tenant-Id", "Tenant", "X-Real-Ip", "Remote-User", "X-Remote-User",
    "X-HTTP-Method-Override", "Authorization", "Accept-Language", "X-Original-Method", "Via",
    "Client-Ip", "X-Accel-Redirect",
)  # fmt: skip
SAYING = (
    "help.lakeshore.example", "/lakeshore", "lakeshore", "http://127.0.0.1/lakeshore/", "127.0.0.1", "true",
    "for=127.0.0.1;host=help.lakeshore.example;proto=https", "Bearer {id}", "kai", ID,
)  # fmt: skip
HOSTS = (
    "help.lakeshore.example", "HELP.LAKESHORE.EXAMPLE", "help.lakeshore.example.",
    "help.lakeshore.example:80", "help.lakeshore.example:x", "help.riverside.example",
    "127.0.0.1@help.lakeshore.example", "lakeshore",
    "help.lakeshore.example#127.0.0.1", "127.0.0.1, help.lakeshore.example", "[::1]", "localhost", "",
    "help.lakeshore.example/riverside", "operators", "lakeshore.example", "evil.example",
)  # fmt: skip
PAGES = {
    "locations",
    "location",
    "search",
    "person",
    "account",
    "switch_organization",
    "admin:index",
    "choose",
}
PAGES |= {"admin:audit_entry_changelist", "forgot_password", "sign_in"}
PRIVATE = {"locations", "person", "account", "admin:audit_entry_changelist"}
WAYS = ("/lakeshore/../riverside/", "/riverside/../lakeshore/", "/riverside//lakeshore/", "/lakeshore%2f")
WAYS += ("/riverside/%2e%2e/lakeshore/", "/Lakeshore/", "/lakeshore;/", "//lakeshore/", "/lakeshore%00/")
WAYS += ("/riverside/lakeshore/", "/operators/admin/", "http://help.lakeshore.example/", "/./lakeshore/")


def headers(attacker: Attacker) -> Iterator[Attack]:
    """Each header with each claim, at one page after the other; each made-up host at each page."""
    if attacker.actor.ended:
        return
    pages = [target for target in attacker.home.targets if target.name in PAGES]
    claims = [(name, value) for name in HEADERS for value in SAYING]
    for n, claim in enumerate(claims):
        target = pages[n % len(pages)]
        key = attacker.row(target.table).pk
        yield attacker.twins("headers", attacker.home, target, "GET", key, headers=(claim,))
    for host in HOSTS:
        for target in pages:
            yield _at_host(attacker, target, host)
    for way in WAYS:
        yield attacker.alone("headers", MOUNTS[2], Target("way", way), "GET")


def _at_host(attacker: Attacker, target: Target, host: str) -> Attack:
    there = MOUNTS[1] if "riverside.example" in host else MOUNTS[3]
    mount = Mount("claimed", attacker.home.prefix, there.slug, there.urlconf, host or "127.0.0.2")
    return attacker.alone("headers", mount, target, "GET", attacker.row(target.table).pk)


def cookies(attacker: Attacker) -> Iterator[Attack]:
    """Keys of others, in every disguise, at every page: whoever has no key of their own is nobody."""
    if attacker.actor.ended or attacker.actor.person is None:
        return
    for cookie in _disguises(attacker):
        for mount in attacker.mounts:
            for target in mount.targets:
                if target.name in PRIVATE:
                    key = attacker.row(target.table).pk
                    made = attacker.alone("cookies", mount, target, "GET", key, cookie=cookie)
                    yield replace(made, actor=attacker.actor.nobody)


def _disguises(attacker: Attacker) -> list[str]:
    tenants = attacker.world.tenants
    mine = attacker.key.partition(".")
    # Kai's own key is Kai's: only his random part, under other names, is anybody's attack.
    theirs = session_of(attacker.world.people["kai"])
    tail = theirs.partition(".")[2]
    others = [tenant.pk.hex for tenant in tenants.values() if tenant.pk.hex != mine[0]]
    keys = [f"{tenant}.{mine[2]}" for tenant in others]
    keys += [f"{tenants[slug].pk.hex}.{tail}" for slug in ("riverside", "operators", "hillside")]
    keys += [sha256(theirs.encode()).hexdigest(), f"{theirs[:32]}.{sha256(theirs.encode()).hexdigest()}"]
    keys += [theirs[:-1], theirs + "a", theirs.upper(), f"{theirs[:32]}.{'%' * 32}", tail, "." + tail]
    keys += [f"{mine[0]}.{mine[2][:-1]}", f"{mine[0]}{mine[2]}", mine[2], f"{tenants['lakeshore'].pk}.{tail}"]
    return [cookie_of(key) for key in keys] + [
        f"sessionid={theirs}",
        f"mystaff_csrf={theirs}",
        f"mystaff={'a' * 4000}",
    ]
