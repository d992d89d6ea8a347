"""Places: how they nest, and how they move."""

import pytest
from django.core.exceptions import ValidationError

from directory.models import AdministrativeUnit, UnitMembership
from directory.models.units import Kind, after
from tests.conftest import make_person, make_unit


@pytest.fixture
def nested(riverside):
    with riverside.scope():
        school = make_unit("School")
        floor = make_unit("Floor", school)
        yield school, floor, make_unit("Room", floor), make_unit("Other school")


def test_a_path_is_that_of_the_parent_and_ones_own(nested):
    school, floor, room, _other = nested
    assert school.path == f"/{school.pk.hex}/"
    assert room.path == f"/{school.pk.hex}/{floor.pk.hex}/{room.pk.hex}/"
    assert room.paths_above == [school.path, floor.path, room.path]
    assert school.path < room.path < after(school.path)
    assert after("/a1/") == "/a10"


def test_below_is_the_unit_itself_too_unless_strictly(nested):
    school, floor, room, other = nested
    assert set(AdministrativeUnit.objects.below(floor)) == {floor, room}
    assert floor.is_below(school) and floor.is_below(floor)
    assert floor.is_below(school, strictly=True) and not floor.is_below(floor, strictly=True)
    assert not school.is_below(floor) and not other.is_below(school)


def test_memberships_below_are_those_in_the_unit_and_in_what_is_below_it(nested):
    for number, unit in enumerate(nested):
        make_person(f"p{number}@riverside.example", f"Person {number}", unit)
    _school, floor, room, _other = nested
    assert {one.unit_id for one in UnitMembership.objects.below(floor)} == {floor.pk, room.pk}


def kept(unit: AdministrativeUnit) -> tuple:
    """As the database holds it."""
    found = AdministrativeUnit.objects.get(pk=unit.pk)
    return found.parent_id, found.path


def test_a_unit_moves_with_all_below_it(nested):
    school, floor, room, other = nested
    floor.move(other)
    assert kept(floor) == (other.pk, f"{other.path}{floor.pk.hex}/") == (floor.parent_id, floor.path)
    assert kept(room) == (floor.pk, f"{other.path}{floor.pk.hex}/{room.pk.hex}/")
    assert kept(school) == (None, f"/{school.pk.hex}/")
    floor.move(None)
    assert kept(floor) == (None, f"/{floor.pk.hex}/")
    assert kept(room) == (floor.pk, f"/{floor.pk.hex}/{room.pk.hex}/")


def test_a_move_writes_over_nothing_that_changed_since_the_unit_was_read(nested):
    _school, floor, _room, other = nested
    AdministrativeUnit.objects.filter(pk=floor.pk).update(name="First floor")
    floor.move(other)
    assert AdministrativeUnit.objects.get(pk=floor.pk).name == "First floor"


@pytest.mark.parametrize("below", [0, 1, 2])
def test_a_unit_cannot_move_below_itself(nested, below):
    school, before = nested[0], kept(nested[0])
    with pytest.raises(ValidationError, match="^\\['A location cannot lie below itself.'\\]$"):
        school.move(nested[below])
    assert kept(school) == before


def test_saving_again_leaves_the_path(nested):
    room = AdministrativeUnit.objects.get(pk=nested[2].pk)
    room.name = "Chamber"
    room.save()
    assert kept(room) == (nested[1].pk, nested[2].path)
    assert str(room) == "Chamber"


def test_saving_a_part_leaves_the_rest(nested):
    room = nested[2]
    room.name, room.kind = "Chamber", Kind.CLASS
    room.save(update_fields=["name"])
    found = AdministrativeUnit.objects.get(pk=room.pk)
    assert (found.name, found.kind) == ("Chamber", Kind.OTHER)
