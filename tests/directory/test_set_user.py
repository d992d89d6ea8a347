"""How a person is reached, from the command line."""

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry, Result
from directory import actions
from directory.command_line import account
from directory.door import CommandLine, Denied
from directory.models import EmailMethod, PhoneMethod, Way
from directory.recovery import eligibility

PIA = "pia.moss@riverside.example"


def set_user(*args: str) -> None:
    call_command("set_user", *args, verbosity=0)


def test_both_are_set_and_count_for_self_service(district, monkeypatch):
    monkeypatch.setenv("LOGNAME", "somebody-else")  # anyone may write this
    set_user(
        "Pia.Moss@riverside.example", "--alternate-email", "pia@example.org", "--mobile-phone", "425-555-0111"
    )
    assert eligibility.destination(district.pia, Way.EMAIL) == "pia@example.org"
    assert eligibility.destination(district.pia, Way.SMS) == "+14255550111"
    done = Entry.objects.filter(result=Result.SUCCESS)
    assert {entry.actor_name for entry in done} == {account()}
    assert {entry.modified_properties[0]["newValue"] for entry in done} == {"pia@example.org", "+14255550111"}


def test_an_empty_one_is_removed(district):
    set_user("sam.reed@riverside.example", "--alternate-email", "", "--mobile-phone", "")
    assert not EmailMethod.objects.exists() and not PhoneMethod.objects.exists()


def test_by_somebody_it_is_as_if_they_did_it(district):
    set_user(PIA, "--alternate-email", "pia@example.org", "--by", "maria.lopez@riverside.example")
    assert EmailMethod.objects.get(user=district.pia).set_by == district.maria.pk
    entry = Entry.objects.get(result=Result.SUCCESS)
    assert entry.actor_id == district.maria.pk
    assert {"key": "Source", "value": f"manage.py, by the account {account()}"} in entry.additional_details
    with pytest.raises(CommandError, match="Your role does not include this"):
        set_user(PIA, "--alternate-email", "other@example.org", "--by", "sam.reed@riverside.example")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ((PIA, "--mobile-phone", "12"), "too short"),
        ((PIA, "--alternate-email", "pia", "--mobile-phone", ""), "Enter a valid email address."),
        ((PIA, "--alternate-email", PIA), "without this account’s password"),
        (("nobody@riverside.example", "--mobile-phone", ""), "There is nobody"),
        (("pia@elsewhere.example", "--mobile-phone", ""), "No tenant has the domain"),
        ((PIA, "--shoe-size", "38"), "Unrecognized arguments: --shoe-size 38."),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(district, args, sentence):
    with pytest.raises(CommandError, match=sentence):
        set_user(*args)
    assert not EmailMethod.objects.filter(user=district.pia).exists()


def test_a_guests_are_looked_after_at_home(lake, guest_maria):
    with (
        lake.tenant.scope(),
        pytest.raises(Denied, match="^This is a guest: their own organization looks after the account.$"),
    ):
        actions.set_phone(guest_maria, "+14255550100", by=CommandLine("root"))
