"""Compares the rows with the people who are there, by the rules of the single deeds; touches nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from directory.actions.people import FIELDS, refuse_own
from directory.connectors import Refused
from directory.door import Initiator
from directory.models import EmailMethod, PhoneMethod, PhoneType, Settings, Source, User
from directory.models.users import OTHER_DOMAIN
from directory.people_csv.columns import COLUMNS, EMAIL, ENABLED, KEY, METHODS, NAME, NO, PHONE, YES
from directory.people_csv.plan import METHOD_DEEDS, Change, Plan, Step
from directory.people_csv.reach import batches, reached, refuse_last_administrators, refuse_out_of_reach
from directory.people_csv.reading import Row
from directory.phone_numbers import to_e164
from directory.sync.kept import kept_fields, sentence
from tenants import scopes
from tenants.models import EmailDomain


def compare(rows: list[Row], by: Initiator, *, lock: bool = False) -> Plan:
    """What an import of these rows by this person would do. Locked, nobody changes it until the end."""
    comparison = _Comparison(rows, by, lock)
    steps = list(comparison.steps())
    refuse_out_of_reach(steps, by.user)
    refuse_last_administrators(steps)
    return Plan(steps)


class _Comparison:
    def __init__(self, rows: list[Row], by: Initiator, lock: bool) -> None:
        self.rows, self.by, self.lock = rows, by, lock
        self.region = Settings.current().phone_region
        self.sources = {source.key: source for source in Source.objects.all()}
        domains = EmailDomain.objects.filter(tenant=scopes.require())
        self.domains = set(domains.values_list("domain", flat=True))
        names = [row.cells[KEY].lower() for row in rows if row.cells]
        people = self._found(User.objects.defer("password"), "user_principal_name", names)
        self.people = {person.user_principal_name: person for person in people}
        self._methods([person.pk for person in self.people.values()])

    def _methods(self, ids: list[UUID]) -> None:
        """What is on file, of those only whom the importer reaches: of others nothing may be found out."""
        phones = PhoneMethod.objects.filter(phone_type=PhoneType.MOBILE)
        self.on_file: dict[str, dict[UUID, str]] = {
            EMAIL: {row.user_id: row.address for row in self._found(EmailMethod.objects, "user", ids)},
            PHONE: {row.user_id: row.number for row in self._found(phones, "user", ids)},
        }
        self.reached = {name: reached(self.by.user, METHOD_DEEDS[name][0], ids) for name in METHODS}

    def _found(self, rows: QuerySet, name: str, values: list) -> Iterator[Model]:
        # Not the keys: whoever refers to a person, as a message does, need not wait.
        rows = rows.order_by("pk").select_for_update(no_key=True) if self.lock else rows
        for some in batches(values):
            yield from rows.filter(**{f"{name}__in": some})

    def steps(self) -> Iterator[Step]:
        first: dict[str, int] = {}
        for row in self.rows:
            step = Step(row.line, row.cells.get(KEY, "").lower(), problem=row.problem)
            if not step.problem and not step.user_name:
                step.problem = _("The user name is missing.")
            elif not step.problem and (line := first.setdefault(step.user_name, row.line)) != row.line:
                step.problem = _("Line %(line)d is about the same person.") % {"line": line}
            if not step.problem:
                self._fill(step, row.cells)
            yield step

    def _fill(self, step: Step, cells: dict[str, str]) -> None:
        known = self.people.get(step.user_name)
        if known and known.is_guest:
            step.problem = _("This is a guest: their own organization looks after the account.")
            return
        step.person, step.is_new = known or User(user_principal_name=step.user_name), not known
        cells = cells if known else cells | {NAME: cells.get(NAME, "")}
        for name, cell in cells.items():
            try:
                step.changes += self._changes(step.person, name, cell)
            except (ValidationError, Refused) as error:
                said = " ".join(getattr(error, "messages", None) or [str(error)])
                step.problem = f"{step.problem} {COLUMNS[name].header}: {said}".strip()
        if not known:
            _set(step)

    def _changes(self, person: User, name: str, cell: str) -> list[Change]:
        """At most one change; raises ValidationError or Refused for a cell that cannot be taken."""
        new_person = person._state.adding
        if name in METHODS:
            return self._method_changes(person, name, cell)
        old = None if new_person else getattr(person, name)
        if name == ENABLED:
            value = _enabled(cell, person.is_active)
        elif new_person:
            value = self._cleaned(name, cell) if cell or name == NAME else None
        else:
            same = name == KEY or cell == old.strip()  # what stands there already is not judged again
            value = old if same else self._cleaned(name, cell)
        if value == old:
            return []
        self._refuse_kept(person, name, value)
        return [Change(name, old, value)]

    def _refuse_kept(self, person: User, name: str, value: object) -> None:
        """What a source keeps is changed there; disabled is everybody by hand too."""
        source = self.sources.get(person.source)
        if source is None or (name == ENABLED and not (value and person.disabled_by_source)):
            return
        if name == ENABLED or name in kept_fields(person, source):
            raise Refused(sentence(person, source))

    def _cleaned(self, name: str, cell: str) -> str:
        cell = cell.lower() if name == KEY else cell
        if any(unicodedata.category(character) == "Cc" for character in cell):
            raise ValidationError(_("Line breaks and other control characters have no place here."))
        if name == KEY and cell.rpartition("@")[2] not in self.domains:
            raise ValidationError(OTHER_DOMAIN)
        return User._meta.get_field(name).clean(cell, None)

    def _method_changes(self, person: User, name: str, cell: str) -> list[Change]:
        known = not person._state.adding
        if known and person.pk not in self.reached[name]:
            # Nothing may be found out of what is on file: a cell that says something is refused, whatever it
            # says, and an empty one means what it does in an export by the same person.
            return [Change(name, "", cell)] if cell else []
        old = self.on_file[name].get(person.pk, "")
        if cell == old:
            return []
        value = cell and (to_e164(cell, self.region) if name == PHONE else self._address(person, cell))
        return [] if value == old else [Change(name, old, value)]

    def _address(self, person: User, cell: str) -> str:
        refuse_own(person, cell, self.domains)
        return cell


def _enabled(cell: str, old: bool) -> bool:
    """An account cannot be neither: an empty cell leaves it as it is."""
    if not cell or cell.lower() in YES + NO:
        return old if not cell else cell.lower() in YES
    raise ValidationError(_("Write true or false."))


def _set(step: Step) -> None:
    for change in step.changes:
        if change.field in FIELDS or change.field == ENABLED:
            setattr(step.person, change.field, change.new)
