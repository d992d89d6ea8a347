"""Switches from the command line: printed, changed, refused, and in the trail."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry, Result
from directory import roles
from directory.actions.settings import fields_open_to, update_settings
from directory.command_line import account
from directory.door import CommandLine, Denied, Initiator
from directory.models import Access, Group, Settings
from tests.conftest import assign, make_person


def company(*args: str) -> dict[str, str]:
    out = StringIO()
    call_command("company", *args, stdout=out)
    return dict(line.split(":", 1) for line in out.getvalue().replace(": ", ":").splitlines())


def test_prints_every_setting(lake):
    said = company("lakeshore")
    assert said["self-service-reset"] == "all" and said["methods-required"] == "1"
    assert said["sms-sign-in"] == "off" and said["notify-people"] == "on" and said["accent"] == "#1d6b55"
    fields = {field.name.replace("_", "-") for field in Settings._meta.fields if field.editable}
    assert set(said) == fields - {"id"}
    with lake.tenant.scope():
        assert not Settings.objects.exists()  # reading writes nothing
        assert not Entry.objects.exists()


def test_a_switch_is_changed_and_the_trail_says_who(district):
    said = company(
        "riverside", "--self-service-reset", "none", "--methods-required", "2", "--look-up-everyone", "on"
    )
    assert (said["self-service-reset"], said["methods-required"]) == ("none", "2")
    row = Settings.objects.get()
    assert (row.self_service_reset, row.methods_required) == (Access.NOBODY, 2)
    assert row.look_up_everyone and row.sms_sign_in  # what was not said stays
    done = Entry.objects.filter(result=Result.SUCCESS)
    assert {entry.actor_name for entry in done} == {account()}
    changed = {c["name"]: (c["oldValue"], c["newValue"]) for entry in done for c in entry.modified_properties}
    assert changed == {
        "self_service_reset": ("all", "nobody"),
        "methods_required": ("1", "2"),
        "look_up_everyone": ("False", "True"),
    }


def test_self_service_unlock_is_on_until_it_is_switched_off(district):
    assert company("riverside")["self-service-unlock"] == "on"
    assert company("riverside", "--self-service-unlock", "off")["self-service-unlock"] == "off"
    assert not Settings.objects.get().self_service_unlock


def test_selected_comes_with_its_group(district):
    Group.objects.create(name="Staff 2026")
    with pytest.raises(CommandError, match="--self-service-group: Choose the group"):
        company("riverside", "--self-service-reset", "selected")
    said = company("riverside", "--self-service-reset", "selected", "--self-service-group", "Staff 2026")
    assert said["self-service-group"] == "Staff 2026"
    said = company("riverside", "--my-staff-access", "selected", "--my-staff-group", "Staff 2026")
    assert said["my-staff-access"] == "selected"


def test_what_is_as_it_was_is_no_deed(district):
    company("riverside", "--sms-sign-in", "on")
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("nowhere",), "There is no tenant nowhere."),
        (("operators",), "There is no tenant operators."),
        (("riverside", "--my-staff-group", "None such"), "There is no group None such."),
        (("riverside", "--accent", "green"), "--accent: Use a colour like #1d6b55."),
        (("riverside", "--by", "nobody@riverside.example"), "There is nobody with the user name"),
        (("riverside", "--methods-required", "3"), "invalid choice: '3'"),
    ],
)
def test_bad_input_is_one_sentence(district, args, sentence):
    with pytest.raises(CommandError) as error:
        company(*args)
    assert sentence in str(error.value) and "\n" not in str(error.value)
    assert not Entry.objects.exists()


def test_by_somebody_only_what_they_may(district):
    policy = make_person("pat@riverside.example", "Pat Policy")
    assign(policy, roles.AUTHENTICATION_POLICY)
    company("riverside", "--by", "Pat@riverside.example", "--methods-required", "2")
    assert Entry.objects.get(result=Result.SUCCESS).actor_principal_name == "pat@riverside.example"
    with pytest.raises(CommandError, match="may not do this"):
        company(
            "riverside", "--by", "pat@riverside.example", "--methods-required", "1", "--help-contact", "x"
        )
    assert Settings.objects.get().methods_required == 2
    assert Entry.objects.filter(result=Result.DENIED).count() == 1


@pytest.mark.parametrize(
    ("role", "fields"),
    [
        (roles.USER, {"my_staff_access", "my_staff_group"}),
        (roles.AUTHENTICATION_POLICY, {"methods_required", "sms_sign_in", "qr_badges", "pin_length"}),
        (roles.HELPDESK, set()),
        (roles.PRIVILEGED_ROLE, set()),
        (roles.GLOBAL_READER, set()),
    ],
)
def test_who_may_change_what(district, role, fields):
    assign(district.omar, role)
    by = Initiator(district.omar)
    assert fields_open_to(by) == fields
    assert fields_open_to(Initiator(district.admin)) == fields_open_to(CommandLine("root"))
    with pytest.raises(Denied):
        update_settings({"notify_people": False}, by=by)
    assert Settings.objects.get().notify_people


def test_badges_are_switched_on_and_their_pins_have_a_length(district):
    said = company("riverside", "--qr-badges", "on", "--pin-length", "10")
    assert (said["qr-badges"], said["pin-length"]) == ("on", "10")
    for length in ("7", "21", "ten"):
        with pytest.raises(CommandError):
            company("riverside", "--pin-length", length)
    assert Settings.objects.get().pin_length == 10
