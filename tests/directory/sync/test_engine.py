"""The engine with facts of the tests' own: what stands in the database after a run, and what does not."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from directory import roles
from directory.models import (
    AdministrativeUnit,
    ConnectedDirectory,
    Group,
    GroupMember,
    RoleAssignment,
    RunState,
    Source,
    UnitMembership,
    User,
)
from directory.sync.facts import (
    GoneFact,
    GrantFact,
    GroupFact,
    GroupMemberFact,
    UnitFact,
    UnitMemberFact,
)
from directory.sync.findings import RosterError
from tests.conftest import assign, make_person, make_unit
from tests.directory.sync.states import changed, fact, make_source, run_of, said, state

SCHOOL = UnitFact("s", "Lincoln", "school")
ALGEBRA = UnitFact("c", "Algebra", "class", "s")
TOM, NORA = fact("tom", "Tom Baker"), fact("nora", "Nora Field", employee_id="2001", job_title="Student")
FACTS = [
    UnitMemberFact("c", "nora"),
    GrantFact("c", roles.PASSWORD, person="tom"),
    GrantFact("s", roles.PASSWORD, group="g"),
    GroupMemberFact("g", "tom"),
    ALGEBRA,
    SCHOOL,
    TOM,
    NORA,
    GroupFact("g", "Lincoln managers", is_role_assignable=True),
]


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
    assert said(run, "memberships added") == ["Nora Field (nora@riverside.example) → Algebra"]
    assert said(run, "role assignments added") == [
        "Lincoln managers: Password Administrator, Lincoln",
        "Tom Baker (tom@riverside.example): Password Administrator, Algebra",
    ]


def swap(facts, **changes):
    """The facts with some persons replaced, or (None) left out with all that is theirs."""
    return [
        changes.get(getattr(one, "key", None), one)
        for one in facts
        if changes.get(getattr(one, "person", "") or getattr(one, "key", ""), one) is not None
    ]


# Names


def test_names_of_people_and_of_groups_may_be_swapped(source):
    one, two = GroupFact("1", "One"), GroupFact("2", "Two")
    run_of(source, [TOM, NORA, one, two])
    tom, nora = person("tom").pk, person("nora").pk
    swapped = [fact("tom", "Tom Baker", upn=NORA.user_principal_name)]
    swapped += [fact("nora", "Nora Field", upn=TOM.user_principal_name, employee_id="2001")]
    run = run_of(source, [*swapped, GroupFact("1", "Two"), GroupFact("2", "One")])
    assert changed(run) == {"people changed": 2, "groups changed": 2}
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


# Locations and groups


def test_a_location_moves_with_all_below_it_also_what_was_made_by_hand(source):
    high = UnitFact("h", "Jefferson", "school")
    run_of(source, [*FACTS, high])
    club = make_unit("Club", AdministrativeUnit.objects.get(name="Algebra"))
    run = run_of(source, [one for one in FACTS if one is not ALGEBRA] + [high, replace(ALGEBRA, parent="h")])
    assert changed(run) == {"locations changed": 1}
    jefferson = AdministrativeUnit.objects.get(name="Jefferson")
    assert User.objects.in_unit(jefferson).contains(person("nora"))
    assert AdministrativeUnit.objects.get(pk=club.pk).is_below(jefferson)


def test_what_hangs_below_a_region_by_hand_stays_there(source):
    run_of(source, FACTS)
    region, school = make_unit("North region"), AdministrativeUnit.objects.get(name="Lincoln")
    school.move(region)
    assert changed(run_of(source, FACTS)) == {}
    assert AdministrativeUnit.objects.get(pk=school.pk).parent == region


def test_a_circle_through_what_was_made_by_hand_is_refused(source):
    run_of(source, FACTS)
    region = make_unit("Region", AdministrativeUnit.objects.get(name="Algebra"))
    other = UnitFact("o", "Other", "school")
    run_of(source, [*FACTS, other])
    AdministrativeUnit.objects.get(name="Other").move(region)
    school = replace(SCHOOL, parent="o", file="orgs.csv", line=2)
    with pytest.raises(RosterError, match="^orgs.csv:2: .*lies below itself"):
        run_of(source, [one for one in FACTS if one is not SCHOOL] + [other, school])


def test_a_location_that_is_gone_goes_unless_something_hangs_on_it(source):
    run_of(source, FACTS)
    without = [one for one in FACTS if "c" not in (getattr(one, "unit", ""), getattr(one, "key", ""))]
    algebra = AdministrativeUnit.objects.get(name="Algebra")
    held = assign(person("tom"), roles.HELPDESK, algebra)
    run = run_of(source, without)
    assert changed(run) == {"memberships removed": 1, "role assignments removed": 1}
    assert changed(run_of(source, without)) == {}
    held.delete()
    assert changed(run_of(source, without)) == {"locations removed": 1}
    assert not AdministrativeUnit.objects.filter(pk=algebra.pk).exists()


def test_a_group_that_is_gone_goes_unless_something_hangs_on_it(source):
    run_of(source, FACTS)
    without = [one for one in FACTS if "g" not in (getattr(one, "group", ""), getattr(one, "key", ""))]
    group = Group.objects.get()
    by_hand = GroupMember.objects.create(group=group, user=person("nora"))
    run = run_of(source, without)
    assert changed(run) == {"group members removed": 1, "role assignments removed": 1}
    by_hand.delete()
    assert changed(run_of(source, without)) == {"groups removed": 1}


def test_a_group_under_a_new_key_is_the_same_group(source):
    run_of(source, [GroupFact("1", "Chess"), TOM, GroupMemberFact("1", "tom")])
    group = Group.objects.get()
    facts = [GroupFact("2", "Chess"), TOM, GroupMemberFact("2", "tom")]
    run_of(source, facts)
    assert (Group.objects.get().pk, Group.objects.get().source_id) == (group.pk, "2")
    assert changed(run_of(source, facts)) == {}


def test_a_group_is_not_taken_over_and_not_made_role_assignable(source):
    Group.objects.create(name="Chess")
    run = run_of(source, [GroupFact("1", "Chess"), GroupFact("2", "Go"), TOM, GroupMemberFact("1", "tom")])
    assert changed(run) == {"groups added": 1, "people added": 1} and "held back" in run.warnings[0]
    run = run_of(source, [GroupFact("2", "Go", True), UnitFact("u", "U"), TOM, grant("u", group="2")])
    assert not Group.objects.get(name="Go").is_role_assignable
    assert not RoleAssignment.objects.exists() and len(run.warnings) == 2


# Memberships and roles


def test_what_was_made_by_hand_stays_and_is_not_made_twice(source):
    run_of(source, [one for one in FACTS if not isinstance(one, UnitMemberFact)])
    algebra, nora = AdministrativeUnit.objects.get(name="Algebra"), person("nora")
    member = UnitMembership.objects.create(unit=algebra, user=nora)
    assert changed(run_of(source, FACTS)) == {}
    run_of(source, swap(FACTS, nora=None))
    assert UnitMembership.objects.get() == member


def test_new_dates_are_a_new_role(source):
    run_of(source, FACTS)
    ends = timezone.now() + timedelta(days=9)
    facts = [one for one in FACTS if getattr(one, "person", "") != "tom"]
    run = run_of(source, [*facts, GroupMemberFact("g", "tom"), grant("c", person="tom", ends_at=ends)])
    assert changed(run) == {"role assignments added": 1, "role assignments removed": 1}
    assert RoleAssignment.objects.get(user=person("tom")).ends_at == ends


def grant(unit, role=roles.PASSWORD, **values):
    return GrantFact(unit, role, **values)


# Deltas


def test_a_delta_changes_what_it_names_and_nothing_else(source):
    run_of(source, FACTS)
    new = [fact("pia"), UnitMemberFact("c", "pia"), GoneFact("", of=UnitMemberFact("c", "nora"))]
    run = run_of(source, new, is_delta=True, cursor="17")
    assert changed(run) == {"people added": 1, "memberships added": 1, "memberships removed": 1}
    assert Source.objects.get(pk=source.pk).cursor == "17"
    assert changed(run_of(source, [], is_delta=True, cursor="18")) == {}


def test_a_delta_takes_away_what_is_gone_with_all_that_hangs_on_it(source):
    run_of(source, FACTS)
    run = run_of(source, [GoneFact("person", "tom"), GoneFact("unit", "c")], is_delta=True)
    assert changed(run) == {
        "locations removed": 1,
        "people disabled": 1,
        "people gone from the source": 1,
        "memberships removed": 1,
        "group members removed": 1,
        "role assignments removed": 1,
    }
    run = run_of(source, [GoneFact("group", "g")], is_delta=True)
    assert changed(run) == {"groups removed": 1, "role assignments removed": 1}
    assert changed(run_of(source, [TOM], is_delta=True)) == {"people enabled": 1}


def test_a_delta_takes_a_role_away(source):
    run_of(source, FACTS)
    gone = [GoneFact("", of=one) for one in FACTS if isinstance(one, (GrantFact, GroupMemberFact))]
    run = run_of(source, gone, is_delta=True)
    assert changed(run) == {"group members removed": 1, "role assignments removed": 2}


# What is refused


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ([fact("nora", upn="n@riverside.example", file="u", line=9)], "u:9: The key “nora” stands in line"),
        ([fact("x", upn="Nora@Riverside.example", file="u", line=9)], "u:9: The user name “nora@riverside"),
        ([fact("x", upn="x@evil.example", file="u", line=9)], "u:9: The user name “x@evil.example” is in"),
        ([fact("x", upn="@riverside.example", file="u", line=9)], "u:9: The user name"),
        ([UnitFact("c", "Twice", file="o", line=3)], "o:3: The key “c” stands"),
        ([UnitFact("x", "X", "school", "nowhere", "o", 3)], "o:3: There is no location with the key"),
        ([UnitFact("x", "X", "palace", "", "o", 3)], "o:3: “palace” is no kind"),
        ([UnitFact("x", " ", "school", "", "o", 3)], "o:3: There is no key or no name"),
        ([UnitFact("x", "X", "school", "y"), UnitFact("y", "Y", "school", "x", "o", 3)], "o:3: .*below"),
        ([UnitMemberFact("c", "x", "e", 2)], "e:2: There is nobody with the key “x”"),
        ([UnitMemberFact("x", "tom", "e", 2)], "e:2: There is no location with the key “x”"),
        ([UnitMemberFact("", "tom", "e", 2)], "e:2: There is no location with the key “”"),
        ([GroupMemberFact("x", "tom", "e", 2)], "e:2: There is no group with the key “x”"),
        ([grant("x", person="tom", file="e", line=2)], "e:2: There is no location with the key “x”"),
        ([grant("c", person="x", file="e", line=2)], "e:2: There is nobody with the key “x”"),
        ([grant("c", group="x", file="e", line=2)], "e:2: There is no group with the key “x”"),
        ([grant("c", file="e", line=2)], "e:2: A role needs a location, and one"),
        ([grant("", person="tom", file="e", line=2)], "e:2: A role needs a location"),
        ([grant("c", person="tom", group="g", file="e", line=2)], "e:2: A role needs a location, and one"),
        ([grant("c", roles.GLOBAL, person="tom", file="e", line=2)], "e:2: A source cannot give the role"),
        ([GroupFact("x", "X"), grant("c", group="x", file="e", line=2)], "e:2: Roles cannot be assigned"),
        ([GroupFact("x", "Lincoln managers", file="g", line=4)], "g:4: The group name “Lincoln managers” st"),
        ([fact("x", "X" * 300, file="u", line=9)], "u:9: The name is longer than 256"),
        ([fact("x", employee_id="1" * 65, file="u", line=9)], "u:9: The employee number is longer than 64"),
        ([fact("x", "A\x00b", file="u", line=9)], "u:9: The name holds a character that is no text"),
        ([fact("x", "A\tb", file="u", line=9)], "u:9: The name holds a character that is no text"),
        ([fact("x", "A\ud800b", file="u", line=9)], "u:9: The name holds a character that is no text"),
    ],
)  # fmt: skip
def test_facts_that_cannot_be_are_refused_with_their_line(source, more, problem):
    before = state()
    with pytest.raises(RosterError, match=f"(?m)^{problem}"):
        run_of(source, [*FACTS, *more])
    assert state() == before
    run = source.runs.get()
    assert run.state == RunState.FAILED and any(re.match(problem, said) for said in run.problems)


def test_all_problems_are_told_at_once(source):
    bad = [fact("x", upn="x@evil.example", file="u", line=1), fact("y", "A\x00b", file="u", line=2)]
    with pytest.raises(RosterError) as refused:
        run_of(source, [*FACTS, *bad])
    assert len(refused.value.problems) == 3  # the zero stands in two names


def test_odd_texts_arrive_as_they_are(source):
    run_of(source, [fact("x", "O’Neil\\n \\N \\. Ünï")])
    assert person("x").display_name == "O’Neil\\n \\N \\. Ünï"
