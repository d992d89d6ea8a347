"""What managers type."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory import badges
from directory.models import BadgeKind
from directory.phone_numbers import NO_NUMBER, example_in, to_e164


class GenerateForm(forms.Form):
    """A button: holds what was said against it."""


class ConfirmForm(forms.Form):
    """A yes: holds what was said against it."""


class PhoneForm(forms.Form):
    """A phone number of any country, cleaned to E.164 (ITU-T); an extension is dropped."""

    phone_number = forms.CharField(
        label=_("Phone number"),
        max_length=64,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
    )

    def __init__(self, region: str, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.region, example = region, example_in(region)
        self.fields["phone_number"].help_text = _("For example %(example)s.") % {"example": example}
        self.fields["phone_number"].error_messages["required"] = NO_NUMBER % {"example": example}

    def clean_phone_number(self) -> str:
        return to_e164(self.cleaned_data["phone_number"], self.region)


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Type a day like 2026-09-01.")},
    )


class BadgeForm(forms.Form):
    """What kind of badge, and for how long; `term` is both, once it is valid."""

    kind = forms.ChoiceField(
        label=_("What is it for?"),
        choices=[
            (BadgeKind.STANDARD, _("For every day")),
            (BadgeKind.TEMPORARY, _("For today, where the badge is forgotten")),
        ],
        initial=BadgeKind.STANDARD,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the badge is for.")},
    )
    first_day = _day(_("First day"))
    last_day = _day(_("Last day"))
    hours = forms.IntegerField(
        label=_("Hours"),
        required=False,
        initial=badges.HOURS,
        widget=forms.NumberInput({"min": 1, "max": badges.HOURS}),
        help_text=_("From now on, %(hours)d at most.") % {"hours": badges.HOURS},
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.term: badges.Term | None = None
        today = timezone.localdate()
        first, last = self.fields["first_day"], self.fields["last_day"]
        first.initial, last.initial = today, _default_end(today)
        first.widget.attrs["min"] = last.widget.attrs["min"] = today.isoformat()
        last.help_text = _("A badge lasts %(days)d days at most.") % {"days": badges.DAYS}

    def clean(self) -> dict:
        """Only what belongs to the kind is looked at; a day or a number left empty is the one proposed."""
        cleaned = super().clean()
        standard = cleaned.get("kind") == BadgeKind.STANDARD
        for name in ("hours",) if standard else ("first_day", "last_day"):
            self.errors.pop(name, None)
        if not self.errors:
            self._set_term(standard, cleaned)
        return cleaned

    def _set_term(self, standard: bool, cleaned: dict) -> None:
        try:
            if standard:
                first = cleaned["first_day"] or self.fields["first_day"].initial
                self.term = badges.standard(first, cleaned["last_day"] or _default_end(first))
            else:
                hours = cleaned["hours"]
                self.term = badges.temporary(badges.HOURS if hours is None else hours)
        except ValidationError as error:
            self.add_error(None, error)


def _default_end(first: date) -> date:
    return first + timedelta(days=badges.DEFAULT_DAYS - 1)
