"""Writes a plan, in bulk and in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import models, transaction
from django.db.models import Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_noop

from audit.models import Result, record
from directory import roles
from directory.door import CommandLine, Initiator
from directory.models import AdministrativeUnit, RoleAssignment, UnitMembership, User
from directory.models.users import SEARCHED
from directory.sync.plan import Plan
from directory.sync.snapshot import PERSON_FIELDS
from directory.sync.wishes import PersonFacts

BATCH, UPDATE_BATCH = 2000, 250


Somebody = Initiator | CommandLine | None  # who has it done; nobody: the source, by itself


def apply(plan: Plan, source: str, *, password_hash: str | None = None, by: Somebody = None) -> None:
    """Write the plan in the tenant's scope, all or nothing; new people get this one hash, or no password."""
    with transaction.atomic():
        _Writer(plan, source, password_hash).write()
        record_run(source, plan.counts(), by=by)


class _Writer:
    def __init__(self, plan: Plan, source: str, password_hash: str | None) -> None:
        self.plan, self.source, self.password_hash = plan, source, password_hash

    def write(self) -> None:
        _delete(UnitMembership, self.plan.gone_memberships)
        _delete(RoleAssignment, self.plan.gone_grants)
        self._units()
        self._rekey()
        self._disable_leavers()
        self._change_people()
        self._add_people()
        self._add_memberships_and_grants()

    def _units(self) -> None:
        units = {unit.source_id: unit for unit in AdministrativeUnit.objects.filter(source=self.source)}
        new = []
        for key, facts in self.plan.new_units.items():
            unit = AdministrativeUnit(name=facts.name, kind=facts.kind, source=self.source, source_id=key)
            unit.parent = units.get(facts.parent)
            unit.prepare()
            units[key] = unit
            new.append(unit)
        AdministrativeUnit.objects.bulk_create(new, batch_size=BATCH)
        for key, facts in self.plan.changed_units.items():
            self._change_unit(units[key], facts.name, facts.kind, units.get(facts.parent))

    def _change_unit(
        self, unit: AdministrativeUnit, name: str, kind: str, parent: AdministrativeUnit | None
    ) -> None:
        unit.name, unit.kind = name, kind
        unit.save(update_fields=["name", "kind"])
        # A school that somebody hung below a region by hand stays there.
        if parent and unit.parent_id != parent.pk:
            unit.move(parent)

    def _rekey(self) -> None:
        new_key = {old: new for new, old in self.plan.rekeyed.items()}
        users = list(User.objects.filter(source=self.source, source_id__in=new_key))
        for user in users:
            user.source_id = new_key[user.source_id]
        User.objects.bulk_update(users, ["source_id"], batch_size=BATCH)

    def _disable_leavers(self) -> None:
        leavers = User.objects.filter(source=self.source, source_id__in=self.plan.leavers)
        leavers.update(is_active=False, sessions_valid_from=timezone.now())

    def _change_people(self) -> None:
        changed = self.plan.changed_people
        users = list(User.objects.filter(source=self.source, source_id__in=changed))
        # Apart, and only theirs: another's fresh revocation must not be overwritten with what was read here.
        ended = [user.pk for user in users if user.is_active and not changed[user.source_id].is_active]
        User.objects.filter(pk__in=ended).update(sessions_valid_from=timezone.now())
        self._free_old_names(users)
        fields = [
            name for name in PERSON_FIELDS if any(_differs(u, changed[u.source_id], name) for u in users)
        ]
        for user in users:
            _set(user, changed[user.source_id])
        # A bulk update costs most of the time of a large change, and more with every field.
        if users:
            User.objects.bulk_update(users, [*fields, "sort_name"], batch_size=UPDATE_BATCH)
        if SEARCHED & set(fields):
            User.objects.index(users)

    def _free_old_names(self, users: list[User]) -> None:
        """Names may be swapped, and no two people may share one even for a moment."""
        changed = self.plan.changed_people
        renamed = [u.pk for u in users if u.user_principal_name != changed[u.source_id].user_principal_name]
        nobodys = Concat(Value("~"), Cast("pk", models.TextField()))
        User.objects.filter(pk__in=renamed).update(user_principal_name=nobodys)

    def _add_people(self) -> None:
        new = []
        for key, facts in self.plan.new_people.items():
            user = User(job_title=self.plan.jobs.get(key, ""), source=self.source, source_id=key)
            user.password = self.password_hash or make_password(None)
            new.append(_set(user, facts))
        User.objects.bulk_create(new, batch_size=BATCH)
        User.objects.index(new)

    def _add_memberships_and_grants(self) -> None:
        units, people = _ids(AdministrativeUnit, self.source), _ids(User, self.source)
        UnitMembership.objects.bulk_create(
            [
                UnitMembership(unit_id=units[unit], user_id=people[person], source=self.source)
                for unit, person in self.plan.new_memberships
            ],
            batch_size=BATCH,
        )
        RoleAssignment.objects.bulk_create(
            [
                RoleAssignment(
                    unit_id=units[grant.unit],
                    user_id=people[grant.person],
                    role=roles.PASSWORD,
                    starts_at=grant.starts_at,
                    ends_at=grant.ends_at,
                    source=self.source,
                )
                for grant in self.plan.new_grants
            ],
            batch_size=BATCH,
        )


def record_run(
    source: str,
    counts: dict[str, int],
    result: str = Result.SUCCESS,
    reason: str = "",
    *,
    by: Somebody = None,
) -> None:
    """One line in the trail for a run."""
    record(
        gettext_noop("Import roster"),
        category="ProvisioningManagement",
        operation="Import",
        result=result,
        reason=reason,
        actor=by.snapshot() if by else {"id": None, "name": source},
        details={"Source": source} | {what: str(n) for what, n in counts.items()},
    )


def _set(user: User, facts: PersonFacts) -> User:
    for name in PERSON_FIELDS:
        setattr(user, name, getattr(facts, name))
    user.prepare()
    return user


def _differs(user: User, facts: PersonFacts, name: str) -> bool:
    return getattr(user, name) != getattr(facts, name)


def _ids(model: type[models.Model], source: str) -> dict[str, UUID]:
    return dict(model.objects.filter(source=source).values_list("source_id", "pk"))


def _delete(model: type[models.Model], keys: Sequence[int]) -> None:
    for start in range(0, len(keys), BATCH):
        model.objects.filter(pk__in=keys[start : start + BATCH]).delete()
