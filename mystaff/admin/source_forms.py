"""The form of a source: of each kind only what it needs, in words that a school's office understands."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from directory import roles, source_kinds
from directory.models import ConnectedDirectory, ManagersGroups, Source, SourceKind
from directory.sync import role_mapping
from directory.sync.role_mapping import MANAGERS, PRESETS, TEACHER
from mystaff.admin.by_kind import KindForm
from mystaff.admin.source_fields import COLUMNS, OF_SCHOOLS, column_field, of_stored, role_field, to_store

COLUMNS_PART, ROLES_PART = _("Columns of your files"), _("Roles")
ROLE, COLUMN = "role_", "column_"  # how the names of fields begin that are parts of one JSON column
OF_GROUPS = ["groups", "unit_prefix", "managers_suffix", "managers_groups"]
# Which groups are administrators' own, and what is to be looked at besides.
WHO_MAKES = {
    SourceKind.ENTRA: _("Administrators’ are those that Entra ID lets hold roles."),
    SourceKind.GOOGLE: _(
        "Google says who made a group, not who may join, manage or rename it: look at that there."
    ),
}
ADDRESS = _(
    "Like https://sis.example/oneroster. Where tokens come from elsewhere: a space, and that address."
)


class DirectoryField(forms.ModelChoiceField):
    """A connected directory by its name, and whether it does nothing so far."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(ConnectedDirectory.objects.none(), **kwargs)

    def label_from_instance(self, one: ConnectedDirectory) -> str:
        return one.name if one.enabled else _("%(name)s (off)") % {"name": one.name}


class AuthorityField(DirectoryField):
    """The same, where passwords are to be written."""

    def label_from_instance(self, one: ConnectedDirectory) -> str:
        if one.enabled and not one.writes_passwords:
            return _("%(name)s (passwords are not written back)") % {"name": one.name}
        return super().label_from_instance(one)


class SourceForm(KindForm):
    """Roles and columns are fields of their own, and JSON only where they are stored."""

    way_out = frozenset({"address", "client_id"})
    directory = DirectoryField(
        label=_("Connected directory"),
        help_text=_("What is read. As long as it is off, each run fails."),
    )
    authority = AuthorityField(
        label=_("Where passwords live"),
        required=False,
        empty_label=_("Here, in MyStaff"),
        help_text=_(
            "Of the people who come from this source. As long as it is off, or passwords are not written "
            "back, nobody here can give them a new one."
        ),
    )
    preset = forms.ChoiceField(
        label=_("Who helps whom"),
        required=False,
        help_text=_(
            "Teachers help the pupils of their classes; offices, aides and counselors all pupils of their "
            "school; principals everybody there. With “Nobody”, roles are given by hand."
        ),
    )

    class Meta:
        model = Source
        fields = ("name", "key", "enabled", "rhythm", "hour", "address", "client_id", "secret", "groups")
        fields += ("unit_prefix", "managers_suffix", "managers_groups", "brake_percent")
        fields += ("remove_after_days", "directory", "authority")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = self.wanted()
        if "address" in wanted:
            self.fields["address"].help_text = ADDRESS
        for name in {"unit_prefix", "managers_suffix"} & set(wanted):
            self.fields[name].strip = False  # spaces at their ends belong to them
        if "managers_groups" in wanted:
            self._fill_managers()
        self._fill_directories()
        self._fill_roles([name.removeprefix(ROLE) for name in wanted if name.startswith(ROLE)])
        self._fill_columns([name.removeprefix(COLUMN) for name in wanted if name.startswith(COLUMN)])

    def wanted(self) -> list[str]:
        return names_of(self.kind, new=self.instance._state.adding)

    def check(self) -> None:
        source_kinds.check_source(self.instance)

    def _fill_managers(self) -> None:
        field = self.fields["managers_groups"]
        if self.kind in WHO_MAKES:
            field.help_text = format_lazy("{} {}", field.help_text, WHO_MAKES[self.kind])
        else:
            field.choices = [one for one in field.choices if one[0] != ManagersGroups.GUARDED]

    def _fill_directories(self) -> None:
        everyone = ConnectedDirectory.objects.all()
        self.fields["authority"].queryset = everyone
        if "directory" in self.fields:
            kinds = source_kinds.READS[SourceKind(self.kind)]
            self.fields["directory"].queryset = fitting = everyone.filter(kind__in=kinds)
            if not fitting:
                self.fields["directory"].help_text = format_html(
                    '{} <a href="{}">{}</a>',
                    _("There is none of this kind yet."),
                    reverse("admin:directory_connecteddirectory_add"),
                    _("Add a connected directory"),
                )

    def _fill_roles(self, words: list[str]) -> None:
        # What is not said is said by default.
        self.words = words
        mapping = {MANAGERS: roles.PASSWORD} | (self.instance.roles or role_mapping.DEFAULT)
        for word in words:
            self.initial[ROLE + word] = of_stored(mapping, word)
            self.fields[ROLE + word] = role_field(word, self.initial[ROLE + word])
            if self.kind == SourceKind.CSV:
                self.fields[ROLE + word].label = _("Managers, over their locations")
        if "preset" in self.fields:
            known = [(name, preset.label) for name, preset in PRESETS.items()]
            asked = [] if self.instance._state.adding else [("", _("As chosen below"))]
            self.fields["preset"].choices = asked + known

    def _fill_columns(self, columns: list[str]) -> None:
        self.columns = columns
        for column in columns:
            self.fields[COLUMN + column] = column_field(column)
            self.initial[COLUMN + column] = self.instance.columns.get(column, "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if preset := PRESETS.get(cleaned.get("preset") or ""):
            self.instance.roles = dict(preset.roles)
        elif self.words:
            typed = {word: cleaned.get(ROLE + word, "") for word in self.words}
            self.instance.roles = to_store(typed, self.instance.roles)
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
    ROLES_PART: _("What somebody gets over their location, by what they are in the source."),
}


def groups_of(kind: str, *, new: bool) -> list[tuple[str | None, list[str]]]:
    """The form's parts, each with its title and fields."""
    own: list[tuple[Any, list[str]]] = [(None, ["name", "key", *([] if new else ["kind"]), "enabled"])]
    if kind == SourceKind.ONEROSTER_REST:
        own.append((_("The service"), ["address", "client_id", "secret"]))
    if kind in source_kinds.READS:
        own.append((_("The directory"), ["directory"]))
        own.append((_("Groups that become locations"), OF_GROUPS))
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
