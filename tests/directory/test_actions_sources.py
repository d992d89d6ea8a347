"""Deeds on sources: who may, what the trail says, and what stays when a source goes."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.models import Entry, Result
from directory import roles
from directory.actions.sources import add_source, delete_source, ends, stays, update_source
from directory.connectors import Refused
from directory.door import Denied, Initiator
from directory.models import (
    AdministrativeUnit,
    Group,
    GroupMember,
    RoleAssignment,
    Run,
    RunChange,
    RunState,
    Source,
    UnitMembership,
    User,
)
from directory.sync.progress import Progress
from tests.conftest import assign, make_person, make_unit
from tests.directory.sources import SECRET, make_directory, make_run, make_source
from tests.directory.trail import changes, last, outcomes

REST = {"kind": "oneroster-rest", "address": "https://sis.example", "client_id": "mystaff", "secret": SECRET}


@pytest.fixture
def admin(district) -> Initiator:
    return Initiator(district.admin)


def test_adding_one_says_all_but_the_secret(admin):
    add_source(Source(key="sis", name="SIS", roles={"teacher": roles.PASSWORD}, **REST), by=admin)
    assert Source.objects.get().secret == SECRET
    said = changes("Add synchronization source")
    assert said["displayName"] == (None, "SIS") and said["address"] == (None, "https://sis.example")
    assert said["roles"] == (None, {"teacher": roles.PASSWORD})
    assert said["secret"] == ("(not shown)", "(not shown)")
    assert SECRET not in str(Entry.objects.values_list("modified_properties", "additional_details"))
    assert last("Add synchronization source").category == "ProvisioningManagement"


def test_changing_one_says_what_changed(admin):
    source = make_source("sis", **REST)
    update_source(source, {"name": "Sis", "rhythm": "daily", "hour": 3, "secret": ""}, by=admin)
    assert changes("Update synchronization source") == {
        "displayName": ("Student roster", "Sis"),
        "rhythm": ("never", "daily"),
    }
    assert Source.objects.get().secret == SECRET
    update_source(source, {"secret": "another"}, by=admin)
    assert Source.objects.get().secret == "another"


def test_nothing_changed_is_no_deed(admin):
    source = make_source()
    before = Entry.objects.count()
    update_source(source, {"name": source.name, "hour": source.hour}, by=admin)
    assert Entry.objects.count() == before


def test_key_and_kind_are_fixed(admin):
    source = make_source()
    update_source(source, {"key": "other", "kind": "csv"}, by=admin)
    assert Source.objects.filter(key="roster", kind="oneroster-csv").exists()


@pytest.mark.parametrize("role", [roles.USER, roles.GLOBAL_READER, roles.PRIVILEGED_ROLE])
def test_only_global_administrators(district, role):
    person = make_person("other@riverside.example", "Other Admin")
    assign(person, role)
    source, by = make_source(), Initiator(person)
    for deed in (
        lambda: add_source(Source(key="x", name="x", kind="csv"), by=by),
        lambda: update_source(source, {"name": "x"}, by=by),
        lambda: delete_source(source, by=by),
    ):
        with pytest.raises(Denied):
            deed()
    assert list(Source.objects.values_list("name", flat=True)) == ["Student roster"]
    assert outcomes("Delete synchronization source") == [Result.DENIED]


def test_a_directory_of_another_tenant_is_none(admin, lake):
    with lake.tenant.scope():
        theirs = make_directory()
        theirs.save()
    with pytest.raises(type(theirs).DoesNotExist):
        add_source(Source(key="ad", name="AD", kind="ldap", directory=theirs), by=admin)
    source = make_source()
    with pytest.raises(type(theirs).DoesNotExist):
        update_source(source, {"authority": theirs}, by=admin)


def test_a_role_over_the_whole_tenant_is_refused(admin):
    with pytest.raises(ValidationError):
        add_source(Source(key="x", name="x", kind="csv", roles={"managers": roles.GLOBAL}), by=admin)


@pytest.fixture
def kept(district) -> Source:
    """A source with one of everything."""
    source = make_source()
    person = make_person("pat@riverside.example", "Pat Hill", source="roster", source_id="1")
    User.objects.filter(pk=person.pk).update(vanished_at=timezone.now(), disabled_by_source=True)
    unit = make_unit("Geometry", source="roster", source_id="c1")
    group = Group.objects.create(name="AU-1", source="roster", source_id="g1", is_role_assignable=True)
    UnitMembership.objects.create(unit=unit, user=person, source="roster")
    GroupMember.objects.create(group=group, user=person, source="roster")
    RoleAssignment.objects.create(user=district.tom, role=roles.PASSWORD, unit=unit, source="roster")
    RoleAssignment.objects.create(group=group, role=roles.PASSWORD, unit=unit, source="roster")
    run = make_run(source)
    RunChange.objects.create(run=run, position=0, kind="people added", names=["Pat Hill"])
    return source


def test_what_a_deleted_source_brought_stays_and_its_roles_end(kept, admin, district):
    by_hand = RoleAssignment.objects.filter(source="").count()
    delete_source(kept, by=admin)
    assert not Source.objects.exists() and not Run.objects.exists() and not RunChange.objects.exists()
    pat = User.objects.get(user_principal_name="pat@riverside.example")
    assert (pat.source, pat.source_id, pat.vanished_at, pat.disabled_by_source) == ("", "", None, False)
    for model in (AdministrativeUnit, Group, UnitMembership, GroupMember, RoleAssignment):
        assert not model.objects.exclude(source="").exists(), model
    assert UnitMembership.objects.filter(user=pat).exists() and GroupMember.objects.filter(user=pat).exists()
    assert RoleAssignment.objects.count() == by_hand


def test_each_role_that_ends_is_an_entry(kept, admin, district):
    delete_source(kept, by=admin)
    ended = Entry.objects.filter(activity="Remove scoped member from role", result=Result.SUCCESS)
    assert {entry.target_name for entry in ended} == {"Tom Baker", "AU-1"}
    assert {entry.correlation_id for entry in ended} == {last("Delete synchronization source").correlation_id}


def test_the_trail_says_how_much_stays(kept, admin):
    delete_source(kept, by=admin)
    details = last("Delete synchronization source").additional_details
    assert {"key": "people that stay", "value": "1"} in details


def test_another_source_keeps_its_own(kept, admin, district):
    make_source("other", name="Other")
    mine = make_person("kim@riverside.example", "Kim Hale", source="other", source_id="1")
    delete_source(kept, by=admin)
    mine.refresh_from_db()
    assert (mine.source, mine.source_id) == ("other", "1")


def test_while_a_run_goes_on_it_stays(kept, admin):
    run = make_run(kept, RunState.WRITING)
    with Progress(run), pytest.raises(Refused, match="goes on"):
        delete_source(kept, by=admin)
    assert Source.objects.exists() and RoleAssignment.objects.filter(source="roster").exists()
    delete_source(kept, by=admin)  # nobody holds that run's lock: its process died
    assert not Source.objects.exists()


def test_the_question_before_says_how_much(kept):
    assert list(ends(kept).values()) == [2, 1]
    assert list(stays(kept).values()) == [1, 1, 1, 1]
