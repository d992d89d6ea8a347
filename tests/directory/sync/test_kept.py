"""What a source keeps is not changed by hand; all else is."""

import pytest

from audit.models import Entry, Result
from directory import actions, roles
from directory.connectors import Refused
from directory.door import Denied, Initiator
from directory.models import AdministrativeUnit, Group, RoleAssignment, UnitMembership, User
from directory.people_csv.compare import compare
from directory.people_csv.reading import read
from directory.sync.facts import GroupFact, GroupMemberFact, UnitFact, UnitMemberFact
from tests.conftest import assign, make_person, make_unit
from tests.directory.sync.states import changed, fact, make_source, run_of

SENTENCE = "^“{}” is kept by the source SIS. Change it there.$"
FACTS = [
    UnitFact("s", "Lincoln", "school"),
    UnitFact("c", "Algebra", "class", "s"),
    fact("tom", "Tom Baker", job_title="Teacher"),
    fact("nora", "Nora Field"),
    UnitMemberFact("c", "nora"),
    GroupFact("g", "Managers", is_role_assignable=True),
    GroupMemberFact("g", "tom"),
]


@pytest.fixture
def by(riverside):
    with riverside.scope():
        ada = make_person("admin@riverside.example", "Ada Rivers")
        assign(ada, roles.GLOBAL)
        run_of(make_source(), FACTS)
        yield Initiator(ada)


def person(login):
    return User.objects.get(user_principal_name=f"{login}@riverside.example")


def unit(name="Algebra"):
    return AdministrativeUnit.objects.get(name=name)


def refused(name):
    return pytest.raises(Refused, match=SENTENCE.format(name))


@pytest.mark.parametrize("field", ["display_name", "surname", "department", "employee_id", "job_title"])
def test_a_person_is_changed_in_the_source(by, field):
    with refused("Tom Baker"):
        actions.update_user(person("tom"), {field: "New"}, by=by)
    assert getattr(person("tom"), field) != "New"
    assert Entry.objects.first().result == Result.FAILURE


def test_a_job_that_the_source_does_not_keep_is_changed_here(by):
    run_of(make_source("roster", kind="oneroster-csv"), [fact("lee")])
    actions.update_user(person("lee"), {"job_title": "Help desk"}, by=by)
    assert person("lee").job_title == "Help desk"
    with pytest.raises(Refused, match="ROSTER"):
        actions.update_user(person("lee"), {"job_title": "Aide", "surname": "New"}, by=by)


def test_what_a_deleted_source_has_left_is_changed_here(by):
    User.objects.filter(source_id="tom").update(source="deleted")
    actions.update_user(person("tom"), {"surname": "New"}, by=by)
    assert person("tom").surname == "New"


def test_whom_the_source_disabled_it_alone_enables(by):
    source = make_source("other")
    run_of(source, [fact("lee", is_active=False)])
    with pytest.raises(Refused, match="OTHER"):
        actions.enable_user(person("lee"), by=by)
    actions.disable_user(person("lee"), by=by)
    assert changed(run_of(source, [fact("lee")])) == {}
    actions.enable_user(person("lee"), by=by)
    assert person("lee").is_active


def test_anybody_is_disabled_by_hand_and_stays_so(by):
    actions.disable_user(person("tom"), by=by)
    assert not person("tom").disabled_by_source
    from directory.models import Source

    run_of(Source.objects.get(), FACTS)
    assert not person("tom").is_active


def test_a_file_of_people_obeys_the_same(by):
    run_of(make_source("other"), [fact("lee", is_active=False)])
    rows = (
        "User name,Name,Job,Account enabled\n"
        "tom@riverside.example,Tom Baker,Aide,true\n"
        "nora@riverside.example,Nora Field,,false\n"
        "lee@riverside.example,Lee Stone,,true\n"
    )
    tom, nora, lee = compare(read(rows.encode()), by).steps
    assert tom.problem == "Job: “Tom Baker” is kept by the source SIS. Change it there."
    assert not nora.problem and [change.field for change in nora.changes] == ["is_active"]
    assert "OTHER" in lee.problem


@pytest.mark.parametrize("values", [{"name": "New"}, {"kind": "store"}])
def test_a_location_is_changed_in_the_source(by, values):
    with refused("Algebra"):
        actions.update_unit(unit(), values, by=by)


def test_what_the_source_does_not_know_of_a_location_is_set_here(by):
    actions.update_unit(unit(), {"hidden_membership": True}, by=by)
    assert unit().hidden_membership


def test_a_location_moves_only_where_the_source_has_no_say(by):
    region = make_unit("Region")
    with refused("Algebra"):
        actions.move_unit(unit(), region, by=by)
    with refused("Lincoln"):
        run_of_other = AdministrativeUnit.objects.create(name="Other", source="sis", source_id="o")
        actions.move_unit(unit("Lincoln"), run_of_other, by=by)
    actions.move_unit(unit("Lincoln"), region, by=by)
    assert unit().is_below(region)


def test_people_come_into_its_locations_by_hand_and_go_again(by):
    tom, nora = person("tom"), person("nora")
    actions.add_unit_member(unit(), tom, by=by)
    actions.remove_unit_member(unit(), tom, by=by)
    assert not UnitMembership.objects.filter(user=tom).exists()
    with refused("Algebra"):
        actions.remove_unit_member(unit(), nora, by=by)


def test_a_group_is_changed_in_the_source(by):
    group = Group.objects.get()
    with refused("Managers"):
        actions.update_group(group, "New", by=by)
    with refused("Managers"):
        actions.remove_group_member(group, person("tom"), by=by)
    actions.add_group_member(group, person("nora"), by=by)
    actions.remove_group_member(group, person("nora"), by=by)
    assert group.members.get() == person("tom")


def test_its_group_holds_roles_over_locations_only(by):
    group = Group.objects.get()
    with pytest.raises(Denied, match="says who is in this group"):
        actions.assign_role(RoleAssignment(group=group, role=roles.HELPDESK), by=by)
    held = RoleAssignment(group=group, role=roles.HELPDESK, unit=unit())
    actions.assign_role(held, by=by)
    with pytest.raises(Denied, match="says who is in this group"):
        actions.change_role(held, role=roles.HELPDESK, unit=None, starts_at=None, ends_at=None, by=by)
    assert RoleAssignment.objects.get(group=group).unit == unit()
