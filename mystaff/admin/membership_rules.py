"""The rule of a location on its page: how it is typed, examples, and what it would do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from directory import dynamic_units
from directory.models import AdministrativeUnit
from directory.rules import MOST_CHARACTERS, RuleError
from mystaff.admin.door import REFUSALS, sentence

FOUND = 20  # people of each kind in a preview
EXAMPLES = [
    (
        gettext_lazy("Teachers of one school"),
        'user.department -eq "Lincoln" -and user.jobTitle -contains "Teacher"',
    ),
    (
        gettext_lazy("Two departments, without those who are disabled"),
        'user.department -in ["Math", "Science"] -and user.accountEnabled -eq true',
    ),
    (
        gettext_lazy("By the end of the user name, but not the trainees"),
        'user.userPrincipalName -endsWith "@staff.example" -and -not (user.jobTitle -startsWith "Trainee")',
    ),
    (gettext_lazy("Without an employee number"), "user.employeeId -eq null"),
    (
        gettext_lazy("Members of a group, by its id"),
        "user.memberOf -any (group.objectId -in ['123e4567-e89b-12d3-a456-426614174000'])",
    ),
]


class RuleField(forms.CharField):
    """A membership rule; whether it is one is asked when it is new."""

    widget = forms.Textarea({"rows": 4, "cols": 60, "spellcheck": "false", "autocapitalize": "none"})

    def __init__(self) -> None:
        example = gettext_lazy(
            'Finds who is here, like user.department -eq "Lincoln". Left empty: people are added by hand.'
        )
        label = gettext_lazy("Membership rule")
        super().__init__(label=label, required=False, max_length=MOST_CHARACTERS, help_text=example)


def about_rule(form: forms.ModelForm) -> dict[str, Any]:
    """What the page says about rules: examples, and a preview where one was asked for."""
    if not form.is_preview:
        return {"examples": EXAMPLES}
    if form.errors:
        found = {"preview_refused": " ".join(form.errors.get("membership_rule", []))}
    else:
        found = _preview(form.cleaned_data["membership_rule"], form.instance)
    return {"examples": EXAMPLES, "previewed": True} | found


def _preview(rule: str, unit: AdministrativeUnit) -> dict[str, Any]:
    """Whom the rule that was typed would find; nothing is saved."""
    try:
        return {"preview": dynamic_units.preview(rule, FOUND, unit) if rule else None}
    except (RuleError, *REFUSALS) as error:
        return {"preview_refused": sentence(error)}
