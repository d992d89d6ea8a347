"""A run in words: how far it is, what it found, what it would do, what it did."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit.models import Entry
from directory.models import Run, RunState, User
from directory.source_kinds import READS_FILES
from directory.sync import changes
from directory.sync.attention import UNDER_WAY
from directory.verbs import IMPORT_ROSTER, START_IMPORT
from mystaff.templatetags.mystaff import number, when

SHORT = 160  # characters of a sentence among others
SHOWN = 200  # problems, and warnings: nobody reads on past them
# How kinds end that take something away, or keep somebody from getting in as before.
GRAVE = (
    "disabled",
    "removed",
    "gone from the source",
    "that move",
    "user names changed",
    "held back",
    "otherwise",
)
SAID = {
    RunState.WAITING: gettext_lazy("Waiting for its turn"),
    RunState.READING: gettext_lazy("Reading what the source says"),
    RunState.COMPARING: gettext_lazy("Comparing it with what is here"),
    RunState.WRITING: gettext_lazy("Writing"),
    RunState.BRAKED: gettext_lazy("Stopped by the brake: nothing was changed"),
    RunState.FAILED: gettext_lazy("Failed: nothing was changed"),
    RunState.BROKEN_OFF: gettext_lazy("Broken off: nothing was changed"),
}


@dataclass(frozen=True)
class Count:
    """How much of one kind a run changes; its kind is what RunChange holds."""

    kind: str
    label: str
    count: str


class Report:
    """What the page of a run shows."""

    def __init__(self, run: Run) -> None:
        self.run, self.source = run, run.source

    @property
    def goes_on(self) -> bool:
        return self.run.state in UNDER_WAY

    @property
    def title(self) -> str:
        text = _("Dry run, %(time)s") if self.run.is_dry else _("Run, %(time)s")
        return text % {"time": when(self.run.made_at)}

    @property
    def state(self) -> str:
        if self.run.state == RunState.DONE:
            return _("Dry run done: nothing was changed") if self.run.is_dry else _("Done")
        return str(SAID[RunState(self.run.state)])

    @property
    def reason(self) -> str:
        """Why it failed, in a list of many."""
        return Truncator(getattr(self.run, "reason", None) or "").chars(SHORT)

    @property
    def progress(self) -> str:
        done = number(self.run.done)
        if self.run.total is None:
            return done if self.run.done else ""
        return _("%(done)s of %(total)s") % {"done": done, "total": number(self.run.total)}

    @property
    def value(self) -> int:
        """Of the bar; a browser draws no more than all."""
        return min(self.run.done, self.run.total or 0)

    @cached_property
    def counts(self) -> list[Count]:
        found = ((kind, count) for kind, count in self.run.counts.items() if isinstance(count, int))
        return [Count(kind, _(kind), number(count)) for kind, count in found if count]

    @property
    def problems(self) -> list[str]:
        return [str(problem) for problem in self.run.problems[:SHOWN]]

    @property
    def warnings(self) -> list[str]:
        return [str(warning) for warning in self.run.warnings[:SHOWN]]

    @property
    def hidden(self) -> dict[str, int]:
        """How many problems and warnings are not shown."""
        return {name: max(0, len(getattr(self.run, name)) - SHOWN) for name in ("problems", "warnings")}

    # What it waits for

    @cached_property
    def sentences(self) -> list[str]:
        """What a run that was stopped would do, plainly."""
        counts = self.run.counts
        found = []
        if leavers := counts.get("people disabled"):
            found.append(self._disables(leavers))
        if removed := counts.get("people removed"):
            text = ngettext(
                "It would remove %(n)s person for good.", "It would remove %(n)s people for good.", removed
            )
            found.append(text % {"n": number(removed)})
        return found + self._otherwise() + self._losses()

    def _otherwise(self) -> list[str]:
        """Who stays, and may not get in any more as before."""
        texts = {
            changes.RENAMED.word: _("It would change %(n)s user names."),
            changes.MOVED.word: _("The passwords of %(n)s people would live elsewhere from then on."),
            changes.OTHERWISE.word: _("%(n)s people with a role may be others than they were."),
        }
        counts = {what: self.run.counts.get(what) for what in texts}
        return [texts[what] % {"n": number(count)} for what, count in counts.items() if count]

    def _disables(self, leavers: int) -> str:
        here = User.objects.filter(source=self.source.key, is_active=True).count()
        text = ngettext(
            "This would disable %(n)s of %(all)s people.", "This would disable %(n)s of %(all)s people.", here
        )
        return text % {"n": number(leavers), "all": number(here)}

    def _losses(self) -> list[str]:
        """Where more goes than comes: a new school year swaps nearly all, and that is no loss."""
        texts = {
            "memberships": _("It would take away %(n)s memberships and add %(new)s."),
            "group members": _("It would take %(n)s people out of groups and add %(new)s."),
            "role assignments": _("It would take away %(n)s role assignments and add %(new)s."),
        }
        found = []
        for what, text in texts.items():
            lost, new = (self.run.counts.get(f"{what} {word}", 0) for word in ("removed", "added"))
            if lost > new:
                found.append(text % {"n": number(lost), "new": number(new)})
        if later := self.run.counts.get(changes.GRANTS_LATER.word):
            text = _("Of the role assignments that it would add, %(n)s begin later, and help nobody today.")
            found.append(text % {"n": number(later)})
        return found

    @cached_property
    def asks(self) -> bool:
        """Whether it can be done from this page: a stopped run, or a dry one, that nothing came after."""
        waits = self.run.state == RunState.BRAKED or (self.run.is_dry and self.run.state == RunState.DONE)
        later = self.source.runs.filter(made_at__gt=self.run.made_at, is_dry=False)
        return waits and not later.exists()

    @property
    def held(self) -> int:
        """How many user names it holds back that can be changed with a word."""
        count = self.run.counts.get(changes.HELD.word)
        return count if isinstance(count, int) else 0

    @property
    def wants_file(self) -> bool:
        """Whether the file has to be chosen again: it is kept for a time only."""
        return self.source.kind in READS_FILES and not has_content(self.run)

    # What changed

    def changes(self, kind: str, page: str) -> Page | None:
        """Names of one kind, a stored row a page; None where there are none."""
        rows = self.run.changes.filter(kind=kind)
        return Paginator(rows, 1).get_page(page) if rows.exists() else None


def entry_of(run: Run) -> UUID | None:
    """The run's own line in the trail; of a dry run that of who asked for it."""
    told = (IMPORT_ROSTER.activity, START_IMPORT.activity)
    lines = Entry.objects.filter(correlation_id=run.pk, activity__in=told)
    return lines.order_by("-sequence").values_list("pk", flat=True).first()


def has_content(run: Run) -> bool:
    """Whether the file is still there; it is not read for that."""
    return Run.objects.filter(pk=run.pk, content__isnull=False).exists()


def shown_kind(report: Report, asked: str) -> str:
    """The kind whose names are shown: the one asked for, else the first that is grave."""
    kinds = [count.kind for count in report.counts]
    if asked in kinds:
        return asked
    grave = [kind for kind in kinds if kind.endswith(GRAVE)]
    return next(iter(grave + kinds), "")


def context_of(run: Run, asked: dict[str, Any]) -> dict[str, Any]:
    """All that the page says, without what the admin's frame needs."""
    report = Report(run)
    context = {"run": run, "report": report, "source": run.source, "title": report.title}
    context["seen"] = asked.get("seen", "")
    if not report.goes_on:
        kind = shown_kind(report, asked.get("show", ""))
        context |= {"shown": kind, "shown_label": _(kind) if kind else ""}
        context["page"] = report.changes(kind, asked.get("page", "1")) if kind else None
        context["entry"] = entry_of(run)
    return context
