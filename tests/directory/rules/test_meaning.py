"""PostgreSQL and plain Python agree on whom a rule finds: random people, random rules."""

from random import Random

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings

from directory import rules
from directory.models import EmailMethod, Group, GroupMember, PhoneMethod, User
from directory.rules.folding import fold, variants
from tenants.models import Tenant
from tests.conftest import make_person
from tests.directory.rules.opinion import Facts, finds
from tests.directory.rules.strategies import METHODS, TEXTS, VALUES
from tests.directory.rules.strategies import rules as some_rules

FIELDS = ["department", "display_name", "employee_id", "given_name", "job_title", "surname"]
QUICK = settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def somebody(chance: Random, number: int, groups: list[Group]) -> Facts:
    """A person with values drawn from those that rules ask for; every eighth is a guest."""
    texts = {name: chance.choice(["", *VALUES]) for name in TEXTS}
    texts["userPrincipalName"] = f"{chance.choice(['lincoln', 'sam', 'ıs'])}{number}@riverside.example"
    texts["displayName"] = texts["displayName"] or "Nobody"
    texts |= {name: chance.choice(["", *VALUES]) for name in METHODS}
    texts |= {name: texts[name][:16] for name in ("mobile", "telephoneNumber")}
    person = stored(texts, number)
    mine = [group for group in groups if chance.random() < 0.3]
    GroupMember.objects.bulk_create([GroupMember(group=group, user=person) for group in mine])
    is_guest = number % 8 == 0
    person.is_active = chance.random() < 0.7
    person.home_tenant = Tenant.objects.get(slug="lakeshore") if is_guest else None
    person.save()
    return Facts(person.pk, texts, person.is_active, is_guest, frozenset(group.pk for group in mine))


def stored(texts: dict[str, str], number: int) -> User:
    fields = dict(zip(FIELDS, (texts[name] for name in TEXTS), strict=False))
    person = make_person(texts["userPrincipalName"], fields.pop("display_name"), **fields)
    for kind, name in (("mobile", "mobile"), ("office", "telephoneNumber")):
        if texts[name]:
            PhoneMethod.objects.create(user=person, phone_type=kind, number=texts[name])
    if texts["otherMails"]:
        EmailMethod.objects.create(user=person, address=texts["otherMails"])
    return person


def by_statement(text: str) -> set:
    """As locations are kept current: the condition in a statement of its own."""
    condition, parameters = rules.as_sql(text)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM directory_user WHERE {condition}", parameters)  # noqa: S608
        return {pk for (pk,) in cursor}


@pytest.mark.slow
def test_both_agree(riverside, lakeshore):
    with riverside.scope():
        groups = [Group.objects.create(name=f"Group {n}") for n in range(3)]
        chance = Random(47)
        everybody = [somebody(chance, n, groups) for n in range(60)]
        found_some = []

        @QUICK
        @given(some_rules([str(group.pk) for group in groups], [str(everybody[1].id)]))
        def check(text):
            rule = rules.parse(text)
            found = set(rules.people(rule).values_list("pk", flat=True))
            assert found == by_statement(text)
            assert found == {person.id for person in everybody if finds(rule, person)}, text
            found_some.append(0 < len(found) < len(everybody))

        check()
        assert sum(found_some) > 150  # rules that divide people


@pytest.mark.parametrize(
    ("written", "asked", "same"),
    [
        ("Lincoln", "LINCOLN", True),
        ("López", "LÓPEZ", True),
        ("López", "Lopez", False),
        ("Straße", "STRASSE", False),
        ("Straße", "STRAẞE", True),
        ("istanbul", "ISTANBUL", True),
        ("istanbul", "İSTANBUL", False),
        ("istanbul", "ıSTANBUL", False),
        ("Kelvin", "\u212aELVIN", True),
        ("ΣΊΣΥΦΟΣ", "Σίσυφος", True),
        ("", "x", False),
    ],
)
def test_case_is_ignored_and_nothing_else(district, written, asked, same):
    sam = district.sam
    User.objects.filter(pk=sam.pk).update(department=written)
    for ask in (f'-eq "{asked}"', f'-in ["no", "{asked}"]', f'-contains "{asked}"', f'-match "^{asked}$"'):
        found = rules.people(rules.parse(f"user.department {ask}")).filter(pk=sam.pk)
        assert found.exists() == same, ask


def test_folding_keeps_the_length_and_settles():
    for code in range(0x1E944):
        folded = fold(chr(code))
        assert len(folded) == 1
        assert fold(folded) == folded
        assert chr(code) in variants(folded)


def test_guests_are_found_only_where_the_rule_speaks_of_them(district, guest_maria, lake):
    with lake.tenant.scope():
        everybody = "user.objectId -ne null"
        assert guest_maria not in rules.people(rules.parse(everybody))
        assert guest_maria in rules.people(rules.parse(everybody + ' -and user.userType -eq "Guest"'))
        members = rules.people(rules.parse(everybody + ' -and user.userType -eq "Member"'))
        assert set(members) == set(User.objects.members())


def test_nobody_of_another_tenant_is_found(district, lake):
    found = set(rules.people(rules.parse("user.objectId -ne null")))
    assert found == set(User.objects.all())
    assert lake.ivy.pk not in {person.pk for person in found}
