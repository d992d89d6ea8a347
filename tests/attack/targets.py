"""Every URL there is: both lists of URLs walked to the end, the admins' too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLResolver, get_resolver

from tests.attack.client import HOST

INSIDE, OUTSIDE = "mystaff.urls", "mystaff.urls_outside"
PARAMETER = re.compile(r"<(?:\w+:)?\w+>|\(\?P<url>\.\*\)")
LABELS = re.compile(r"\(\?P<app_label>([\w|]+)\)")
ID = "{id}"
# Whose ids a URL asks for; any other's are tried there too.
TABLES = {
    "location": "directory_administrativeunit",
    "person": "directory_user",
    "reset_password": "directory_user",
    "phone": "directory_user",
    "remove_phone": "directory_user",
    "phone_sign_in": "directory_user",
    "register_again": "directory_user",
    "give_access_pass": "directory_user",
    "end_access_pass": "directory_user",
    "clear_factors": "directory_user",
    "rename_key": "mfa_authenticator",
    "remove_factor": "mfa_authenticator",
    "admin:audit_entry": "audit_entry",
    "admin:directory_application": "directory_application",
    "admin:directory_administrativeunit": "directory_administrativeunit",
    "admin:directory_group": "directory_group",
    "admin:directory_roleassignment": "directory_roleassignment",
    "admin:enter_tenant": "tenants_tenant",
    "admin:leave_tenant": "tenants_tenant",
    "admin:directory_settings": "directory_settings",
    "admin:directory_passwordpolicy": "directory_passwordpolicy",
    "admin:directory_accesspolicy": "directory_accesspolicy",
    "admin:directory_identityprovider": "directory_identityprovider",
    "admin:directory_federatedidentity": "directory_federatedidentity",
    "admin:directory_connecteddirectory": "directory_connecteddirectory",
    "admin:directory_source": "directory_source",
    "admin:directory_source_run": "directory_run",
    "admin:directory_source_confirm": "directory_run",
    "federation_begin": "directory_identityprovider",
    "federation_complete": "directory_identityprovider",
    "federation_acs": "directory_identityprovider",
    "federation_metadata": "directory_identityprovider",
    "admin:tenants_tenant": "tenants_tenant",
    "admin:tenants_hostname": "tenants_hostname",
    "admin:tenants_emaildomain": "tenants_emaildomain",
}


@dataclass(frozen=True)
class Target:
    """One URL, with {id} where one belongs."""

    name: str
    route: str

    @property
    def table(self) -> str:
        """The table whose ids it asks for."""
        return TABLES.get(self.name) or TABLES.get(self.name.rpartition("_")[0], "directory_user")


@dataclass(frozen=True)
class Mount:
    """Where a list of URLs hangs: under a path, or on a host."""

    name: str
    prefix: str
    slug: str  # whose pages these are
    urlconf: str
    host: str = HOST

    @property
    def targets(self) -> list[Target]:
        return targets(self.urlconf)


MOUNTS = (
    Mount("own path", "/riverside", "riverside", INSIDE),
    Mount("own host", "", "riverside", INSIDE, "help.riverside.example"),
    Mount("other path", "/lakeshore", "lakeshore", INSIDE),
    Mount("other host", "", "lakeshore", INSIDE, "help.lakeshore.example"),
    Mount("outside", "", "operators", OUTSIDE),
    Mount("operators", "/operators", "operators", INSIDE),
)


def targets(urlconf: str) -> list[Target]:
    """All URLs of a list, and two that stand in none."""
    found = [target for pattern in get_resolver(urlconf).url_patterns for target in _walk(pattern, "", "")]
    return [*found, Target("outbox", "outbox/"), Target("nothing", f"api/v1/people/{ID}")]


def _walk(pattern, space: str, route: str) -> Iterator[Target]:
    route += str(pattern.pattern).lstrip("^").rstrip("$")
    if isinstance(pattern, URLResolver):
        space += f"{pattern.namespace}:" if pattern.namespace else ""
        for inner in pattern.url_patterns:
            yield from _walk(inner, space, route)
        return
    labels = LABELS.search(route)
    for label in labels[1].split("|") if labels else [""]:
        yield Target(f"{space}{pattern.name}", PARAMETER.sub(ID, LABELS.sub(label, route)))
