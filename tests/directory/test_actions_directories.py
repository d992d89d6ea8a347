"""Deeds on connected directories: who may, what the trail says, and that one in use stays."""

import pytest

from audit.models import Entry, Result
from directory import connectors, roles
from directory.actions.connected_directories import (
    add_directory,
    delete_directory,
    probe_directory,
    update_directory,
)
from directory.connectors import Refused, Unreachable
from directory.door import Denied, Initiator
from directory.models import ConnectedDirectory, User
from tests.conftest import assign, make_person
from tests.directory.sources import SECRET, make_directory, make_source
from tests.directory.trail import changes, last, outcomes

ENABLE, DISABLE = (f"{word} password writeback for directory" for word in ("Enable", "Disable"))


@pytest.fixture
def admin(district) -> Initiator:
    return Initiator(district.admin)


@pytest.fixture
def stored(district) -> ConnectedDirectory:
    row = make_directory()
    row.save()
    return row


def test_adding_one_says_all_but_the_secret(admin):
    add_directory(make_directory(), by=admin)
    assert ConnectedDirectory.objects.get().secret == SECRET
    said = changes("Add connected directory")
    assert said["servers"] == (None, "dc1.riverside.example:636")
    assert said["secret"] == ("(not shown)", "(not shown)")
    assert SECRET not in str(Entry.objects.values_list("modified_properties", "additional_details"))
    assert outcomes(ENABLE) == []


def test_writing_passwords_back_is_a_deed_of_its_own(admin, stored):
    add_directory(make_directory("ad2", writes_passwords=True), by=admin)
    assert changes(ENABLE) == {"writesPasswords": (False, True)}
    update_directory(stored, {"writes_passwords": True, "name": "AD"}, by=admin)
    assert last(ENABLE).target_name == "AD" and changes("Update connected directory") == {
        "displayName": ("Riverside AD", "AD")
    }
    update_directory(stored, {"writes_passwords": False}, by=admin)
    assert changes(DISABLE) == {"writesPasswords": (True, False)}
    assert outcomes("Update connected directory") == [Result.SUCCESS]


def test_a_secret_stays_unless_one_is_typed(admin, stored):
    update_directory(stored, {"name": "AD", "secret": ""}, by=admin)
    assert ConnectedDirectory.objects.get().secret == SECRET
    update_directory(stored, {"secret": "another"}, by=admin)
    assert ConnectedDirectory.objects.get().secret == "another"
    assert changes("Update connected directory") == {"secret": ("(not shown)", "(not shown)")}


def test_key_and_kind_are_fixed(admin, stored):
    update_directory(stored, {"key": "other", "kind": "ldap"}, by=admin)
    assert ConnectedDirectory.objects.filter(key="ad", kind="ad").exists()


def test_one_of_this_short_name_is_enough(admin, stored):
    with pytest.raises(Exception, match="short name already"):
        add_directory(make_directory(), by=admin)


def test_only_global_administrators(district, stored):
    person = make_person("other@riverside.example", "Other Admin")
    assign(person, roles.USER)
    by = Initiator(person)
    for deed in (
        lambda: add_directory(make_directory("x"), by=by),
        lambda: update_directory(stored, {"name": "x"}, by=by),
        lambda: update_directory(stored, {"writes_passwords": True}, by=by),
        lambda: probe_directory(stored, by=by),
        lambda: delete_directory(stored, by=by),
    ):
        with pytest.raises(Denied):
            deed()
    assert not ConnectedDirectory.objects.get().writes_passwords


@pytest.mark.parametrize("field", ["directory", "authority"])
def test_one_that_a_source_uses_stays(admin, stored, field):
    make_source("ldap", "ldap", **{"directory": stored} | {field: stored})
    with pytest.raises(Refused, match="Student roster"):
        delete_directory(stored, by=admin)
    assert outcomes("Delete connected directory") == [Result.FAILURE]


def test_one_that_holds_passwords_stays(admin, stored, district):
    User.objects.filter(pk=district.sam.pk).update(authority="ad")
    with pytest.raises(Refused, match="passwords of people"):
        delete_directory(stored, by=admin)
    User.objects.filter(pk=district.sam.pk).update(authority="local")
    delete_directory(stored, by=admin)
    assert not ConnectedDirectory.objects.exists()


class Double:
    """A directory that lets us in, or does not."""

    error: Exception | None = None

    def __init__(self, directory: ConnectedDirectory) -> None:
        assert directory.secret == SECRET

    def probe(self) -> None:
        if self.error:
            raise self.error


def test_a_test_says_what_came_of_it(admin, stored, monkeypatch):
    monkeypatch.setattr(connectors, "KINDS", {"ad": (__name__, "Double")})
    probe_directory(stored, by=admin)
    monkeypatch.setattr(Double, "error", Unreachable("dc1 did not answer."))
    with pytest.raises(Unreachable):
        probe_directory(stored, by=admin)
    assert outcomes("Test connected directory") == [Result.SUCCESS, Result.FAILURE]
    failed = Entry.objects.get(activity="Test connected directory", result=Result.FAILURE)
    assert failed.result_reason == "dc1 did not answer."
