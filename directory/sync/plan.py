"""Compares what a source asks for with what is stored of it; touches nothing."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from directory.sync.findings import Findings
from directory.sync.wishes import Grant, Membership, PersonFacts, UnitFacts, Wishes, with_name

# One export gone wrong must not lock a district out: more leavers than this need a word from a person.
MANY = 20
SHARE = 4  # a quarter


@dataclass
class Stored:
    """What the directory holds of one source, by the source's keys; `others` are user names made by hand."""

    units: dict[str, UnitFacts] = field(default_factory=dict)
    people: dict[str, PersonFacts] = field(default_factory=dict)
    memberships: dict[Membership, int] = field(default_factory=dict)
    memberships_by_hand: set[Membership] = field(default_factory=set)
    grants: dict[Grant, int] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)


@dataclass
class Plan:
    """What to write. Keys are the source's, of memberships and grants to remove the database's."""

    new_units: dict[str, UnitFacts] = field(default_factory=dict)
    changed_units: dict[str, UnitFacts] = field(default_factory=dict)
    new_people: dict[str, PersonFacts] = field(default_factory=dict)
    changed_people: dict[str, PersonFacts] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)
    rekeyed: dict[str, str] = field(default_factory=dict)  # new source id: the old one
    leavers: list[str] = field(default_factory=list)
    new_memberships: list[Membership] = field(default_factory=list)
    gone_memberships: list[int] = field(default_factory=list)
    new_grants: list[Grant] = field(default_factory=list)
    gone_grants: list[int] = field(default_factory=list)
    leaver_names: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many of each kind of change; the trail keeps the words as they are here."""
        return {
            gettext_noop("locations added"): len(self.new_units),
            gettext_noop("locations changed"): len(self.changed_units),
            gettext_noop("people added"): len(self.new_people),
            gettext_noop("people changed"): len(self.changed_people),
            gettext_noop("people with a new id"): len(self.rekeyed),
            gettext_noop("people disabled"): len(self.leavers),
            gettext_noop("memberships added"): len(self.new_memberships),
            gettext_noop("memberships removed"): len(self.gone_memberships),
            gettext_noop("role assignments added"): len(self.new_grants),
            gettext_noop("role assignments removed"): len(self.gone_grants),
        }

    @property
    def is_empty(self) -> bool:
        return not any(self.counts().values())

    def lines(self) -> list[str]:
        """The plan for a person to read."""
        if self.is_empty:
            return [_("Nothing to change.")]
        lines = [f"{count:>7,} {_(what)}" for what, count in self.counts().items() if count]
        return lines + [_("disabled: %(name)s") % {"name": name} for name in self.leaver_names]


def make_plan(wishes: Wishes, stored: Stored, findings: Findings, *, accept_removals: bool = False) -> Plan:
    """The difference between the two; `findings` gets what is held back, and refuses a mass removal."""
    return _Planner(wishes, stored, findings).plan(accept_removals)


class _Planner:
    def __init__(self, wishes: Wishes, stored: Stored, findings: Findings) -> None:
        self.wishes, self.stored, self.findings = wishes, stored, findings
        self.holder = {facts.user_principal_name: key for key, facts in stored.people.items()}
        self.rekeyed: dict[str, str] = {}
        self.key_now: dict[str, str] = {}
        self.held: set[str] = set()

    def plan(self, accept_removals: bool) -> Plan:
        for key in list(self.wishes.people):
            self._settle_name(key)
        self.wishes.forget(self.held)
        self._refuse_doubles()
        plan = Plan(rekeyed=self.rekeyed)
        self._units(plan)
        self._people(plan)
        self._memberships(plan)
        self._grants(plan)
        if not accept_removals:
            self._refuse_mass_removal(plan)
        return plan

    def _settle_name(self, key: str) -> None:
        """Make sure that a new or changed user name is free, or find out whose it is."""
        facts, before = self.wishes.people[key], self.stored.people.get(key)
        upn = facts.user_principal_name
        if before and before.user_principal_name == upn:
            return
        holder = self.holder.get(upn)
        if upn not in self.stored.others and (holder is None or holder in self.wishes.people):
            return
        if not before and holder and _same_person(facts, self.stored.people[holder]):
            self.rekeyed[key], self.key_now[holder] = holder, key
        else:
            self._hold_back(key, before, upn)

    def _hold_back(self, key: str, before: PersonFacts | None, upn: str) -> None:
        line = self.wishes.lines.get(key, 1)
        if before:
            text = _("The user name “%(name)s” belongs to somebody else; this person keeps the old one.")
            facts = with_name(self.wishes.people[key], before.user_principal_name)
            self.wishes.people[key] = facts
        else:
            text = _("The user name “%(name)s” belongs to somebody else; this person is held back.")
            self.held.add(key)
        self.findings.warn("users.csv", line, text, name=upn)

    def _refuse_doubles(self) -> None:
        """A name that was to become free may have stayed where it was."""
        seen: dict[str, str] = {}
        for key, facts in self.wishes.people.items():
            if seen.setdefault(facts.user_principal_name, key) != key:
                text = _("The user name “%(name)s” is still taken.")
                line = self.wishes.lines.get(key, 1)
                self.findings.refuse("users.csv", line, text, name=facts.user_principal_name)

    def _units(self, plan: Plan) -> None:
        for key, facts in self.wishes.units.items():
            before = self.stored.units.get(key)
            if before is None:
                plan.new_units[key] = facts
            elif before != facts:
                plan.changed_units[key] = facts

    def _people(self, plan: Plan) -> None:
        for key, facts in self.wishes.people.items():
            before = self.stored.people.get(self.rekeyed.get(key, key))
            if before is None:
                plan.new_people[key] = facts
                plan.jobs[key] = self.wishes.jobs.get(key, "")
            elif before != facts:
                plan.changed_people[key] = facts
        there = self.wishes.people.keys() | self.rekeyed.values()
        gone = {key: facts for key, facts in self.stored.people.items() if key not in there}
        plan.leavers = [key for key, facts in gone.items() if facts.is_active]
        plan.leaver_names = [gone[key].user_principal_name for key in plan.leavers]

    def _memberships(self, plan: Plan) -> None:
        """What was made by hand stays, and is not made twice."""
        stored = {(unit, self._key_now(person)): pk for (unit, person), pk in self.stored.memberships.items()}
        by_hand = {(unit, self._key_now(person)) for unit, person in self.stored.memberships_by_hand}
        plan.new_memberships = sorted(self.wishes.memberships - stored.keys() - by_hand)
        plan.gone_memberships = [pk for member, pk in stored.items() if member not in self.wishes.memberships]

    def _grants(self, plan: Plan) -> None:
        stored = {
            Grant(grant.unit, self._key_now(grant.person), grant.starts_at, grant.ends_at): pk
            for grant, pk in self.stored.grants.items()
        }
        plan.new_grants = sorted(self.wishes.grants - stored.keys(), key=lambda g: (g.unit, g.person))
        plan.gone_grants = [pk for grant, pk in stored.items() if grant not in self.wishes.grants]

    def _key_now(self, person: str) -> str:
        """The source id that a stored person has from now on."""
        return self.key_now.get(person, person)

    def _refuse_mass_removal(self, plan: Plan) -> None:
        active = sum(facts.is_active for facts in self.stored.people.values())
        count = len(plan.leavers)
        if count > MANY and count * SHARE > active:
            text = _(
                "%(count)d of %(all)d people are missing and would be disabled. If that is right, run the "
                "import with --accept-removals."
            )
            self.findings.refuse("users.csv", 1, text, count=count, all=active)


def _same_person(wished: PersonFacts, stored: PersonFacts) -> bool:
    """Whether a new id is a known person's: ids are re-keyed in summer, and names are handed on to others."""
    if wished.employee_id and stored.employee_id:
        return wished.employee_id == stored.employee_id
    return (wished.given_name, wished.surname) == (stored.given_name, stored.surname)
