"""The form of a source: of each kind only what it needs, in words that a school's office understands."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from directory import roles, source_kinds
from directory.models import ConnectedDirectory, Source, SourceKind
from directory.sync import role_mapping
from directory.sync.csv_files.fields import FIELDS
from directory.sync.role_mapping import MANAGERS, PRESETS, PUPILS_ONLY, TEACHER
from mystaff.admin.by_kind import KindForm

COLUMNS_PART, ROLES_PART = _("Columns of your files"), _("Roles")
ROLE, COLUMN = "role_", "column_"  # how the names of fields begin that are parts of one JSON column
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
ADDRESS = _("Of the service, like https://sis.school.example. What follows it is the standard’s.")
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


def role_field(word: str) -> forms.ChoiceField:
    choices = _school_choices if word in OF_SCHOOLS else _plain_choices
    return forms.ChoiceField(label=WORDS[word], choices=choices, required=False)


def of_stored(mapping: dict[str, str], word: str) -> str:
    """What the field of a word shows of a stored mapping."""
    pupils = mapping.get(word + PUPILS_ONLY)
    return f"{pupils}{PUPILS_ONLY}" if pupils else mapping.get(word, "")


def to_store(typed: dict[str, str]) -> dict[str, str]:
    """The mapping of what was chosen for each word; what gives nothing is said too, for it is no default."""
    found = {}
    for word, chosen in typed.items():
        pupils = chosen.endswith(PUPILS_ONLY)
        found[word + PUPILS_ONLY if pupils else word] = chosen.removesuffix(PUPILS_ONLY)
    return found


class SourceForm(KindForm):
    """Roles and columns are fields of their own, and JSON only where they are stored."""

    way_out = frozenset({"address", "client_id"})
    directory = forms.ModelChoiceField(
        ConnectedDirectory.objects.none(), label=_("Connected directory"), help_text=_("What is read.")
    )
    authority = forms.ModelChoiceField(
        ConnectedDirectory.objects.none(),
        label=_("Where passwords live"),
        required=False,
        empty_label=_("Here, in MyStaff"),
        help_text=_("Of the people who come from this source."),
    )
    preset = forms.ChoiceField(label=_("Who helps whom"), required=False)

    class Meta:
        model = Source
        fields = ("name", "key", "enabled", "rhythm", "hour", "address", "client_id", "secret", "groups")
        fields += ("unit_prefix", "managers_suffix", "brake_percent", "remove_after_days")
        fields += ("directory", "authority")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = self.wanted()
        if "address" in wanted:
            self.fields["address"].help_text = ADDRESS
        for name in {"unit_prefix", "managers_suffix"} & set(wanted):
            self.fields[name].strip = False  # spaces at their ends belong to them
        self._fill_directories()
        self._fill_roles([name.removeprefix(ROLE) for name in wanted if name.startswith(ROLE)])
        self._fill_columns([name.removeprefix(COLUMN) for name in wanted if name.startswith(COLUMN)])

    def wanted(self) -> list[str]:
        return names_of(self.kind, new=self.instance._state.adding)

    def check(self) -> None:
        source_kinds.check_source(self.instance)

    def _fill_directories(self) -> None:
        everyone = ConnectedDirectory.objects.all()
        self.fields["authority"].queryset = everyone
        if "directory" in self.fields:
            kinds = source_kinds.READS[SourceKind(self.kind)]
            self.fields["directory"].queryset = everyone.filter(kind__in=kinds)

    def _fill_roles(self, words: list[str]) -> None:
        # What is not said is said by default.
        self.words = words
        mapping = {MANAGERS: roles.PASSWORD} | (self.instance.roles or role_mapping.DEFAULT)
        for word in words:
            self.fields[ROLE + word] = role_field(word)
            if self.kind == SourceKind.CSV:
                self.fields[ROLE + word].label = _("Managers, over their locations")
            self.initial[ROLE + word] = of_stored(mapping, word)
        if "preset" in self.fields:
            known = [(name, preset.label) for name, preset in PRESETS.items()]
            asked = [] if self.instance._state.adding else [("", _("As chosen below"))]
            self.fields["preset"].choices = asked + known

    def _fill_columns(self, columns: list[str]) -> None:
        self.columns = columns
        for column in columns:
            self.fields[COLUMN + column] = forms.CharField(
                label=COLUMNS[column],
                max_length=100,
                required=False,
                help_text=_t("Left empty: %(names)s") % {"names": ", ".join(KNOWN[column])},
            )
            self.initial[COLUMN + column] = self.instance.columns.get(column, "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if preset := PRESETS.get(cleaned.get("preset") or ""):
            self.instance.roles = dict(preset.roles)
        elif self.words:
            self.instance.roles = to_store({word: cleaned.get(ROLE + word, "") for word in self.words})
        if self.columns:
            typed = {column: cleaned.get(COLUMN + column, "") for column in self.columns}
            self.instance.columns = {column: name for column, name in typed.items() if name}
        return cleaned

    def values(self) -> dict[str, Any]:
        """What was typed, by the names of the row's columns."""
        typed = {name: value for name, value in self.cleaned_data.items() if name in self.Meta.fields}
        return typed | {"roles": self.instance.roles, "columns": self.instance.columns}


# What is to be known before a part is filled in.
ABOUT_PARTS = {
    COLUMNS_PART: _("What your files call it, where they do not use a name that is known anyway."),
    ROLES_PART: _("What somebody gets over their classes or school, by what they are in the source."),
}


def groups_of(kind: str, *, new: bool) -> list[tuple[str | None, list[str]]]:
    """The form's parts, each with its title and fields."""
    own: list[tuple[Any, list[str]]] = [(None, ["name", "key", *([] if new else ["kind"]), "enabled"])]
    if kind == SourceKind.ONEROSTER_REST:
        own.append((_("The service"), ["address", "client_id", "secret"]))
    if kind in source_kinds.READS:
        own.append((_("The directory"), ["directory"]))
        own.append((_("Groups that become locations"), ["groups", "unit_prefix", "managers_suffix"]))
    if kind == SourceKind.CSV:
        own.append((COLUMNS_PART, [COLUMN + column for column in COLUMNS]))
    own.append((ROLES_PART, _role_fields(kind, new)))
    if kind not in source_kinds.READS_FILES:
        own.append((_("When it runs"), ["rhythm", "hour"]))
    own.append((_("Passwords"), ["authority"]))
    own.append((_("Safety"), ["brake_percent", "remove_after_days"]))
    return [(title, names) for title, names in own if names]


def _role_fields(kind: str, new: bool) -> list[str]:
    if kind not in source_kinds.ONEROSTER:
        return [ROLE + MANAGERS]
    return ["preset"] if new else ["preset", *(ROLE + word for word in (TEACHER, *OF_SCHOOLS))]


def names_of(kind: str, *, new: bool) -> list[str]:
    return [name for _title, names in groups_of(kind, new=new) for name in names]
