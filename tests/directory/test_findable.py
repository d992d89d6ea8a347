"""Whom the search shows, what the settings at hand decide, and which units open."""

from uuid import UUID

from directory import permissions
from directory.models import AdministrativeUnit, Settings
from tests.conftest import make_unit


def test_the_settings_at_hand_are_those_that_count(district):
    """A page reads them once; those stored here let everybody in, those at hand nobody."""
    closed = Settings(look_up_everyone=True, my_staff_access="nobody")
    assert set(permissions.findable(district.tom, closed)) == {district.nora}
    ids = permissions.ids_in_view(district.tom, closed)
    assert set(ids.values_list("user_id", flat=True)) == {district.nora.pk}
    open_to_all = Settings(look_up_everyone=True)
    assert district.sam in permissions.findable(district.tom, open_to_all)
    assert permissions.ids_in_view(district.tom, open_to_all) is None


def test_the_units_one_may_open_are_those_of_ones_roles_and_below(district):
    for name, number in (("First", 1), ("Last", 2**128 - 1)):  # in the order of paths
        make_unit(name, id=UUID(int=number))
    below = {district.lincoln, district.lincoln_staff, district.lincoln_students}
    assert set(permissions.units(district.maria)) == below
    assert set(permissions.units(district.helen)) == set(AdministrativeUnit.objects.all())
