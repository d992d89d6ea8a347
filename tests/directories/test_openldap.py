"""OpenLDAP with ppolicy as an authority, and at sign-in, against a real slapd."""

from contextlib import nullcontext

import ldap3
import pytest

from audit.models import Entry, Result
from directory import actions, connectors
from directory.connectors import Refused, Unreachable
from directory.connectors.checking import Verdict
from directory.connectors.ldap import link
from directory.door import Initiator
from directory.models import PhoneType, User
from tests.directories.certificates import Authority
from tests.directories.conftest import lives_at
from tests.directories.slapd import HOST, PUPILS, STAFF

OLD, NEW = "Copper-Lantern-47", "Maple-Bridge-93"


@pytest.fixture
def yan(district, openldap, ldap):
    """Yan of Lincoln, here and there; the entry's DN stands in `dn`."""
    person = lives_at("ldap", "yan.ode@riverside.example", district.lincoln_students)
    person.dn = openldap.add("yan.ode", PUPILS, OLD)
    yield person
    openldap.remove(person.dn)


@pytest.fixture
def by(district):
    return Initiator(district.maria)


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def reason() -> str:
    return Entry.objects.get(result=Result.FAILURE).result_reason


def verdict(person: User, password: str) -> Verdict:
    return connectors.open_authority(person).check(person, password)


def test_a_reset_is_done_there_and_has_to_be_changed(openldap, yan, by):
    actions.reset_password(yan, NEW, by=by)
    assert openldap.lets_in(yan.dn, NEW) and not openldap.lets_in(yan.dn, OLD)
    assert openldap.get(yan.dn, "pwdReset")["pwdReset"] == [b"TRUE"]
    assert verdict(yan, NEW) is Verdict.MUST_CHANGE
    assert not fresh(yan).has_usable_password()


def test_it_is_kept_as_a_hash_there(openldap, yan, by):
    actions.reset_password(yan, NEW, by=by)
    [kept] = openldap.get(yan.dn, "userPassword")["userPassword"]
    assert kept.startswith(b"{SSHA}") and NEW.encode() not in kept


@pytest.mark.parametrize(
    ("password", "said"),
    [("short", "too short or too simple for Riverside LDAP"), (OLD, "was used before")],
)
def test_what_the_policy_says_is_said_in_our_words(openldap, yan, by, password, said):
    with pytest.raises(Refused):
        actions.reset_password(yan, password, by=by)
    assert said in reason()
    assert openldap.lets_in(yan.dn, OLD)
    assert fresh(yan).password_changed_at is None


@pytest.mark.parametrize("follows", [ldap3.DEREF_NEVER, ldap3.DEREF_ALWAYS])
def test_nobody_outside_the_base_is_found_whatever_the_server_says(
    district, openldap, ldap, monkeypatch, follows
):
    """An alias leads out of the base: it is not followed, and where a server does so, it is for nothing."""
    monkeypatch.setattr(link, "ALIASES", follows)
    ldap.base_dn = PUPILS
    ldap.save()
    boss = lives_at("ldap", "boss@riverside.example", district.lincoln_staff)
    boss.dn, alias = openldap.add("boss", STAFF, OLD), f"cn=way,{PUPILS}"
    way = {"cn": "way", "aliasedObjectName": boss.dn}
    openldap.done(openldap.root.add(alias, ["alias", "extensibleObject"], way))
    try:
        with pytest.raises(Refused, match="was not found in Riverside LDAP"):
            connectors.open_authority(boss).set_password(boss, NEW, must_change=False)
        assert verdict(boss, OLD) is Verdict.WRONG
    finally:
        openldap.remove(alias)
        openldap.remove(boss.dn)


def test_what_lies_outside_the_accounts_own_part_is_not_touched(district, openldap, ldap, by):
    boss = lives_at("ldap", "boss@riverside.example", district.lincoln_staff)
    boss.dn = openldap.add("boss", STAFF, OLD)
    try:
        for deed in (
            lambda: actions.reset_password(boss, NEW, by=by),
            lambda: actions.set_phone(boss, "+14255550111", by=by),
        ):
            with pytest.raises(Refused, match="own account may not do this in Riverside LDAP"):
                deed()
        assert openldap.lets_in(boss.dn, OLD)
        assert not boss.phones.exists()
    finally:
        openldap.remove(boss.dn)


def test_a_locked_account_is_unlocked(openldap, yan, by):
    for _time in range(5):
        assert verdict(yan, "wrong") is Verdict.WRONG
    assert verdict(yan, OLD) is Verdict.WRONG  # locked
    actions.unlock(yan, by=by)
    assert verdict(yan, OLD) is Verdict.RIGHT
    actions.unlock(yan, by=by)  # there is nothing to do


def test_numbers_are_written_where_it_has_a_place_for_them(openldap, yan, by):
    actions.set_phone(yan, "+14255550111", by=by)
    authority = connectors.open_authority(yan)
    authority.set_phone(yan, PhoneType.OFFICE, "+14255550122")
    authority.set_phone(yan, PhoneType.ALTERNATE_MOBILE, "+14255550133")
    authority.set_email(yan, "yan@example.org")
    kept = openldap.get(yan.dn, "mobile", "telephoneNumber", "mail")
    assert kept["mobile"] == [b"+14255550111"] and kept["telephoneNumber"] == [b"+14255550122"]
    assert kept["mail"] == [b"yan.ode@riverside.example"]
    actions.remove_phone(yan, by=by)
    assert not openldap.get(yan.dn, "mobile").get("mobile")


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_tls_from_the_beginning_and_by_starttls(openldap, ldap, yan, scheme):
    ldap.servers = f"{scheme}://{HOST}:{getattr(openldap, scheme)}"
    ldap.save()
    connectors.open_authority(yan).set_password(yan, NEW, must_change=False)
    assert openldap.lets_in(yan.dn, NEW)


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_the_certificate_is_looked_at_either_way(openldap, ldap, yan, scheme):
    ldap.servers = f"{scheme}://{HOST}:{getattr(openldap, scheme)}"
    ldap.ca_certificates = Authority("Somebody else").pem
    ldap.save()
    with pytest.raises(Unreachable, match="certificate"):
        connectors.open_authority(yan).set_password(yan, NEW, must_change=False)
    assert openldap.lets_in(yan.dn, OLD)


def test_signing_in(yan, client):
    def lands(password: str) -> str:
        form = {"login": yan.user_principal_name, "password": password}
        return client.post("/riverside/sign-in/", form).headers.get("Location", "")

    assert lands(NEW) == ""
    assert lands(OLD) == "/riverside/account/"


def test_no_password_is_in_the_logs(yan, by, caplog):
    caplog.set_level(0)
    actions.reset_password(yan, NEW, by=by)
    verdict(yan, "Wrong-Guess-55")
    assert NEW not in caplog.text and "Wrong-Guess-55" not in caplog.text


KELVIN = "\u212a.moss@riverside.example"  # its first letter is the sign for kelvins


@pytest.mark.parametrize(("there", "found"), [("K.Moss@riverside.example", True), (KELVIN, False)])
def test_only_the_same_letters_are_the_same_name(district, openldap, ldap, there, found):
    """A server takes one for the other; whoever is found is somebody else."""
    ldap.match_attribute = "cn"
    ldap.save()
    kim = lives_at("ldap", "k.moss@riverside.example", district.lincoln_students)
    dn = openldap.add("other", PUPILS, OLD, cn=there)
    try:
        assert verdict(kim, OLD) is (Verdict.RIGHT if found else Verdict.WRONG)
        with nullcontext() if found else pytest.raises(Refused, match="was not found"):
            connectors.open_authority(kim).set_password(kim, NEW, must_change=False)
        assert openldap.lets_in(dn, NEW) is found
    finally:
        openldap.remove(dn)
