"""Groups that become locations with managers, whatever source they come from and in whatever order."""

from dataclasses import replace
from itertools import permutations
from random import Random

import pytest

from directory import roles
from directory.models import ManagersGroups, Source, SourceKind
from directory.sync import readers
from directory.sync.by_hand import Managers
from directory.sync.facts import (
    GUARDED,
    OPEN,
    GrantFact,
    GroupFact,
    GroupMemberFact,
    PersonFact,
    Reading,
    UnitFact,
    UnitMemberFact,
)
from directory.sync.findings import Findings, RosterError
from directory.sync.group_names import Becomes, GroupNames
from directory.sync.groups_to_units import units_of_groups

LINCOLN = GroupFact("1", "AU-Lincoln")
NORA_IN_IT = GroupMemberFact("1", "nora")
HELPERS = GroupFact("2", "AU-Lincoln password managers")
TOM_HELPS = GroupMemberFact("2", "tom")
CHOIR = GroupFact("3", "Choir")
NORA_SINGS = GroupMemberFact("3", "nora")
MADE = GroupFact("managers/1", "AU-Lincoln password managers", True)
ANY = ManagersGroups.ANY
NO_ROLE = "“AU-Lincoln password managers” gives nobody a role: "


def source(groups="AU-*", **fields):
    fields = {"kind": SourceKind.LDAP, "unit_prefix": "School: ", "managers_groups": ANY} | fields
    return Source(groups=groups, **fields)


def make(facts, findings=None, managers=None, **fields):
    return list(units_of_groups(source(**fields), facts, findings or Findings(), managers))


def helping(facts, **how):
    """Who is in the group of managers of Lincoln, and what is said about it."""
    findings = Findings()
    made = make(facts, findings, **how)
    people = {fact.person for fact in made if isinstance(fact, GroupMemberFact) and fact.group == MADE.key}
    return people, [finding.message for finding in findings.warnings]


def test_a_name_that_nobody_could_keep_is_looked_through_by_no_pattern():
    """Thousands of them over megabytes would keep a worker from everything else for an hour."""
    names = GroupNames("AU-*", " managers")
    assert names.becomes("AU-" + "a" * 253) is Becomes.UNIT
    assert names.becomes("AU-" + "a" * 254) is Becomes.PLAIN


def test_a_group_becomes_a_unit_of_its_members_with_managers():
    assert make([LINCOLN, NORA_IN_IT]) == [
        LINCOLN,
        UnitFact("group/1", "School: AU-Lincoln"),
        NORA_IN_IT,
        UnitMemberFact("group/1", "nora"),
        MADE,
        GrantFact("group/1", roles.PASSWORD, group="managers/1"),
    ]


def test_the_sources_own_group_of_managers_is_the_one():
    assert make([LINCOLN, HELPERS, TOM_HELPS]) == [
        LINCOLN,
        UnitFact("group/1", "School: AU-Lincoln"),
        MADE,
        GrantFact("group/1", roles.PASSWORD, group="managers/1"),
        GroupMemberFact("managers/1", "tom"),
    ]


# Who may say who helps


def test_by_default_nobody_helps_because_a_group_is_called_so():
    """Whoever may make a group there would else help whom they like."""
    assert Source().managers_groups == ManagersGroups.NONE
    people, said = helping([LINCOLN, HELPERS, TOM_HELPS], managers_groups=Source().managers_groups)
    assert (people, said) == (set(), [NO_ROLE + "the source’s settings say so."])


@pytest.mark.parametrize(
    ("setting", "entry", "helps"),
    [
        (ManagersGroups.NONE, GUARDED, False),
        (ManagersGroups.GUARDED, GUARDED, True),
        (ManagersGroups.GUARDED, "", False),
        (ManagersGroups.GUARDED, OPEN, False),
        (ManagersGroups.ANY, GUARDED, True),
        (ManagersGroups.ANY, "", True),
        (ManagersGroups.ANY, OPEN, False),
    ],
)
def test_which_groups_give_roles(setting, entry, helps):
    facts = [LINCOLN, replace(HELPERS, entry=entry), TOM_HELPS]
    people, said = helping(facts, managers_groups=setting)
    assert (people == {"tom"}, said == []) == (helps, helps)
    assert MADE in make(facts, managers_groups=setting) and HELPERS not in make(facts)


def test_a_pupils_group_of_that_name_takes_nobodys_place():
    mine = [GroupFact("0", HELPERS.name), GroupMemberFact("0", "nora")]
    theirs = [replace(HELPERS, entry=GUARDED), TOM_HELPS]
    for facts in permutations([LINCOLN, *mine, *theirs]):
        people, said = helping(facts, managers_groups=ManagersGroups.GUARDED)
        assert people == {"tom"} and len(said) == 1


def test_a_location_into_which_people_put_others_is_told():
    """In Microsoft 365 whoever owns a team puts anybody into it, and may be one of its managers here."""
    assert helping([replace(LINCOLN, entry=OPEN), HELPERS, TOM_HELPS]) == (
        {"tom"},
        ["People there may put others into “AU-Lincoln”, and so under its managers."],
    )


def test_what_was_filled_by_hand_is_not_taken_over():
    by_hand = Managers({"1": MADE.name}, frozenset({"1"}))
    people, said = helping([LINCOLN, HELPERS, TOM_HELPS], managers=by_hand)
    assert people == set() and "is left out: the one here was filled" in said[0]


def test_the_order_of_facts_means_nothing():
    facts = [LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS, CHOIR]
    expected = set(make(facts))
    assert len(expected) == 8
    for order in permutations(facts):
        made = make(order)
        assert len(made) == 8 and set(made) == expected


def test_other_groups_stay_groups():
    assert make([CHOIR, NORA_SINGS]) == [CHOIR, NORA_SINGS]


def test_facts_of_other_kinds_pass():
    others = [
        UnitFact("ou", "Jefferson"),
        PersonFact("nora", "nora@a.example", "Nora"),
        UnitMemberFact("ou", "nora"),
    ]
    assert make(others) == others


def test_without_a_list_nothing_is_made():
    facts = [LINCOLN, HELPERS, TOM_HELPS]
    assert make(facts, groups=" \n ") == facts


@pytest.mark.parametrize(
    ("listed", "name", "taken"),
    [
        ("AU-Lincoln", "AU-Lincoln", True),
        ("au-lincoln", "AU-Lincoln", True),
        ("AU-Lincoln", "AU-Lincoln 2", False),
        ("AU-*", "My AU-Lincoln", False),
        ("*-??", "Class-5a", True),
        ("*-??", "Class-5ab", False),
        ("Class [ab]", "Class b", True),
        ("Class [ab]", "Class c", False),
        ("Class [ab]", "Class [ab]", True),
        ("Class [ab", "Class [ab", True),
        ("Choir\r\n AU-* \r\n", "AU-Lincoln", True),
        ("a.c", "abc", False),
        ("*", "two\nlines", True),
    ],
)  # fmt: skip
def test_names_and_patterns(listed, name, taken):
    assert any(isinstance(fact, UnitFact) for fact in make([GroupFact("1", name)], groups=listed)) is taken


def test_many_stars_take_no_time():
    assert make([GroupFact("1", "a" * 5000)], groups="*a*a*a*a*a*a*a*a*a*b") == [GroupFact("1", "a" * 5000)]


def test_a_managers_group_is_never_a_location_itself():
    made = make([HELPERS, TOM_HELPS], groups="*")
    assert made == []


def test_without_an_ending_there_are_no_managers():
    made = make([LINCOLN], managers_suffix="")
    assert made == [LINCOLN, UnitFact("group/1", "School: AU-Lincoln")]


def test_the_tenant_says_what_managers_get():
    *_rest, grant = make([LINCOLN], roles={"managers": roles.HELPDESK, "teacher": roles.PASSWORD})
    assert grant == GrantFact("group/1", roles.HELPDESK, group="managers/1")
    assert make([LINCOLN], roles={"managers": ""})[-1] == MADE


@pytest.mark.parametrize("role", [roles.GLOBAL, roles.OPERATOR])
def test_managers_never_get_a_role_over_everything(role):
    with pytest.raises(RosterError, match="cannot be given over a location"):
        make([LINCOLN], roles={"managers": role})


TWIN = GroupFact("9", "au-lincoln", file="groups")


@pytest.mark.parametrize(
    ("twin", "stored", "theirs"),
    [
        (TWIN, {}, []),  # nobody knows whose managers are whose
        (TWIN, {"1": MADE.name}, ["group/1"]),
        (TWIN, {"1": MADE.name, "9": "Other password managers"}, ["group/1"]),
        (replace(TWIN, entry=GUARDED), {"1": MADE.name}, ["group/9"]),
    ],
)
def test_who_makes_another_group_of_the_name_does_not_get_its_managers(twin, stored, theirs):
    for facts in permutations([LINCOLN, twin, HELPERS, TOM_HELPS]):
        findings = Findings()
        made = make(facts, findings, managers=Managers(stored))
        assert UnitFact("group/9", "School: au-lincoln") in made
        assert [fact.unit for fact in made if isinstance(fact, GrantFact)] == theirs
        assert len(findings.warnings) == 2 - len(theirs)
        assert "are called “" in str(findings.warnings[0])


def test_of_two_managers_groups_the_first_one_counts():
    second = [GroupFact("8", HELPERS.name), GroupMemberFact("8", "nora")]
    people, said = helping([LINCOLN, HELPERS, TOM_HELPS, *second])
    assert people == {"tom"} and "the second one is left out" in said[0]


def test_members_of_a_group_that_never_comes_are_passed_on_for_the_plan_to_refuse():
    assert make([NORA_SINGS]) == [NORA_SINGS]


def test_the_keys_do_not_change_with_the_name():
    before, after = make([LINCOLN]), make([GroupFact("1", "AU-Lincoln Elementary")])
    keys = [getattr(fact, "key", fact) for fact in before]
    assert keys == [getattr(fact, "key", fact) for fact in after]


def test_nothing_is_said_twice_however_many_groups_there_are():
    random = Random(6)
    groups = [GroupFact(str(n), f"AU-{n}") for n in range(200)]
    members = [GroupMemberFact(str(n), f"p{m}") for n in range(200) for m in range(5)]
    facts = groups + members
    random.shuffle(facts)
    made = make(facts)
    assert len(made) == len(set(made)) == 200 * 4 + 1000 * 2


@pytest.mark.parametrize("kind", [SourceKind.LDAP, SourceKind.ENTRA, SourceKind.GOOGLE])
def test_every_reader_of_groups_is_read_whole_and_through_it(riverside, monkeypatch, kind):
    """What is kept of an earlier delta is not handed on, and none is kept for later."""
    asked = []

    def read(source, content, findings):
        asked.append(source.cursor)
        return Reading(iter([LINCOLN]), cursor=lambda: "later")

    monkeypatch.setattr(
        readers, "import_module", lambda name: type("Module", (), {"read": staticmethod(read)})
    )
    stored = source(cursor="before", kind=kind)
    with riverside.scope():
        reading = readers.reader_of(kind)(stored, None, Findings())
    assert len(list(reading.facts)) == 4 and reading.cursor() == "" and stored.cursor == "before"
    stored.groups = ""
    assert readers.reader_of(kind)(stored, None, Findings()).cursor() == "later"
    assert asked == ["", "before"]
