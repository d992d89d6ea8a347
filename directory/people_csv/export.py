"""Writes people out with the import's columns, so many at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from django.db.models import Q, QuerySet

from audit.exports import BYTE_ORDER_MARK
from directory import permissions
from directory.door import Initiator
from directory.models import EmailMethod, PhoneMethod, PhoneType, User
from directory.people_csv.columns import COLUMNS, EMAIL, ENABLED, METHODS, PHONE, defused
from directory.people_csv.plan import METHOD_DEEDS
from directory.people_csv.reach import reached

AT_ONCE = 1000  # people in memory


def lines(people: QuerySet[User], by: Initiator) -> Iterator[str]:
    """A CSV file (RFC 4180, UTF-8 with a byte order mark), formulas defused; in the order of names.

    Addresses and phone numbers of those only whom the reader could give one; nobody else's, and no columns
    for whoever could give nobody one. Never a password.
    """
    held = [name for name in METHODS if permissions.holding(by.user, METHOD_DEEDS[name][0])]
    columns = [column for name, column in COLUMNS.items() if name not in METHODS or name in held]
    yield BYTE_ORDER_MARK + _written([[column.header for column in columns]])
    for batch in _batches(people):
        methods = {name: _on_file(name, batch, by) for name in held}
        yield _written(
            [defused(_cell(person, column.field, methods)) for column in columns] for person in batch
        )


def _batches(people: QuerySet[User]) -> Iterator[list[User]]:
    """Each begins where the one before ended: nothing is held open while the other end reads slowly."""
    people = people.defer("password").order_by("sort_name", "id")
    rest = people
    while batch := list(rest[:AT_ONCE]):
        yield batch
        last = batch[-1]
        after = Q(sort_name__gt=last.sort_name) | Q(id__gt=last.pk)
        rest = people.filter(after, sort_name__gte=last.sort_name)


def _on_file(name: str, batch: list[User], by: Initiator) -> dict:
    ids = reached(by.user, METHOD_DEEDS[name][0], [person.pk for person in batch])
    if name == EMAIL:
        return dict(EmailMethod.objects.filter(user__in=ids).values_list("user_id", "address"))
    phones = PhoneMethod.objects.filter(user__in=ids, phone_type=PhoneType.MOBILE)
    return dict(phones.values_list("user_id", "number"))


def _cell(person: User, name: str, methods: dict[str, dict]) -> str:
    if name in (EMAIL, PHONE):
        return methods[name].get(person.pk, "")
    value = getattr(person, name)
    return str(value).lower() if name == ENABLED else value


def _written(rows) -> str:
    written = StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()
