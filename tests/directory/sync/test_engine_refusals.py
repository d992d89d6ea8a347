"""Facts that contradict themselves or what is stored: refused, all of them, with file and line."""

import re

import pytest

from directory import roles
from directory.models import (
    RunState,
    User,
)
from directory.sync.facts import (
    GroupFact,
    GroupMemberFact,
    UnitFact,
    UnitMemberFact,
)
from directory.sync.findings import RosterError
from tests.directory.sync.small import FACTS, grant
from tests.directory.sync.states import fact, make_source, run_of, state


@pytest.fixture
def tenant(riverside):
    with riverside.scope():
        yield riverside


@pytest.fixture
def source(tenant):
    return make_source()


def person(login):
    return User.objects.get(user_principal_name=f"{login}@riverside.example")


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
