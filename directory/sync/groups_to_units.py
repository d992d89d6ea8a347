"""Groups that become locations: for each a unit of its members, and a group of those who help them.

The group stays a group. Who helps is in the group `name + managers_suffix`: the source's own, where it has
one of that name, else one made here, whose people are put in by hand. That group holds one role, over this
unit. Keys are made of the group's own: `group/<key>` is the unit, `managers/<key>` the helpers' group, so a
group that is renamed keeps both.

A group that disappears, or matches no more, takes away the people and the role that it gave, and its unit and
helpers' group go with it: unless something hangs on them that was made by hand (a member, a role, a unit
below, a setting). Then they stay, with that and nothing else, until somebody removes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.utils.translation import gettext as _

from directory.models import Source
from directory.sync.facts import Fact, GrantFact, GroupFact, GroupMemberFact, UnitFact, UnitMemberFact
from directory.sync.findings import Findings
from directory.sync.group_names import Becomes, GroupNames
from directory.sync.role_mapping import managers_role, mapping_of

UNIT, HELPERS = "group/", "managers/"


def units_of_groups(source: Source, facts: Iterable[Fact], findings: Findings) -> Iterator[Fact]:
    """The facts of a whole source (no delta), with what its settings make of its groups.

    Raises RosterError where managers should get a role that no location can be given for.
    """
    if not source.groups.strip():
        yield from facts
        return
    mapping = mapping_of(source.roles, findings)
    findings.stop_if_refused()
    names = GroupNames(source.groups, source.managers_suffix)
    role = managers_role(source.roles, mapping)
    transformer = _Transformer(names, source.unit_prefix, role, findings)
    for fact in facts:
        yield from transformer.one(fact)
    yield from transformer.rest()


class _Transformer:
    def __init__(self, names: GroupNames, prefix: str, role: str, findings: Findings) -> None:
        self.names, self.prefix, self.role, self.findings = names, prefix, role, findings
        self.becomes: dict[str, Becomes] = {}  # by the group's key
        self.waiting: dict[str, list[GroupMemberFact]] = defaultdict(list)  # for their group to be named
        self.bases: dict[str, GroupFact] = {}  # groups that became units, by their names in small letters
        self.helpers: dict[str, GroupFact] = {}  # the source's own helpers' groups, by the same names

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
        for name, base in self.bases.items():
            yield from self._help(base, self.helpers.get(name))
        for members in self.waiting.values():
            yield from members

    def _group(self, fact: GroupFact) -> Iterator[Fact]:
        becomes = self.becomes[fact.key] = self.names.becomes(fact.name)
        if becomes is Becomes.MANAGERS:
            if self._is_first(self.helpers, self.names.base(fact.name).casefold(), fact):
                yield replace(fact, key=HELPERS + fact.key, is_role_assignable=True)
            else:
                self.becomes[fact.key] = Becomes.NOTHING
            return
        yield fact
        if becomes is Becomes.UNIT:
            yield UnitFact(UNIT + fact.key, self.prefix + fact.name, file=fact.file, line=fact.line)
            self._is_first(self.bases, fact.name.casefold(), fact)

    def _is_first(self, known: dict[str, GroupFact], name: str, fact: GroupFact) -> bool:
        """Of two groups of one name nobody knows whose managers are whose: the second one has none."""
        if known.setdefault(name, fact) is fact:
            return True
        text = _("Two groups are called “%(name)s”; the second one gets no managers.")
        self.findings.warn(fact.file, fact.line, text, name=fact.name)
        return False

    def _member(self, fact: GroupMemberFact) -> Iterator[Fact]:
        becomes = self.becomes.get(fact.group)
        if becomes is None:
            self.waiting[fact.group].append(fact)
        elif becomes is Becomes.MANAGERS:
            yield replace(fact, group=HELPERS + fact.group)
        elif becomes is not Becomes.NOTHING:
            yield fact
            if becomes is Becomes.UNIT:
                yield UnitMemberFact(UNIT + fact.group, fact.person, fact.file, fact.line)

    def _help(self, base: GroupFact, own: GroupFact | None) -> Iterator[Fact]:
        """The helpers' group of a unit, and its role."""
        if not self.names.suffix:
            return
        at = {"file": base.file, "line": base.line}
        key = HELPERS + (own or base).key
        if not own:
            yield GroupFact(key, base.name + self.names.suffix, is_role_assignable=True, **at)
        if self.role:
            yield GrantFact(UNIT + base.key, self.role, group=key, **at)
