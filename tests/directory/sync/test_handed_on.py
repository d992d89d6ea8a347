"""Ids that were given out anew: nobody gets another's account, whose password they would sign in with."""

from dataclasses import replace

import pytest
from django.contrib.auth.hashers import make_password

from directory import roles
from directory.models import RunState, UnitMembership, User
from directory.sync.facts import GoneFact, UnitFact, UnitMemberFact
from directory.sync.findings import RosterError
from tests.conftest import assign
from tests.directory.sync.states import changed, fact, make_source, run_of, said

ALGEBRA = UnitFact("c", "Algebra", "class")


def person(key, name, number="", upn=None):
    login = upn or name.split()[0].lower()
    return fact(key, name, employee_id=number, upn=f"{login}@riverside.example")


ANNA, BERT = person("1", "Anna Ash", "E1"), person("2", "Bert Birch", "E2")


@pytest.fixture
def source(riverside):
    with riverside.scope():
        yield make_source()


@pytest.fixture
def anna(source):
    run_of(source, [ANNA, BERT, ALGEBRA])
    User.objects.update(password=make_password("Copper-Lantern-47"))
    return User.objects.get(source_id="1")


def test_two_whose_ids_were_swapped_do_not_swap_their_accounts(source, anna):
    swapped = [person("2", "Anna Ash", "E1"), person("1", "Bert Birch", "E2"), ALGEBRA]
    run = run_of(source, [*swapped, UnitMemberFact("c", "1")])
    anna.refresh_from_db()
    assert anna.user_principal_name == "anna@riverside.example" and not anna.is_active
    assert not UnitMembership.objects.exists()
    assert {line.lstrip(": ") for line in run.warnings} == {
        "The id of “anna@riverside.example” was that of “bert@riverside.example”; this person is held back, "
        "and that account disabled.",
        "The id of “bert@riverside.example” was that of “anna@riverside.example”; this person is held back, "
        "and that account disabled.",
    }


def test_an_id_handed_on_to_somebody_new_does_not_hand_on_the_account(source, anna):
    run_of(source, [person("1", "Emil Elm", "E9"), BERT, ALGEBRA])
    anna.refresh_from_db()
    assert (anna.display_name, anna.is_active) == ("Anna Ash", False)
    assert not User.objects.filter(employee_id="E9").exists()


def test_whose_id_was_handed_on_is_known_by_the_new_one(source, anna):
    run_of(source, [person("1", "Emil Elm", "E9"), person("3", "Anna Ash", "E1"), BERT, ALGEBRA])
    anna.refresh_from_db()
    assert (anna.source_id, anna.is_active) == ("3", True)
    run_of(source, [person("1", "Emil Elm", "E9"), person("3", "Anna Ash", "E1"), BERT, ALGEBRA])
    emil = User.objects.get(employee_id="E9")
    assert emil.pk != anna.pk and not emil.has_usable_password()


def test_in_a_delta_too(source, anna):
    run_of(source, [person("1", "Emil Elm", "E9")], is_delta=True)
    anna.refresh_from_db()
    assert (anna.display_name, anna.is_active) == ("Anna Ash", False)
    assert User.objects.get(source_id="2").is_active
    run_of(source, [GoneFact("person", "1")], is_delta=True)
    assert not User.objects.filter(employee_id="E9").exists()


@pytest.mark.parametrize(
    "now",
    [
        person("1", "Anna Oak", "E1", "anna.oak"),  # married
        person("1", "Anna Ash", "E1001"),  # another number
        person("1", "Hanna Ashe", "E1001", "anna"),  # corrected, under the same user name
        person("1", "Anna Oak", "", "anna.oak"),
        person("1", "Johann Ash", "E1", "johann"),
    ],
)
def test_who_is_only_called_otherwise_keeps_the_account(source, anna, now):
    run_of(source, [now, BERT, ALGEBRA])
    anna.refresh_from_db()
    assert (anna.display_name, anna.is_active) == (now.display_name, True)


@pytest.mark.parametrize("number", ["", "E9"])
def test_without_numbers_the_names_say_who_it_is(source, number):
    run_of(source, [person("1", "Anna Ash"), BERT])
    run_of(source, [person("1", "Emil Elm", number), BERT])
    assert User.objects.get(source_id="1").display_name == "Anna Ash"


def test_who_writes_down_the_user_name_of_another_gets_it_not_and_stops_nobody(source, anna):
    people = [ANNA, person("2", "Bert Birch", "E2", "anna"), person("3", "Cora Cedar", "E3"), ALGEBRA]
    run = run_of(source, people)
    assert set(User.objects.values_list("source_id", "user_principal_name", "is_active")) == {
        ("1", "anna@riverside.example", True),
        ("2", "bert@riverside.example", True),
        ("3", "cora@riverside.example", True),
    }
    assert [line.lstrip(": ") for line in run.warnings] == [
        "The user name “anna@riverside.example” belongs to somebody else; this person keeps the old one."
    ]
    # Of two of whom nobody had it nobody can say whose it is.
    with pytest.raises(RosterError):
        run_of(source, [replace(one, user_principal_name="x@riverside.example") for one in (ANNA, BERT)])


def shown(key, name, upn, **values):
    """Somebody whose name is not told in parts."""
    return replace(person(key, name, upn=upn), given_name="", surname="", **values)


def test_whose_names_are_not_told_in_parts_is_not_everybody(source):
    """A user name that somebody else has now, under another id."""
    run_of(source, [shown("1", "Anna Ash", "ash")])
    before = User.objects.get()
    run = run_of(source, [shown("9", "Arno Ash", "ash")])
    assert changed(run) == {"people disabled": 1, "people gone from the source": 1}
    assert "is held back until that account is removed" in run.warnings[0]
    run = run_of(source, [shown("9", "Anna Ash", "ash")])
    assert User.objects.get().pk == before.pk and User.objects.get().source_id == "9"


@pytest.mark.parametrize(("name", "kept"), [("Anna Oak", True), ("Emil Elm", False)])
def test_an_id_of_whom_only_the_whole_name_is_told(source, name, kept):
    run_of(source, [shown("1", "Anna Ash", "ash")])
    run_of(source, [shown("1", name, "other")])
    assert User.objects.get().is_active is kept


def test_a_user_name_that_is_given_out_anew_under_the_same_id_does_not_hand_on_the_account(source, anna):
    """Files without ids of people know them by user name."""
    run_of(source, [BERT, ALGEBRA])
    run = run_of(source, [person("1", "Arno Ahorn", "E9", "anna"), BERT, ALGEBRA])
    anna.refresh_from_db()
    assert (anna.display_name, anna.is_active) == ("Anna Ash", False)
    assert [line.lstrip(": ") for line in run.warnings] == [
        "The id of “anna@riverside.example” was that of “anna@riverside.example”; this person is held back."
    ]


@pytest.mark.parametrize(
    "now", [ANNA, person("1", "Anna Oak", "E1", "anna"), person("1", "Anna Oak", "", "anna")]
)
def test_who_comes_back_is_let_in_again(source, anna, now):
    run_of(source, [BERT, ALGEBRA])
    run_of(source, [now, BERT, ALGEBRA])
    anna.refresh_from_db()
    assert (anna.display_name, anna.is_active) == (now.display_name, True)


def test_an_account_with_power_is_known_by_names_alone_only_with_a_word(source, anna):
    """A namesake who gets a leaver's user name would get the roles that people gave the leaver."""
    assign(anna, roles.HELPDESK)
    people = [person("7", "Anna Ash"), BERT, ALGEBRA]
    run_of(source, [BERT, ALGEBRA])
    run = run_of(source, people)
    anna.refresh_from_db()
    assert (run.state, anna.source_id, anna.is_active) == (RunState.BRAKED, "1", False)
    assert said(run, "managers known otherwise") == [
        "Anna Ash (anna@riverside.example) → Anna Ash (anna@riverside.example), 7"
    ]
    run_of(source, people, confirms=run)
    anna.refresh_from_db()
    assert (anna.source_id, anna.is_active) == ("7", True)


@pytest.mark.parametrize("number", ["E9", ""])
def test_a_user_name_given_out_anew_at_once_hands_on_no_power_without_a_word(source, anna, number):
    """What may be a correction, too."""
    other = person("1", "Arno Ahorn", number, "anna")
    assign(anna, roles.HELPDESK)
    run = run_of(source, [other, BERT, ALGEBRA])
    anna.refresh_from_db()
    assert (run.state, anna.display_name) == (RunState.BRAKED, "Anna Ash")
    third = person("1", "Anton Aster", number, "anna")
    assert run_of(source, [third, BERT, ALGEBRA], confirms=run).state == RunState.BRAKED
    assert run_of(source, [other, BERT, ALGEBRA], confirms=run).state == RunState.DONE
