"""Whom a person has disabled stays out, however the source calls them: neither they nor the name are back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from directory.actions import people
from directory.door import Initiator
from directory.models import Source, User
from directory.sync import runs
from directory.sync.facts import GoneFact
from directory.sync.findings import RosterError
from tests.conftest import assign, make_person
from tests.directory.sync.states import changed, fact, make_source, run_of

ANNA = fact("1", "Anna Ash", upn="anna@riverside.example", employee_id="E1", file="users.csv", line=2)
BERT = fact("2", "Bert Birch", upn="bert@riverside.example", employee_id="E2", file="users.csv", line=3)
NAME = ANNA.user_principal_name


@pytest.fixture
def source(riverside):
    with riverside.scope():
        source = make_source()
        run_of(source, [ANNA, BERT])
        User.objects.filter(source_id="1").update(is_active=False)
        yield source


def active():
    return set(User.objects.filter(is_active=True).values_list("user_principal_name", flat=True))


def test_the_name_goes_to_nobody_new(source):
    """Anna is called otherwise now, and somebody new comes by the name that was hers."""
    renamed = replace(ANNA, user_principal_name="x@riverside.example")
    heir = replace(ANNA, key="9", line=4, employee_id="")
    run = run_of(source, [renamed, BERT, heir])
    assert active() == {BERT.user_principal_name}
    assert User.objects.get(source_id="1").user_principal_name == NAME
    assert run.warnings == [
        "users.csv:2: Whoever would be “x@riverside.example” was disabled by a person, and keeps the old "
        "user name.",
        "users.csv:4: The user name “anna@riverside.example” is that of an account that a person has "
        "disabled; whoever has it now is held back until that account is enabled or removed.",
    ]


def test_nor_in_two_steps(source):
    run_of(source, [replace(ANNA, user_principal_name="x@riverside.example"), BERT])
    run_of(source, [BERT, replace(ANNA, key="9", employee_id="E9")])
    run_of(source, [BERT, replace(ANNA, key="9", employee_id="E9")])
    assert active() == {BERT.user_principal_name}


def test_nor_to_somebody_who_is_here_already(source):
    swapped = [
        replace(ANNA, user_principal_name=BERT.user_principal_name),
        replace(BERT, user_principal_name=NAME),
    ]
    run = run_of(source, swapped)
    assert changed(run) == {} and len(run.warnings) == 2
    assert User.objects.get(source_id="2").user_principal_name == BERT.user_principal_name


@pytest.mark.parametrize("is_delta", [False, True])
def test_they_do_not_come_back_under_another_id(source, is_delta):
    gone = [GoneFact("person", "1")] if is_delta else [BERT]
    run_of(source, [*gone, replace(ANNA, key="9")], is_delta=is_delta)
    anna = User.objects.get(user_principal_name=NAME)
    assert (anna.source_id, anna.is_active) == ("9", False)  # the same person


def test_nor_under_another_id_and_name(source):
    run = run_of(source, [BERT, replace(ANNA, key="9", user_principal_name="x@riverside.example")])
    assert active() == {BERT.user_principal_name}
    assert "employee number of “x@riverside.example” is that of an account" in run.warnings[0]


def test_nor_after_the_time_in_which_those_who_vanish_are_removed(source):
    Source.objects.update(remove_after_days=1)
    source.refresh_from_db()
    run_of(source, [BERT])
    User.objects.filter(source_id="1").update(vanished_at=timezone.now() - timedelta(days=2))
    run = run_of(source, [BERT])
    assert run.warnings == ["Of those who vanished 1 were disabled by a person: only a person removes them."]
    run_of(source, [BERT, replace(ANNA, key="9", employee_id="E9")])
    assert active() == {BERT.user_principal_name}


@pytest.mark.parametrize("deed", ["enable_user", "remove_user"])
def test_a_person_gives_the_name_free(source, deed):
    ada = make_person("ada@riverside.example", "Ada Rivers")
    assign(ada, "Global Administrator")
    renamed = replace(ANNA, user_principal_name="x@riverside.example")
    heir = replace(ANNA, key="9", employee_id="E9", line=4)
    run_of(source, [renamed, BERT, heir])
    getattr(people, deed)(User.objects.get(source_id="1"), by=Initiator(ada))
    facts = [renamed, BERT, heir] if deed == "enable_user" else [BERT, heir]
    run_of(source, facts)
    assert User.objects.get(user_principal_name=NAME).source_id == "9"


def test_whom_the_source_has_disabled_is_called_as_it_says(source):
    run_of(source, [ANNA, replace(BERT, is_active=False)])
    run_of(source, [ANNA, replace(BERT, is_active=False, user_principal_name="x@riverside.example")])
    assert User.objects.get(source_id="2").user_principal_name == "x@riverside.example"


def test_who_is_disabled_while_it_runs_keeps_the_name(source, monkeypatch):
    """Between comparing and writing: then nobody gets it either."""
    before = runs._Running._write

    def write(running, *args):
        User.objects.filter(source_id="2").update(is_active=False)
        before(running, *args)

    monkeypatch.setattr(runs._Running, "_write", write)
    moved = replace(BERT, user_principal_name="x@riverside.example")
    with pytest.raises(RosterError, match="at this moment"):
        run_of(source, [ANNA, moved, replace(BERT, key="9", employee_id="E9")])
    assert BERT.user_principal_name in active()  # all of it was taken back
    run_of(source, [ANNA, moved])
    assert User.objects.get(source_id="2").user_principal_name == BERT.user_principal_name
