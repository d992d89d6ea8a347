"""Who helps whom by a source, and what columns are called: fields with words in the place of JSON."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from directory import roles
from directory.sync import role_mapping
from directory.sync.csv_files.fields import FIELDS
from directory.sync.role_mapping import MANAGERS, PUPILS_ONLY, TEACHER

# What a source may give: roles that help people, of those that can be held over a location.
OFFERED = (roles.PASSWORD, roles.HELPDESK, roles.AUTHENTICATION, roles.USER)
WORDS = {
    TEACHER: _("Teachers, over their classes"),
    "principal": _("Principals, at their school"),
    "siteAdministrator": _("School administrators and offices"),
    "counselor": _("Counselors"),
    "aide": _("Aides"),
    "proctor": _("Proctors"),
    MANAGERS: _("Managers’ groups, over their location"),
}
OF_SCHOOLS = tuple(word for word in WORDS if word in role_mapping.SCHOOL_ROLES)
NOBODY = ("", _("No role"))
# What the reader looks for where nothing is typed.
KNOWN = {field.name: field.names for fields in FIELDS.values() for field in fields}
# CSV: each of our fields, and what it is; what their column is called is typed.
COLUMNS = {
    "person": _("Permanent ID of a person"),
    "user_principal_name": _("User name"),
    "display_name": _("Name of a person"),
    "given_name": _("First name"),
    "surname": _("Last name"),
    "job_title": _("Job"),
    "department": _("Department"),
    "employee_id": _("Employee number"),
    "is_active": _("Account enabled"),
    "units": _("Locations of a person"),
    "unit": _("Permanent ID of a location"),
    "unit_name": _("Name of a location"),
    "kind": _("Kind of a location"),
    "parent": _("Location above it"),
    "role": _("Role of a manager"),
    "starts_at": _("First day of the role"),
    "ends_at": _("Day after its last"),
}


def _plain_choices() -> list[tuple[str, str]]:
    return [NOBODY, *((role, _(role)) for role in OFFERED)]


def _school_choices() -> list[tuple[str, Any]]:
    """At a school one helps its pupils, or everybody there."""
    pupils = [(role + PUPILS_ONLY, _(role)) for role in OFFERED]
    everybody = [(role, _(role)) for role in OFFERED]
    return [NOBODY, (_("Over the school’s pupils"), pupils), (_("Over everybody at the school"), everybody)]


def role_field(word: str, stored: str) -> forms.ChoiceField:
    """The field of a word; what is stored stays a choice, though another way than this form led to it."""
    choices = _school_choices() if word in OF_SCHOOLS else _plain_choices()
    field = forms.ChoiceField(label=WORDS[word], choices=choices, required=False)
    if not field.valid_value(stored):
        field.choices = [*choices, (stored, _said(stored))]
    return field


def _said(stored: str) -> str:
    role = _t(stored.removesuffix(PUPILS_ONLY))
    return _t("%(role)s, over pupils") % {"role": role} if stored.endswith(PUPILS_ONLY) else role


def of_stored(mapping: dict[str, str], word: str) -> str:
    """What the field of a word shows of a stored mapping."""
    pupils = mapping.get(word + PUPILS_ONLY)
    return f"{pupils}{PUPILS_ONLY}" if pupils else mapping.get(word, "")


def to_store(typed: dict[str, str], stored: dict[str, str]) -> dict[str, str]:
    """The mapping of what was chosen for each word; what gives nothing is said too, for it is no default.

    What is stored and was not changed, or has no field, stays.
    """
    changed = {word: role for word, role in typed.items() if not _is_stored(stored, word, role)}
    found = {key: role for key, role in stored.items() if key.removesuffix(PUPILS_ONLY) not in changed}
    for word, chosen in changed.items():
        pupils = chosen.endswith(PUPILS_ONLY)
        found[word + PUPILS_ONLY if pupils else word] = chosen.removesuffix(PUPILS_ONLY)
    return found


def _is_stored(stored: dict[str, str], word: str, role: str) -> bool:
    return bool({word, word + PUPILS_ONLY} & stored.keys()) and of_stored(stored, word) == role


def column_field(column: str) -> forms.CharField:
    return forms.CharField(
        label=COLUMNS[column],
        max_length=100,
        required=False,
        help_text=_t("Left empty: %(names)s") % {"names": ", ".join(KNOWN[column])},
    )
