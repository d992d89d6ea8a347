"""Passwords that live elsewhere: which authority a deed opens, what it is told, and what is kept here."""

import pytest
from django.db import OperationalError

from audit.models import Entry, Result
from directory import actions, connectors
from directory.connectors import ReadOnly, Refused, Unreachable, open_authority
from directory.connectors.local import Local
from directory.connectors.memory import Memory
from directory.door import Deed, Initiator
from directory.models import ConnectedDirectory, DirectoryKind, EmailMethod, PhoneType, User
from tests.conftest import PASSWORD

NEW = "Maple-Bridge-93"
SAM = "sam.reed@riverside.example"


@pytest.fixture
def by(district):
    return Initiator(district.maria)


@pytest.fixture
def memory(district, monkeypatch) -> Memory:
    """Where Sam's password lives."""
    remembered = Memory()
    monkeypatch.setitem(connectors.AUTHORITIES, "memory", lambda: remembered)
    lives_at("memory", district.sam)
    return remembered


def lives_at(key: str, person: User) -> None:
    person.authority = key
    person.save(update_fields=["authority"])


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def connect(**fields) -> ConnectedDirectory:
    fields = {"key": "ad", "name": "Riverside AD", "kind": DirectoryKind.ACTIVE_DIRECTORY} | fields
    return ConnectedDirectory.objects.create(**fields)


def test_no_hash_of_a_password_that_lives_elsewhere_is_kept(district, by, memory):
    assert fresh(district.sam).has_usable_password()  # from when it lived here
    assert not fresh(district.sam).check_password(PASSWORD)
    actions.reset_password(district.sam, NEW, by=by)
    sam = fresh(district.sam)
    assert memory.passwords == {SAM: (NEW, True)}
    assert not sam.has_usable_password()
    assert sam.must_change_password and sam.password_changed_at
    said = Entry.objects.get(result=Result.SUCCESS).additional_details
    assert {"key": "Authority", "value": "memory"} in said


def test_ones_own_choice_goes_there_and_ends_other_sessions(district, memory, sign_in):
    district.sam.set_unusable_password()
    district.sam.save()
    browser = sign_in(district.sam)
    actions.change_password(NEW, by=Initiator(fresh(district.sam)))
    assert memory.passwords == {SAM: (NEW, False)}
    assert not fresh(district.sam).has_usable_password()
    assert browser.get("/riverside/account/").status_code == 302


def test_a_directory_is_asked_last(district, by, memory):
    """What fails before has then changed nothing there; what fails there changes nothing here."""
    district.sam.must_change_password = True
    memory.error = Refused("It is too short for Riverside AD.")
    before = User.objects.filter(pk=district.sam.pk).values().get()
    with pytest.raises(Refused, match="too short"):
        actions.reset_password(district.sam, NEW, by=by)
    assert User.objects.filter(pk=district.sam.pk).values().get() == before
    entry = Entry.objects.get(result=Result.FAILURE)
    assert entry.result_reason == "It is too short for Riverside AD."


def test_unlocking_goes_there(district, by, memory):
    actions.unlock(district.sam, by=by)
    assert memory.unlocked == [SAM]


def test_numbers_and_addresses_go_there(district, by, memory):
    actions.set_phone(district.sam, "+14255550111", by=by)
    assert memory.phones == {(SAM, PhoneType.MOBILE): "+14255550111"}
    actions.remove_phone(district.sam, by=by)
    actions.set_office_phone("+14255550122", by=Initiator(district.sam))
    assert memory.phones == {(SAM, PhoneType.MOBILE): None, (SAM, PhoneType.OFFICE): "+14255550122"}
    admin = Initiator(district.admin)
    actions.set_alternate_email(district.sam, "sam.new@example.org", by=admin)
    assert memory.emails == {SAM: "sam.new@example.org"}
    actions.remove_alternate_email(district.sam, by=admin)
    assert memory.emails == {SAM: None}


def test_what_people_put_on_file_themselves_goes_there_too(district, memory):
    actions.remove_security_info("mobile", by=Initiator(district.sam))
    actions.remove_security_info("email", by=Initiator(district.sam))
    assert memory.phones == {(SAM, "mobile"): None}
    assert memory.emails == {SAM: None}


def test_a_number_that_is_refused_there_is_not_put_on_file_here(district, by, memory):
    memory.error = Unreachable("Riverside AD does not answer.")
    for deed in (
        lambda: actions.set_phone(district.sam, "+14255550111", by=by),
        lambda: actions.remove_phone(district.sam, by=by),
        lambda: actions.unlock(district.sam, by=by),
        lambda: actions.set_alternate_email(district.sam, "new@example.org", by=Initiator(district.admin)),
    ):
        with pytest.raises(Unreachable):
            deed()
    assert district.sam.phones.get().number == "+14255550100"
    assert EmailMethod.objects.get(user=district.sam).address == "sam.home@example.org"
    assert Entry.objects.filter(result=Result.FAILURE).count() == 4
    assert not Entry.objects.filter(result=Result.SUCCESS).exists()


def test_the_user_name_of_who_is_found_by_it_elsewhere_is_not_changed_here(district, memory):
    """Else whoever may rename people could have somebody else's password reset."""
    with pytest.raises(Refused, match="where the password is kept"):
        values = {"user_principal_name": "principal@riverside.example"}
        actions.update_user(district.sam, values, by=Initiator(district.admin))
    actions.update_user(district.sam, {"job_title": "Teacher"}, by=Initiator(district.admin))
    assert (fresh(district.sam).user_principal_name, fresh(district.sam).job_title) == (SAM, "Teacher")


# Which one is opened


def test_people_of_this_database_have_the_local_one(district):
    assert isinstance(open_authority(district.sam), Local)


@pytest.mark.parametrize("off", ["enabled", "writes_passwords"])
def test_nothing_is_written_to_a_directory_that_is_off(district, by, off):
    connect(**{"enabled": True, "writes_passwords": True} | {off: False})
    lives_at("ad", district.sam)
    with pytest.raises(Refused) as refused:
        actions.reset_password(district.sam, NEW, by=by)
    sentence = "Passwords of Sam Reed are kept in Riverside AD, and MyStaff does not write there."
    assert str(refused.value) == Entry.objects.get(result=Result.FAILURE).result_reason == sentence


def test_deeds_that_need_nothing_of_it_are_done_all_the_same(district, by):
    connect()
    lives_at("ad", district.sam)
    actions.unlock(district.sam, by=by)
    actions.set_phone(district.sam, "+14255550111", by=by)
    actions.disable_user(district.sam, by=Initiator(district.admin))
    assert not Entry.objects.filter(result=Result.FAILURE).exists()


def test_another_tenants_directory_is_none(district, lake):
    with lake.tenant.scope():
        connect(enabled=True, writes_passwords=True)
    lives_at("ad", district.sam)
    assert isinstance(open_authority(district.sam), ReadOnly)


def test_what_was_done_there_is_no_failure_whatever_becomes_of_our_rows(district, by, memory, monkeypatch):
    """Nobody knows more than that it was tried: the password there is a new one."""
    write = Deed.write

    def break_off(deed, result, reason=""):
        if result == Result.SUCCESS:
            raise OperationalError("gone")
        write(deed, result, reason)

    monkeypatch.setattr(Deed, "write", break_off)
    with pytest.raises(OperationalError):
        actions.reset_password(district.sam, NEW, by=by)
    assert memory.passwords == {SAM: (NEW, True)}
    assert list(Entry.objects.values_list("result", flat=True)) == [Result.ATTEMPTED]
