"""Who gets which role over their classes or their school, by what they are in a roster: the tenant's setting.

A key of `Source.roles` is a role of OneRoster: `teacher` gives the role over the classes that somebody
teaches; one that people have at a school (`principal`, `siteAdministrator`, `aide`, `counselor`, `proctor`)
gives it over that school, and with `.students` behind it over the school's pupils only. `managers` is for
sources with groups (groups_to_units.py). An empty role gives nothing. Roles in a district give nothing: a
source gives roles over locations only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory import roles
from directory.sync.findings import Findings
from directory.sync.records import STAFF_ROLES, TEACHER

MANAGERS = "managers"
PUPILS_ONLY = ".students"
DEFAULT = {TEACHER: roles.PASSWORD}
# What is not here somebody is in a class or in a district, not at a school.
SCHOOL_ROLES = STAFF_ROLES - {TEACHER, "districtAdministrator", "systemAdministrator"}
# Over a location these help people and no more; any other one the tenant's own mapping has to name.
HELPING = frozenset({roles.PASSWORD, roles.HELPDESK, roles.AUTHENTICATION, roles.USER})
KEYS = frozenset({TEACHER, MANAGERS} | SCHOOL_ROLES | {role + PUPILS_ONLY for role in SCHOOL_ROLES})
SETTINGS = gettext_lazy("roles of the source")  # where a problem with the mapping stands


@dataclass(frozen=True)
class Preset:
    """A mapping as districts have it; its label is short, for a list on a phone shows no more."""

    label: str
    roles: Mapping[str, str]


_OFFICES = {f"{role}{PUPILS_ONLY}": roles.PASSWORD for role in ("aide", "counselor", "siteAdministrator")}
PRESETS = {
    "teachers": Preset(gettext_lazy("Teachers"), DEFAULT),
    "offices": Preset(gettext_lazy("Teachers and offices"), DEFAULT | _OFFICES),
    "principals": Preset(
        gettext_lazy("Teachers, offices, principals"),
        DEFAULT | _OFFICES | {"principal": roles.AUTHENTICATION},
    ),
    "nobody": Preset(gettext_lazy("Nobody"), {TEACHER: ""}),
}


def mapping_of(stored: Mapping[str, str], findings: Findings) -> dict[str, str]:
    """The tenant's mapping, DEFAULT where there is none; refuses roles that no location can be given for."""
    found = {}
    for key, role in (stored or DEFAULT).items():
        if role and str(role) not in roles.UNIT_SCOPABLE:
            text = _("“%(role)s” cannot be given over a location, and a source gives no other roles.")
            findings.refuse(SETTINGS, 0, text, role=role)
        elif key not in KEYS:
            findings.warn(SETTINGS, 0, _("“%(key)s” is no role that gives anything."), key=key)
        elif role:
            found[key] = role
    return found


def managers_role(stored: Mapping[str, str], mapping: Mapping[str, str]) -> str:
    """What managers of a location get, of a mapping and what was made of it; "" for nothing."""
    return mapping.get(MANAGERS, "") if MANAGERS in stored else roles.PASSWORD
