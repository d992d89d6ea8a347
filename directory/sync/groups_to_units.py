"""Groups that become locations: for each a unit of its members, and a group of those who help them.

The group stays a group. Beside its unit (`group/<key>`) stands a group made here (`managers/<key>`) that
holds one role, over this unit. A group that is renamed keeps both. Who helps is put into it by hand, or is in
the source's own group `name + managers_suffix`, which becomes nothing else: but only where the source's
settings say that such groups give roles, for whoever can name a group, or get into one, would help whom
they like. Where people have filled the group made here, or given it roles, the source puts nobody into it.

A group that disappears, or matches no more, takes away the people and the role that it gave, and its unit and
managers' group go with it: unless something hangs on them that was made by hand (a member, a role, a unit
below, a setting). Then they stay, with that and nothing else, until somebody removes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from directory.models import ManagersGroups, Source
from directory.sync.by_hand import MANAGERS, Managers
from directory.sync.facts import (
    GUARDED,
    OPEN,
    Fact,
    GrantFact,
    GroupFact,
    GroupMemberFact,
    UnitFact,
    UnitMemberFact,
)
from directory.sync.findings import Findings
from directory.sync.group_names import Becomes, GroupNames
from directory.sync.role_mapping import managers_role, mapping_of

UNIT = "group/"
# Which groups of managers give no role, by the source's setting, and what is said of them.
WITHOUT_ROLE = {
    ManagersGroups.NONE: (
        lambda entry: True,
        gettext_noop("“%(name)s” gives nobody a role: the source’s settings say so."),
    ),
    ManagersGroups.GUARDED: (
        lambda entry: entry != GUARDED,
        gettext_noop("“%(name)s” gives nobody a role: it is none that administrators alone make."),
    ),
    ManagersGroups.ANY: (
        lambda entry: entry == OPEN,
        gettext_noop("“%(name)s” gives nobody a role: people may let themselves in."),
    ),
}


def units_of_groups(
    source: Source, facts: Iterable[Fact], findings: Findings, managers: Managers | None = None
) -> Iterator[Fact]:
    """The facts of a whole source (no delta), with what its settings make of its groups.

    `managers` are those stored. Raises RosterError where they should get a role that no location can be given
    for.
    """
    if not source.groups.strip():
        yield from facts
        return
    mapping = mapping_of(source.roles, findings)
    findings.stop_if_refused()
    role = managers_role(source.roles, mapping)
    transformer = _Transformer(source, role, findings, managers or Managers())
    for fact in facts:
        yield from transformer.one(fact)
    yield from transformer.rest()


class _Transformer:
    def __init__(self, source: Source, role: str, findings: Findings, managers: Managers) -> None:
        self.names = GroupNames(source.groups, source.managers_suffix)
        self.prefix, self.role, self.findings, self.managers = source.unit_prefix, role, findings, managers
        self.gives_none, self.why = WITHOUT_ROLE[ManagersGroups(source.managers_groups)]
        self.becomes: dict[str, Becomes] = {}  # by the group's key
        self.waiting: dict[str, list[GroupMemberFact]] = defaultdict(list)  # for their group to be named
        self.bases: dict[str, list[GroupFact]] = defaultdict(list)  # by their names in small letters
        self.own: dict[str, GroupFact] = {}  # the source's own groups of managers, by the same names
        self.people: dict[str, list[GroupMemberFact]] = defaultdict(list)  # of these, by their keys

    def one(self, fact: Fact) -> Iterator[Fact]:
        """What is made of a fact, as far as it is known by now."""
        if isinstance(fact, GroupFact):
            yield from self._group(fact)
            for member in self.waiting.pop(fact.key, ()):
                yield from self._member(member)
        elif isinstance(fact, GroupMemberFact):
            yield from self._member(fact)
        else:
            yield fact

    def rest(self) -> Iterator[Fact]:
        """What is known when all facts have come; members of unknown groups are the plan's problem."""
        for name, bases in self.bases.items():
            if self.names.suffix and (base := self._the_one(bases)):
                yield from self._help(base, self.own.get(name))
        for members in self.waiting.values():
            yield from members

    def _group(self, fact: GroupFact) -> Iterator[Fact]:
        becomes = self.becomes[fact.key] = self.names.becomes(fact.name)
        if becomes is Becomes.MANAGERS:
            if not self._takes(fact):
                self.becomes[fact.key] = Becomes.NOTHING
            return
        yield fact
        if becomes is Becomes.UNIT:
            yield UnitFact(UNIT + fact.key, self.prefix + fact.name, file=fact.file, line=fact.line)
            self.bases[fact.name.casefold()].append(fact)

    def _takes(self, fact: GroupFact) -> bool:
        """Whether this group says who helps. Of two of one name the first one does."""
        if self.gives_none(fact.entry):
            self._warn(fact, _(self.why))
        elif self.own.setdefault(self.names.base(fact.name).casefold(), fact) is not fact:
            self._warn(fact, _("Two groups are called “%(name)s”; the second one is left out."))
        else:
            return True
        return False

    def _the_one(self, bases: list[GroupFact]) -> GroupFact | None:
        """Of several groups of one name: who made the second one must not get the managers of the first."""
        if len(bases) == 1:
            return bases[0]
        guarded = [base for base in bases if base.entry == GUARDED]
        known = [base for base in bases if self._is_called_so_before(base)]
        found = next((some[0] for some in (guarded, known) if len(some) == 1), None)
        for base in bases:
            if base is not found:
                self._warn(base, _("Other groups are called “%(name)s” too; this one gets no managers."))
        return found

    def _is_called_so_before(self, base: GroupFact) -> bool:
        stored = self.managers.names.get(base.key, "")
        return stored.casefold() == (base.name + self.names.suffix).casefold()

    def _member(self, fact: GroupMemberFact) -> Iterator[Fact]:
        becomes = self.becomes.get(fact.group)
        if becomes is None:
            self.waiting[fact.group].append(fact)
        elif becomes is Becomes.MANAGERS:
            self.people[fact.group].append(fact)
        elif becomes is not Becomes.NOTHING:
            yield fact
            if becomes is Becomes.UNIT:
                yield UnitMemberFact(UNIT + fact.group, fact.person, fact.file, fact.line)

    def _help(self, base: GroupFact, own: GroupFact | None) -> Iterator[Fact]:
        """The group of a unit's managers, its role, and its people."""
        if base.entry == OPEN:
            self._warn(base, _("People there may put others into “%(name)s”, and so under its managers."))
        at, key = {"file": base.file, "line": base.line}, MANAGERS + base.key
        yield GroupFact(key, base.name + self.names.suffix, is_role_assignable=True, **at)
        if self.role:
            yield GrantFact(UNIT + base.key, self.role, group=key, **at)
        if own and base.key in self.managers.by_hand:
            self._warn(own, _("“%(name)s” is left out: the one here was filled, or given roles, by hand."))
        elif own:
            yield from (replace(member, group=key) for member in self.people[own.key])

    def _warn(self, fact: GroupFact, text: str) -> None:
        self.findings.warn(fact.file, fact.line, text, name=fact.name)
