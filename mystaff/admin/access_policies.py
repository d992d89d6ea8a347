"""Access policies: for Global Administrators; in the operators' own tenant for operators."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from directory import administration
from directory.access_policies import Outcome, Surface
from directory.models import AccessPolicy, Group
from directory.verbs import Action
from mystaff.admin.door import DoorAdmin
from mystaff.evaluation import facts_about, judge_by

REASONS = {
    Outcome.BLOCKED: gettext_lazy("“%s” would shut you out: you are not in a network that it allows."),
    Outcome.SECOND_FACTOR: gettext_lazy(
        "“%s” would shut you out: you have not used a second factor in this session. Add one under My "
        "account, or sign in with it, then save."
    ),
    Outcome.TOO_OLD: gettext_lazy(
        "“%s” would shut you out: your sign-in is older than it allows. Sign in anew, then save."
    ),
}


def refusal(request: HttpRequest, policies: list[AccessPolicy]) -> str | None:
    """Why the person of this request would not come back into the admin under these policies."""
    decision = judge_by(request, policies, facts_about(Surface.ADMIN))
    worst = max((one for one in decision.findings if one.is_enforced), key=_outcome, default=None)
    return worst and REASONS[worst.outcome] % worst.rule.name


def _outcome(finding) -> Outcome:
    return finding.outcome


class SaverStays(forms.ModelForm):
    """A form that nobody shuts themselves out of the admin with."""

    request: HttpRequest  # set on the class, which the admin makes anew for each request

    def judged_after(self) -> list[AccessPolicy]:
        """The policies that saving puts in force."""
        raise NotImplementedError

    def _post_clean(self) -> None:
        # Here and not in clean(): only now the row has what was typed.
        super()._post_clean()
        reason = None if self.errors else refusal(self.request, self.judged_after())
        if reason:
            self.add_error(None, ValidationError(reason))


class AccessPolicyForm(SaverStays):
    def judged_after(self) -> list[AccessPolicy]:
        return [self.instance]


class AccessPolicyAdmin(DoorAdmin):
    action = administration.UPDATE_ACCESS_POLICY
    form = AccessPolicyForm
    list_display = ["name", "state", "covers", "applies_to"]
    ordering = ["name", "pk"]
    fieldsets = [
        (None, {"fields": ["name", "state"]}),
        (
            gettext_lazy("What it covers"),
            {"fields": [*AccessPolicy.SURFACES, "applies_to", "group"]},
        ),
        (gettext_lazy("Networks"), {"fields": ["allowed_networks", "blocked_networks"]}),
        (gettext_lazy("Proof"), {"fields": ["second_factor", "sign_in_age", "confirm_age"]}),
    ]

    def _deed(self, what: str) -> Action:
        return {
            "add": administration.ADD_ACCESS_POLICY,
            "change": administration.UPDATE_ACCESS_POLICY,
            "delete": administration.DELETE_ACCESS_POLICY,
        }[what]

    def get_form(self, request: HttpRequest, obj=None, change: bool = False, **kwargs) -> type[forms.Form]:
        form = super().get_form(request, obj, change, **kwargs)
        form.request = request
        return form

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return super().formfield_for_foreignkey(db_field, request, queryset=Group.objects.order_by("name"))

    def _changed(self, form, obj, before) -> list[str]:
        # Networks are written anew as they are read.
        return [f for f in form.fields if not before or getattr(before, f) != getattr(obj, f)]

    def covers(self, policy: AccessPolicy) -> str:
        """The surfaces, for the list."""
        return ", ".join(str(Surface(one).label) for one in Surface if one in policy.rule.surfaces)

    covers.short_description = gettext_lazy("covers")
