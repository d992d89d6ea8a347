"""Fields of the admin's forms: people and locations are typed by name, and fetched through the wall."""

from __future__ import annotations

import re
from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from directory import places
from directory.models import AdministrativeUnit, Group, User

YEARS = range(2000, 3000)
MOST_NAMES = 200  # that one form takes: each is a deed of its own


class MomentField(forms.DateTimeField):
    """A date with its time in one box, which has a label; the stock admin's two have one between them."""

    def __init__(self, **kwargs) -> None:
        box = forms.DateTimeInput(format="%Y-%m-%dT%H:%M:%S", attrs={"type": "datetime-local", "step": 1})
        super().__init__(required=False, widget=box, **kwargs)

    def clean(self, value: str) -> datetime | None:
        """Not at either end of time: in UTC that may be a year that PostgreSQL has and Python has not."""
        moment = super().clean(value)
        if moment and moment.year not in YEARS:
            raise ValidationError(_("Use a date between the years 2000 and 2999."))
        return moment


class PeopleField(forms.CharField):
    """User names, one on a line or apart by commas: several can be pasted, and no list of all is needed."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 60, "spellcheck": "false", "autocapitalize": "none"})

    def __init__(self, **kwargs) -> None:
        help_text = _("User names, one on each line.")
        super().__init__(required=False, max_length=60_000, **{"help_text": help_text} | kwargs)

    def clean(self, value: str) -> list[User]:
        names = list(dict.fromkeys(re.split(r"[\s,;]+", super().clean(value).lower().strip())))
        names = [name for name in names if name]
        if len(names) > MOST_NAMES:
            raise ValidationError(_("At most %(most)s at a time."), params={"most": MOST_NAMES})
        found = {person.user_principal_name: person for person in _named(names)}
        if missing := [name for name in names if name not in found]:
            raise ValidationError(
                _("Nobody has the user name %(names)s."), params={"names": ", ".join(missing)}
            )
        return [found[name] for name in names]


def _named(names: list[str]):
    return User.objects.filter(user_principal_name__in=names)


class PlaceField(forms.CharField):
    """A location by its name; empty means the whole organization or the top."""

    widget = forms.TextInput(attrs={"class": "vTextField"})  # wide enough for what is typed there

    def __init__(self, **kwargs) -> None:
        super().__init__(required=False, max_length=1024, **kwargs)

    def clean(self, value: str) -> AdministrativeUnit | None:
        text = super().clean(value).strip()
        return places.named(text) if text else None


class PrincipalField(forms.CharField):
    """Who is to hold a role: a person by user name, or a role-assignable group by name."""

    widget = PlaceField.widget

    def clean(self, value: str) -> User | Group:
        text = super().clean(value).strip()
        person, group = _named([text.lower()]).first(), Group.objects.filter(name=text).first()
        if person and group:
            raise ValidationError(_("A person and a group have the name %(name)s."), params={"name": text})
        found = person or group
        if found is None:
            raise ValidationError(_("No person and no group has the name %(name)s."), params={"name": text})
        if isinstance(found, Group) and not found.is_role_assignable:
            raise ValidationError(_("Roles cannot be assigned to this group."))
        return found
