"""A run of a source moves people by the rules of dynamic locations too, in the same transaction."""

import pytest

from audit.models import Entry
from directory.models import AdministrativeUnit, Run, UnitMembership
from tests.directory.sync.states import fact, make_source, run_of


@pytest.fixture
def source(riverside):
    with riverside.scope():
        AdministrativeUnit.objects.create(name="Music", membership_rule='user.department -eq "Music"')
        yield make_source()


def inside() -> set[str]:
    held = UnitMembership.objects.filter(unit__name="Music", source="rule")
    return set(held.values_list("user__source_id", flat=True))


def test_who_comes_is_where_the_rule_says_and_who_changes_moves(source):
    run_of(source, [fact("a", department="Music"), fact("b", department="Art")])
    assert inside() == {"a"}
    run_of(source, [fact("a", department="Art"), fact("b", department="Music")])
    assert inside() == {"b"}


def test_the_trail_says_whom_the_run_moved(source):
    run_of(source, [fact("a", department="Music")])
    entry = Entry.objects.get(target_name="Music")
    assert entry.actor_name == source.key and entry.correlation_id == Run.objects.get().pk
    assert {"key": "MembersAdded", "value": "1"} in entry.additional_details
