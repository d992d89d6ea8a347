"""A source moves no location into a restricted one, nor out of it: who reaches whom there people decide."""

from dataclasses import replace

import pytest

from directory import permissions, roles, verbs
from directory.models import AdministrativeUnit, User
from directory.sync.facts import UnitFact
from tests.conftest import assign, make_person, make_unit
from tests.directory.sync.small import ALGEBRA, FACTS
from tests.directory.sync.states import changed, make_source, run_of

OTHER = UnitFact("o", "Jefferson", "school")
LOWER = UnitFact("l", "Lower", "other", "c")


@pytest.fixture
def source(riverside):
    with riverside.scope():
        source = make_source()
        run_of(source, [*FACTS, OTHER])
        yield source


@pytest.fixture
def shelter(source):
    """A restricted location, made by hand."""
    shelter = make_unit("Shelter")
    AdministrativeUnit.objects.filter(pk=shelter.pk).update(is_restricted=True)
    return AdministrativeUnit.objects.get(pk=shelter.pk)


@pytest.fixture
def hana(source):
    """A helpdesk for everybody but those in restricted locations."""
    hana = make_person("hana@riverside.example", "Hana Desk")
    assign(hana, roles.HELPDESK)
    return hana


def reaches(manager, key):
    return permissions.reachable(manager, verbs.RESET_PASSWORD).filter(source_id=key).exists()


def unit(key):
    return AdministrativeUnit.objects.select_related("parent").get(source_id=key)


def saying(*changed):
    """What the source says, with these locations instead of its own."""
    keys = {one.key for one in changed}
    return [one for one in [*FACTS, OTHER] if getattr(one, "key", "") not in keys] + list(changed)


def test_it_moves_none_out_into_which_people_have_put_it(source, shelter, hana):
    unit("c").move(shelter)
    assert not reaches(hana, "nora")
    for parent in ("s", "o", ""):
        run = run_of(source, saying(replace(ALGEBRA, parent=parent, file="classes.csv", line=7)))
        assert changed(run) == {} and unit("c").parent == shelter and not reaches(hana, "nora")
    assert run_of(source, saying(replace(ALGEBRA, file="classes.csv", line=7))).warnings == [
        "classes.csv:7: The location “Algebra” stays where it is: "
        "no source moves it into or out of a restricted one."
    ]


def test_nor_into_one(source, hana):
    AdministrativeUnit.objects.filter(source_id="o").update(is_restricted=True)
    run = run_of(source, saying(replace(ALGEBRA, parent="o")))
    assert changed(run) == {} and unit("c").parent.source_id == "s" and reaches(hana, "nora")
    unit("c").move(unit("o"))
    run = run_of(source, saying(replace(ALGEBRA, parent="o")))
    assert changed(run) == {} and run.warnings == []


def test_it_is_renamed_where_it_stays(source, shelter):
    unit("c").move(shelter)
    run = run_of(source, saying(replace(ALGEBRA, name="Algebra II")))
    assert changed(run) == {"locations changed": 1} and len(run.warnings) == 1
    assert (unit("c").name, unit("c").parent) == ("Algebra II", shelter)


def test_what_stays_keeps_others_out(source, shelter, hana):
    """Jefferson was to leave, and Algebra to come below it: then it would come into the restricted one."""
    unit("o").move(shelter)
    run = run_of(source, saying(replace(OTHER, parent="s"), replace(ALGEBRA, parent="o")))
    assert changed(run) == {} and len(run.warnings) == 2
    assert unit("o").parent == shelter and unit("c").parent.source_id == "s" and reaches(hana, "nora")


def test_inside_one_and_outside_it_moves_what_it_will(source, shelter):
    """And a restricted location itself, with all below it."""
    for key in ("s", "o"):
        unit(key).move(shelter)
    assert changed(run_of(source, saying(replace(ALGEBRA, parent="o")))) == {"locations changed": 1}
    for key in ("s", "o"):
        unit(key).move(None)
    AdministrativeUnit.objects.filter(source_id="c").update(is_restricted=True)
    run = run_of(source, [*saying(ALGEBRA), LOWER])
    assert changed(run) == {"locations changed": 1, "locations added": 1} and run.warnings == []
    assert unit("c").parent.source_id == "s" and unit("l").is_below(unit("c"))
    assert User.objects.in_unit(unit("s")).filter(source_id="nora").exists()
