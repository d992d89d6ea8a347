"""One import from beginning to end: read, compare, write."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from audit.models import Result
from directory import administrators
from directory.connectors import Refused
from directory.sync import oneroster, snapshot
from directory.sync.apply import Somebody, apply, record_run
from directory.sync.findings import Finding, Findings, RosterError
from directory.sync.plan import Plan, make_plan
from directory.sync.records import Roster
from directory.sync.turn import wait_for_turn
from directory.sync.wishes import wishes_of
from tenants.models import Tenant

SOURCE = "oneroster"


@dataclass
class Outcome:
    """What was planned (and, unless it was a dry run, done), and what there is to say about the input."""

    plan: Plan
    warnings: list[Finding]


def import_oneroster(
    tenant: Tenant,
    path: Path | str,
    *,
    password_hash: str | None = None,
    dry_run: bool = False,
    accept_removals: bool = False,
    by: Somebody = None,
) -> Outcome:
    """Import a OneRoster zip into a tenant; new people get the hash given, or no password. Done by the
    source itself where nobody is named.

    Raises RosterError with every problem's file and line; then nothing has been changed.
    """
    with tenant.scope():
        try:
            roster = oneroster.read_roster(path)
            with transaction.atomic():
                wait_for_turn()
                outcome = _planned(tenant, roster, accept_removals)
                if not dry_run:
                    _apply(outcome.plan, password_hash, by)
        except RosterError as error:
            if not dry_run:
                counts = {"problems": len(error.problems)}
                record_run(SOURCE, counts, Result.FAILURE, str(error.problems[0]), by=by)
            raise
    return outcome


def _apply(plan: Plan, password_hash: str | None, by: Somebody) -> None:
    try:
        with administrators.keeping_one():
            apply(plan, SOURCE, password_hash=password_hash, by=by)
    except Refused as error:
        raise RosterError([Finding("users.csv", 1, str(error))]) from error


def _planned(tenant: Tenant, roster: Roster, accept_removals: bool) -> Outcome:
    findings = Findings()
    wishes = wishes_of(
        roster,
        domains=set(tenant.domains.values_list("domain", flat=True)),
        default_domain=tenant.default_domain,
        today=timezone.localdate(),
        findings=findings,
    )
    plan = make_plan(wishes, snapshot.take(SOURCE), findings, accept_removals=accept_removals)
    findings.stop_if_refused()
    return Outcome(plan, roster.warnings + findings.warnings)
