"""What access policies found, in the trail."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit.models import Result, record
from directory.access_policies import Finding, Outcome, State, Surface
from directory.administration import EVALUATE_ACCESS_POLICY

SAID = {
    Outcome.BLOCKED: gettext_noop("Not from this network."),
    Outcome.SECOND_FACTOR: gettext_noop("A second factor is needed."),
    Outcome.TOO_OLD: gettext_noop("The sign-in is too old: they confirm that it is them."),
}


def record_finding(finding: Finding, surface: str | None, actor: dict[str, Any]) -> None:
    """One policy that was not met: denied where it is enforced; a success where it is only reported."""
    action, state = EVALUATE_ACCESS_POLICY, State.ON if finding.is_enforced else State.REPORT_ONLY
    record(
        action.activity,
        category=action.category,
        operation=action.operation,
        result=Result.DENIED if finding.is_enforced else Result.SUCCESS,
        reason=_(SAID[finding.outcome]),
        actor=actor,
        target={"type": "AccessPolicy", "name": finding.rule.name},
        details={
            "Source": str(Surface(surface).label if surface else "MyStaff"),
            "Action": action.word,
            "State": str(state.label),
        },
    )


def visitor(ip_address: str | None) -> dict[str, Any]:
    """Somebody of whom nothing but the address is known, as the trail keeps them."""
    return {"id": None, "name": _("Somebody who is not signed in"), "ip_address": ip_address}
