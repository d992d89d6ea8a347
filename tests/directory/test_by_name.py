"""A page of a large location is found by walking through the names, or not at all."""

import pytest

from directory import by_name
from directory.models import UnitMembership, User
from tests.conftest import make_person


@pytest.fixture
def pupils(district, monkeypatch):
    """Ids of forty people by their memberships, two of each; forty more of such names are elsewhere."""
    monkeypatch.setattr(by_name, "LARGE", 40)
    for n in range(40):
        make_person(f"p{n}@riverside.example", f"Pupil {n % 7}", district.algebra, district.lincoln_students)
        make_person(f"q{n}@riverside.example", f"Pupil {n % 5}", district.jefferson_staff)
    inside = UnitMembership.objects.filter(unit__in=[district.algebra.pk, district.lincoln_students.pk])
    return inside.filter(user__display_name__startswith="Pupil").values("user_id")


def in_order(ids) -> list[User]:
    return list(User.objects.filter(pk__in=ids).order_by("sort_name", "id"))


@pytest.mark.parametrize("start", [0, 2, 4])
def test_it_is_the_page_that_looking_everyone_up_gives(pupils, start):
    found = by_name.walk(pupils, 40, start, 5)
    assert found == in_order(pupils)[start : start + 5]
    assert found[0].tenant_id and found[0].display_name == "Pupil 0"


@pytest.mark.parametrize(("count", "start"), [(39, 0), (40, 5), (20_001, 0)])
def test_few_many_and_later_ones_are_looked_up(pupils, count, start, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert by_name.walk(pupils, count, start, 5) == []


def test_it_ends_where_looking_up_would_have_been_quicker(pupils, monkeypatch):
    """Everybody of the location may come last: then it gives up, and shows no half of a page."""
    monkeypatch.setattr(by_name, "LARGE", 8)
    monkeypatch.setattr(by_name, "STEPS", 1)
    assert by_name.walk(pupils, 8, 0, 8) == []


def test_it_stays_inside_the_wall(pupils, lakeshore):
    everyone = list(pupils)
    with lakeshore.scope():
        assert everyone and by_name.walk(pupils, 40, 0, 5) == []
