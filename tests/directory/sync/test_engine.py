"""The engine with facts of the tests' own: what stands in the database after a run, and what does not."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from directory.models import (
    AdministrativeUnit,
    ConnectedDirectory,
    Group,
    RoleAssignment,
    RunState,
    Source,
    UnitMembership,
    User,
)
from directory.sync.facts import (
    GroupFact,
    UnitMemberFact,
)
from directory.sync.findings import RosterError
from tests.conftest import make_person, make_unit
from tests.directory.sync.small import FACTS, NORA, TOM, swap
from tests.directory.sync.states import changed, fact, make_source, run_of, said, state


@pytest.fixture
def tenant(riverside):
    with riverside.scope():
        yield riverside


@pytest.fixture
def source(tenant):
    return make_source()


def person(login):
    return User.objects.get(user_principal_name=f"{login}@riverside.example")


def test_everything_is_written_whatever_comes_first(source):
    run = run_of(source, FACTS)
    assert run.state == RunState.DONE
    nora, algebra = person("nora"), AdministrativeUnit.objects.get(name="Algebra")
    assert algebra.parent.name == "Lincoln" and algebra.path == f"{algebra.parent.path}{algebra.pk.hex}/"
    assert (nora.sort_name, nora.job_title, nora.source, nora.source_id) == (
        "nora field",
        "Student",
        "sis",
        "nora",
    )
    assert not nora.has_usable_password() and nora.is_active and nora.authority == "local"
    assert list(User.objects.search("200")) == [nora]
    assert UnitMembership.objects.get().user == nora
    assert {(held.unit.name, str(held.user or held.group)) for held in RoleAssignment.objects.all()} == {
        ("Algebra", "Tom Baker"),
        ("Lincoln", "Lincoln managers"),
    }
    assert Group.objects.get().members.get() == person("tom")


def test_the_second_time_nothing_changes(source):
    run_of(source, FACTS)
    before = state()
    run = run_of(source, FACTS)
    assert changed(run) == {} and state() == before


def test_what_changed_is_told_in_words(source):
    run = run_of(source, FACTS)
    assert changed(run) == {
        "locations added": 2,
        "groups added": 1,
        "people added": 2,
        "memberships added": 1,
        "group members added": 1,
        "role assignments added": 2,
    }
    assert said(run, "people added") == [
        "Nora Field (nora@riverside.example)",
        "Tom Baker (tom@riverside.example)",
    ]
    assert said(run, "memberships added") == ["Nora Field (nora@riverside.example) → Lincoln › Algebra"]
    assert said(run, "role assignments added") == [
        "Lincoln managers: Password Administrator, Lincoln",
        "Tom Baker (tom@riverside.example): Password Administrator, Lincoln › Algebra",
    ]


# Names


def test_names_of_people_and_of_groups_may_be_swapped(source):
    one, two = GroupFact("1", "One"), GroupFact("2", "Two")
    run_of(source, [TOM, NORA, one, two])
    tom, nora = person("tom").pk, person("nora").pk
    swapped = [fact("tom", "Tom Baker", upn=NORA.user_principal_name)]
    swapped += [fact("nora", "Nora Field", upn=TOM.user_principal_name, employee_id="2001")]
    run = run_of(source, [*swapped, GroupFact("1", "Two"), GroupFact("2", "One")])
    assert changed(run) == {"people changed": 2, "user names changed": 2, "groups changed": 2}
    assert (person("nora").pk, person("tom").pk) == (tom, nora)
    assert Group.objects.get(name="Two").source_id == "1"


def test_a_changed_person_is_found_and_told_by_the_new_name(source):
    run_of(source, [NORA])
    run = run_of(source, [fact("nora", "Zoë Meadow", employee_id="2001", job_title="Student")])
    nora = person("nora")
    assert (nora.display_name, nora.sort_name) == ("Zoë Meadow", "zoe meadow")
    assert list(User.objects.search("meadow")) == [nora] and not User.objects.search("field")
    assert said(run, "people changed") == [
        "nora@riverside.example; name: Nora Field → Zoë Meadow; first name: Nora → Zoë; "
        "last name: Field → Meadow"
    ]


def test_a_new_id_keeps_the_person_and_all_that_is_theirs(source):
    run_of(source, FACTS)
    before, member = person("nora"), UnitMembership.objects.get()
    again = fact("2", "Nora Field", upn="nora@riverside.example", employee_id="2001", job_title="Student")
    facts = [*swap(FACTS, nora=None), again, UnitMemberFact("c", "2")]
    run = run_of(source, facts)
    assert changed(run) == {"people with a new id": 1}
    assert person("nora").pk == before.pk and person("nora").source_id == "2"
    assert UnitMembership.objects.get() == member
    assert changed(run_of(source, facts)) == {}


def test_a_name_handed_on_does_not_hand_on_the_account(source):
    run_of(source, FACTS)
    heir = fact("2", "Nora Field", upn="nora@riverside.example", employee_id="3001")
    run = run_of(source, [*swap(FACTS, nora=None), heir, UnitMemberFact("c", "2")])
    nora = person("nora")
    assert (nora.employee_id, nora.is_active) == ("2001", False)
    assert changed(run) == {"people disabled": 1, "people gone from the source": 1, "memberships removed": 1}
    assert ["belongs to somebody else" in warning for warning in run.warnings] == [True]


@pytest.mark.parametrize("owner", ["", "other"])
def test_nobody_is_taken_over_from_people_or_another_source(source, owner):
    other = make_source("other")
    theirs = make_person("nora@riverside.example", "Nora By Hand", source=owner, source_id=owner and "nora")
    run = run_of(source, FACTS)
    assert User.objects.get(pk=theirs.pk).display_name == "Nora By Hand"
    assert changed(run)["people added"] == 1 and "memberships added" not in changed(run)
    assert "held back" in run.warnings[0]
    assert other.runs.count() == 0


def test_who_cannot_get_a_new_name_keeps_the_old_one(source):
    make_person("tom.new@riverside.example", "Tom By Hand")
    run_of(source, FACTS)
    run = run_of(source, swap(FACTS, tom=fact("tom", "Tom Baker", upn="tom.new@riverside.example")))
    assert changed(run) == {} and "keeps the old one" in run.warnings[0]


def test_a_name_that_does_not_become_free_is_refused(source):
    make_person("tom.new@riverside.example", "Tom By Hand")
    run_of(source, FACTS)
    facts = swap(
        FACTS,
        tom=fact("tom", "Tom Baker", upn="tom.new@riverside.example"),
        nora=fact("nora", "Nora Field", upn="tom@riverside.example", file="users.csv", line=3),
    )
    with pytest.raises(RosterError, match="^users.csv:3: .*still taken"):
        run_of(source, facts)


# Accounts


def test_who_vanishes_is_disabled_signed_out_and_loses_what_the_source_gave(source):
    run_of(source, FACTS)
    before, hand = person("tom"), make_unit("Chess club")
    UnitMembership.objects.create(unit=hand, user=before)
    run = run_of(source, swap(FACTS, tom=None))
    tom = person("tom")
    assert not tom.is_active and tom.disabled_by_source and tom.vanished_at
    assert tom.get_session_auth_hash() != before.get_session_auth_hash()
    assert list(tom.unit_memberships.values_list("unit__name", flat=True)) == ["Chess club"]
    assert not tom.role_assignments.exists() and not tom.groupmember_set.exists()
    assert changed(run) == {
        "people disabled": 1,
        "people gone from the source": 1,
        "group members removed": 1,
        "role assignments removed": 1,
    }
    assert changed(run_of(source, swap(FACTS, tom=None))) == {}
    back = run_of(source, FACTS)
    assert changed(back) == {"people enabled": 1, "group members added": 1, "role assignments added": 1}
    assert person("tom").is_active and person("tom").vanished_at is None


def test_who_was_disabled_by_hand_stays_so(source):
    run_of(source, FACTS)
    User.objects.filter(source_id="tom").update(is_active=False)
    assert changed(run_of(source, FACTS)) == {}
    run_of(source, swap(FACTS, tom=None))
    run_of(source, FACTS)
    assert not person("tom").is_active and not person("tom").disabled_by_source


def test_who_is_switched_off_in_the_source_comes_back_with_it(source):
    off = swap(FACTS, tom=fact("tom", "Tom Baker", is_active=False))
    run_of(source, FACTS)
    assert changed(run_of(source, off)) == {"people disabled": 1}
    assert changed(run_of(source, off)) == {}
    assert changed(run_of(source, FACTS)) == {"people enabled": 1}


def test_who_was_never_enabled_is_enabled_by_the_source(source):
    run_of(source, [fact("amy", is_active=False)])
    assert not person("amy").is_active
    run_of(source, [fact("amy")])
    assert person("amy").is_active


@pytest.mark.parametrize(("days", "left"), [(0, 2), (31, 2), (29, 1)])
def test_who_has_vanished_is_removed_after_the_set_time(source, days, left):
    run_of(source, FACTS)
    run_of(source, swap(FACTS, tom=None))
    User.objects.filter(source_id="tom").update(vanished_at=timezone.now() - timedelta(days=30))
    Source.objects.update(remove_after_days=days)
    source.refresh_from_db()
    run = run_of(source, swap(FACTS, tom=None))
    assert User.objects.count() == left and changed(run) == ({"people removed": 1} if left == 1 else {})


def test_the_password_of_those_whose_authority_changes_is_forgotten(source):
    run_of(source, FACTS, password_hash=make_password("Copper-Lantern-47"))
    before = person("tom")
    assert before.check_password("Copper-Lantern-47")
    directory = ConnectedDirectory.objects.create(key="ad", name="AD", kind="ad")
    Source.objects.update(authority=directory)
    source.refresh_from_db()
    run_of(source, FACTS)
    tom = person("tom")
    assert tom.authority == "ad" and not tom.has_usable_password()
    assert tom.get_session_auth_hash() != before.get_session_auth_hash()
    assert changed(run_of(source, FACTS)) == {}


def test_jobs_are_kept_by_directories_and_only_begun_by_rosters(source):
    run_of(source, [NORA])
    assert changed(run_of(source, [fact("nora", "Nora Field", employee_id="2001", job_title="Aide")]))
    assert person("nora").job_title == "Aide"
    assert changed(run_of(source, [fact("nora", "Nora Field", employee_id="2001")])) == {}
    roster = make_source("roster", kind="oneroster-csv")
    run_of(roster, [fact("lee", job_title="Teacher")])
    assert changed(run_of(roster, [fact("lee", job_title="Aide")])) == {}
    assert person("lee").job_title == "Teacher"
