"""Active Directory as an authority, against a real domain controller."""

import uuid

import pytest

from audit.models import Entry, Result
from directory import actions, connectors, outgoing
from directory.connectors import Refused, Unreachable
from directory.connectors.checking import Verdict
from directory.connectors.ldap import servers
from directory.connectors.ldap.active_directory import POLICY_HINTS
from directory.connectors.ldap.link import Found, Link, Outcome
from directory.door import Initiator
from directory.models import PhoneType, Source, SourceKind, User
from tenants.models import AllowedHost, operators
from tests.directories.certificates import Authority
from tests.directories.conftest import allow, lives_at
from tests.directories.samba import LINCOLN, OFFICE

OLD, NEW = "Copper-Lantern-47", "Maple-Bridge-93"


@pytest.fixture
def zoe(district, domain, ad):
    """Zoe of Lincoln, here and there; her entry's DN stands in `dn`."""
    person = lives_at("ad", "zoe.ray@riverside.example", district.lincoln_students)
    person.dn = domain.add("zoe.ray", LINCOLN, OLD)
    yield person
    domain.remove(person.dn)


@pytest.fixture
def by(district):
    return Initiator(district.maria, "192.0.2.7")


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def reason() -> str:
    return Entry.objects.get(result=Result.FAILURE).result_reason


def test_a_reset_is_done_there_and_has_to_be_changed(domain, zoe, by):
    actions.reset_password(zoe, NEW, by=by)
    assert domain.get(zoe.dn, "pwdLastSet")["pwdLastSet"] == [b"0"]
    domain.set(zoe.dn, pwdLastSet="-1")
    assert domain.lets_in(zoe.dn, NEW) and not domain.lets_in(zoe.dn, OLD)
    assert not fresh(zoe).has_usable_password()
    assert Entry.objects.filter(result=Result.SUCCESS).count() == 1


def test_ones_own_choice_opens_at_once(domain, zoe):
    actions.change_password(NEW, by=Initiator(zoe))
    assert domain.lets_in(zoe.dn, NEW)
    assert not fresh(zoe).must_change_password


@pytest.mark.parametrize("password", ['A"quote-\\-and-7', "Überraschung-☂-7", "Pass word, with=all; <7>"])
def test_every_letter_arrives(domain, zoe, password):
    actions.change_password(password, by=Initiator(zoe))
    assert domain.lets_in(zoe.dn, password)


def test_a_weak_password_is_refused_in_our_words(domain, zoe, by):
    with pytest.raises(Refused):
        actions.reset_password(zoe, "short", by=by)
    assert reason().startswith("The password does not meet the rules of Riverside AD: its length")
    assert domain.lets_in(zoe.dn, OLD)
    assert fresh(zoe).password_changed_at is None and not fresh(zoe).must_change_password


@pytest.mark.parametrize("knows", [True, False])
def test_history_counts_where_the_server_knows_the_policy_hints(zoe, monkeypatch, knows):
    """Windows does, Samba refuses what comes with a control that it does not know."""
    sent = []
    listed = [POLICY_HINTS.encode()] if knows else []
    monkeypatch.setattr(
        "directory.connectors.ldap.active_directory.root_of",
        lambda *asked: Found("", {"supportedcontrol": [b"1.2.840.113556.1.4.319", *listed]}),
    )
    monkeypatch.setattr(Link, "modify", lambda *asked: sent.append(asked[-1]) or Outcome(0))
    actions.change_password(NEW, by=Initiator(zoe))
    assert sent == [[(POLICY_HINTS, True, b"0\x03\x02\x01\x01")] if knows else None]


def test_a_control_that_samba_does_not_know_is_refused_and_nothing_done(domain, zoe, monkeypatch):
    """What the test above rests on."""
    known = Found("", {"supportedcontrol": [POLICY_HINTS.encode()]})
    monkeypatch.setattr("directory.connectors.ldap.active_directory.root_of", lambda *asked: known)
    with pytest.raises(Refused, match="Riverside AD refused it"):
        actions.change_password(NEW, by=Initiator(zoe))
    assert domain.lets_in(zoe.dn, OLD)


def test_what_lies_outside_the_accounts_own_unit_is_not_touched(district, domain, ad, by):
    boss = lives_at("ad", "boss@riverside.example", district.lincoln_staff)
    boss.dn = domain.add("boss", OFFICE, OLD, mobile="+14255550155")
    try:
        with pytest.raises(Refused):
            actions.reset_password(boss, NEW, by=by)
        assert reason() == "MyStaff’s own account may not do this in Riverside AD for this person."
        with pytest.raises(Refused):
            actions.set_phone(boss, "+14255550111", by=by)
        assert domain.lets_in(boss.dn, OLD)
        assert domain.get(boss.dn, "pwdLastSet")["pwdLastSet"] != [b"0"]
        assert domain.get(boss.dn, "mobile")["mobile"] == [b"+14255550155"]
        assert not boss.phones.exists()
    finally:
        domain.remove(boss.dn)


def test_a_locked_account_is_unlocked_by_its_button_and_by_a_reset(domain, zoe, by):
    for deed in (lambda: actions.unlock(zoe, by=by), lambda: actions.reset_password(zoe, NEW, by=by)):
        lock(domain, zoe.dn)
        deed()
        assert domain.get(zoe.dn, "lockoutTime")["lockoutTime"] == [b"0"]


def lock(domain, dn: str) -> None:
    """By wrong passwords, as it happens."""
    domain.set("DC=ad,DC=example,DC=test", lockoutThreshold="2")
    for _time in range(3):
        assert not domain.lets_in(dn, "wrong")
    domain.set("DC=ad,DC=example,DC=test", lockoutThreshold="0")
    assert domain.get(dn, "lockoutTime")["lockoutTime"] != [b"0"]


def test_numbers_and_the_alternate_address_are_written(district, domain, zoe, by):
    actions.set_phone(zoe, "+14255550111", by=by)
    assert domain.get(zoe.dn, "mobile")["mobile"] == [b"+14255550111"]
    actions.remove_phone(zoe, by=by)
    authority = connectors.open_authority(zoe)
    authority.set_phone(zoe, PhoneType.OFFICE, "+14255550122")
    authority.set_phone(zoe, PhoneType.ALTERNATE_MOBILE, "+14255550133")
    actions.set_alternate_email(zoe, "zoe@example.org", by=Initiator(district.admin))
    kept = domain.get(zoe.dn, "mobile", "telephoneNumber", "otherMobile", "otherMailbox")
    assert kept == {
        "mobile": [],
        "telephoneNumber": [b"+14255550122"],
        "otherMobile": [b"+14255550133"],
        "otherMailbox": [b"zoe@example.org"],
    }


# Who is meant


def test_who_comes_from_there_is_found_by_what_never_changes(domain, ad, zoe, by):
    guid = domain.get(zoe.dn, "objectGUID")["objectGUID"][0]
    Source.objects.create(key="ad-people", name="AD", kind=SourceKind.LDAP, directory=ad)
    zoe.source, zoe.source_id = "ad-people", str(uuid.UUID(bytes_le=guid))
    zoe.save()
    domain.set(zoe.dn, userPrincipalName="renamed@riverside.example")
    actions.change_password(NEW, by=Initiator(zoe))
    assert domain.lets_in(zoe.dn, NEW)


@pytest.mark.parametrize("directory", [True, False])
def test_another_sources_key_means_nothing_there(domain, ad, zoe, directory):
    """Not even where the source names the directory: what stands in a file is whatever was written there."""
    Source.objects.create(
        key="oneroster", name="File", kind=SourceKind.CSV, directory=ad if directory else None
    )
    guid = domain.get(zoe.dn, "objectGUID")["objectGUID"][0]
    other = domain.add("other.one", LINCOLN, OLD)
    try:
        zoe.source, zoe.source_id = "oneroster", str(uuid.UUID(bytes_le=guid))
        zoe.user_principal_name = "other.one@riverside.example"
        zoe.save()
        connectors.open_authority(zoe).set_password(zoe, NEW, must_change=False)
        assert domain.lets_in(other, NEW) and domain.lets_in(zoe.dn, OLD)
    finally:
        domain.remove(other)


@pytest.mark.parametrize("by_key", [False, True])
def test_who_lies_outside_the_base_is_nobody_here(district, domain, ad, by, by_key):
    """A row of a roster may name any account: those of the office are none of the people of Lincoln."""
    ad.base_dn = LINCOLN
    ad.save()
    boss = lives_at("ad", "boss@riverside.example", district.lincoln_staff)
    boss.dn = domain.add("boss", OFFICE, OLD)
    if by_key:
        guid = domain.get(boss.dn, "objectGUID")["objectGUID"][0]
        Source.objects.create(key="ad-people", name="AD", kind=SourceKind.LDAP, directory=ad)
        boss.source, boss.source_id = "ad-people", str(uuid.UUID(bytes_le=guid))
        boss.save()
    try:
        with pytest.raises(Refused):
            actions.reset_password(boss, NEW, by=by)
        assert reason() == "Boss was not found in Riverside AD."
        assert connectors.open_authority(boss).check(boss, OLD) is Verdict.WRONG
        assert domain.lets_in(boss.dn, OLD)
        domain.done(domain.root.modify_dn(boss.dn, "CN=boss", new_superior=LINCOLN))
        boss.dn = f"CN=boss,{LINCOLN}"
        ad.base_dn = LINCOLN.lower().replace(",", " , ")
        ad.save()
        assert connectors.open_authority(boss).check(boss, OLD) is Verdict.RIGHT
    finally:
        domain.remove(boss.dn)


@pytest.mark.parametrize("name", ["*", "zoe*", "*)(objectClass=*", "zoe.ray@riverside.example)(cn=*"])
def test_a_name_is_a_name_and_no_filter(domain, zoe, name):
    zoe.user_principal_name = name
    with pytest.raises(Refused, match="was not found"):
        connectors.open_authority(zoe).set_password(zoe, NEW, must_change=True)
    assert domain.lets_in(zoe.dn, OLD)


def test_of_two_entries_of_a_name_none_is_touched(domain, ad, zoe):
    twin = domain.add("twin", LINCOLN, OLD, mail="zoe.ray@riverside.example")
    domain.set(zoe.dn, mail="zoe.ray@riverside.example")
    ad.match_attribute = "mail"
    ad.save()
    try:
        with pytest.raises(Refused, match="more than one entry"):
            connectors.open_authority(zoe).set_password(zoe, NEW, must_change=True)
        assert domain.lets_in(zoe.dn, OLD) and domain.lets_in(twin, OLD)
    finally:
        domain.remove(twin)


# Getting there


def test_the_servers_certificate_is_looked_at(domain, ad, zoe, by):
    ad.ca_certificates = Authority("Somebody else").pem
    ad.save()
    with pytest.raises(Unreachable, match="certificate"):
        actions.reset_password(zoe, NEW, by=by)
    assert domain.lets_in(zoe.dn, OLD)
    assert "is not valid" in reason()


def test_the_servers_certificate_is_for_its_name(district, domain, ad, zoe, monkeypatch):
    """A name that leads there, but of which the certificate says nothing."""
    monkeypatch.setattr("directory.outgoing._looked_up", lambda *asked: [domain.host])
    ad.servers = "dc9.ad.example:636"
    ad.save()
    allow(district.tenant, "dc9.ad.example", 636)
    with pytest.raises(Unreachable, match="certificate of “dc9.ad.example” is not valid"):
        connectors.open_authority(zoe).set_password(zoe, NEW, must_change=True)
    assert domain.lets_in(zoe.dn, OLD)


def test_inside_hosts_are_reached_only_where_an_operator_allows_it(domain, ad, zoe, by):
    with operators().scope():
        AllowedHost.objects.all().delete()
    with pytest.raises(Refused, match="no address that MyStaff may connect to"):
        actions.reset_password(zoe, NEW, by=by)
    assert domain.lets_in(zoe.dn, OLD)


def test_a_server_that_is_down_is_asked_last_for_a_while(district, domain, ad, zoe, monkeypatch):
    monkeypatch.setattr(servers, "_failed", {})
    ad.servers = f"{domain.host}:637\n\n{domain.host}:636"
    ad.save()
    allow(district.tenant, domain.host, 637)
    assert [server.port for server in servers.servers_of(ad)] == [637, 636]
    connectors.open_authority(zoe).set_password(zoe, NEW, must_change=False)
    assert domain.lets_in(zoe.dn, NEW)
    assert [server.port for server in servers.servers_of(ad)] == [636, 637]
    monkeypatch.setattr(servers, "monotonic", lambda: float("inf"))
    assert [server.port for server in servers.servers_of(ad)] == [637, 636]


def test_what_may_have_been_done_is_not_done_again_elsewhere(district, domain, ad, zoe, by, monkeypatch):
    """The answer is lost: no other server is asked, and the sentence says what may be."""
    ad.servers = f"{domain.host}:636\n{domain.host}:3269"
    ad.save()
    allow(district.tenant, domain.host, 3269)
    asked, modify = [], Link.modify

    def lost(link, *what):
        asked.append(modify(link, *what))
        raise outgoing.Unreachable("lost")

    monkeypatch.setattr(Link, "modify", lost)
    with pytest.raises(Unreachable):
        actions.reset_password(zoe, NEW, by=by)
    assert len(asked) == 1
    assert reason().startswith("Riverside AD broke off. It may have done it all the same")
    assert not fresh(zoe).must_change_password


def test_nobody_binds_without_a_secret(ad, zoe):
    ad.secret = ""
    ad.save()
    with pytest.raises(Refused, match="does not let MyStaff’s own account in"):
        connectors.open_authority(zoe).set_password(zoe, NEW, must_change=True)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("secret", "wrong", "does not let MyStaff’s own account in"),
        ("servers", "", "No server is set"),
        ("ca_certificates", "no PEM", "certificate authority of Riverside AD cannot be read"),
        ("match_attribute", "cn=*)(x", "attribute of the user name"),
        ("base_dn", "OU=Nowhere,DC=ad,DC=example,DC=test", "was not found"),
    ],
)
def test_wrong_settings_have_a_sentence(ad, zoe, by, field, value, said):
    setattr(ad, field, value)
    ad.save()
    with pytest.raises(Refused) as caught:
        actions.reset_password(zoe, NEW, by=by)
    assert said in reason()
    assert caught.value.plain.startswith("Ask your IT department: ")
    assert "account" not in caught.value.plain and "certificate" not in caught.value.plain


def test_without_a_base_the_domain_is_asked_for_its_own(domain, ad, zoe):
    ad.base_dn = ""
    ad.save()
    connectors.open_authority(zoe).set_password(zoe, NEW, must_change=False)
    assert domain.lets_in(zoe.dn, NEW)


def test_no_password_is_in_the_logs(domain, zoe, by, caplog):
    caplog.set_level(0)
    actions.reset_password(zoe, NEW, by=by)
    with pytest.raises(Refused):
        actions.reset_password(fresh(zoe), "tiny-1", by=by)
    for secret in (NEW, "tiny-1", NEW.encode("utf-16-le").decode("latin-1")):
        assert secret not in caplog.text
        assert secret not in str(list(Entry.objects.values()))
