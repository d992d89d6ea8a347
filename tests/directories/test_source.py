"""Active Directory and OpenLDAP as sources, read from the real ones."""

from collections import Counter
from time import time
from types import SimpleNamespace
from uuid import UUID

import pytest

from directory.connectors import Refused, Unreachable
from directory.models import Run, Source, SourceKind, User
from directory.sync import ldap as reader
from directory.sync import runs
from directory.sync.facts import GroupFact, GroupMemberFact, PersonFact, UnitFact, UnitMemberFact
from directory.sync.findings import Findings, RosterError
from directory.sync.readers import reader_of
from tests.directories.conftest import allow
from tests.directories.samba import LINCOLN, OFFICE
from tests.directories.slapd import PUPILS

OLD = "Copper-Lantern-47"
CLASSES, CLASS_1A = f"OU=Classes,{LINCOLN}", f"OU=1A\\, upper,OU=Classes,{LINCOLN}"


@pytest.fixture
def tree(domain, ad):
    """Lincoln, with two units in it, people and groups."""
    for dn in (CLASSES, CLASS_1A):
        domain.done(domain.root.add(dn, ["organizationalUnit"]))
    facts = {"displayName": "Zoe Ray", "givenName": "Zoe", "sn": "Ray", "title": "Pupil"}
    facts |= {"department": "Lincoln", "employeeID": "P-7", "telephoneNumber": "+14255550100"}
    people = {
        "zoe": domain.add("zoe.ray", CLASS_1A, OLD, **facts),
        "yan": domain.add("yan.ode", LINCOLN, OLD, userAccountControl=514),
        "boss": domain.add("boss", OFFICE, OLD),
    }
    group = f"CN=Grade 1,{LINCOLN}"
    domain.done(domain.root.add(group, ["group"], {"member": list(people.values())}))
    empty = f"CN=Nobody,{LINCOLN}"
    domain.done(domain.root.add(empty, ["group"]))
    yield people | {"group": group}
    for dn in (*people.values(), group, empty, CLASS_1A, CLASSES):
        domain.remove(dn)


def source(directory) -> Source:
    return Source.objects.create(key="dir", name="Directory", kind=SourceKind.LDAP, directory=directory)


def facts_of(directory, kind: type | None = None) -> list:
    findings = Findings()
    reading = reader_of(SourceKind.LDAP)(source(directory), None, findings)
    assert not reading.is_delta
    return [fact for fact in reading.facts if kind is None or isinstance(fact, kind)]


def guid(domain, dn: str) -> str:
    return str(UUID(bytes_le=domain.get(dn, "objectGUID")["objectGUID"][0]))


def test_units_people_and_groups_come_with_their_places(domain, ad, tree):
    ad.base_dn = LINCOLN
    ad.save()
    found = facts_of(ad)
    keys = {dn: guid(domain, dn) for dn in (LINCOLN, CLASSES, CLASS_1A, *tree.values())}
    lincoln, classes, class_1a = (keys[dn] for dn in (LINCOLN, CLASSES, CLASS_1A))
    zoe, yan, group = (keys[tree[name]] for name in ("zoe", "yan", "group"))
    assert {fact for fact in found if isinstance(fact, UnitFact)} == {
        UnitFact(lincoln, "Lincoln"),
        UnitFact(classes, "Classes", parent=lincoln),
        UnitFact(class_1a, "1A, upper", parent=classes),
    }
    assert {fact for fact in found if isinstance(fact, PersonFact)} == {
        PersonFact(
            zoe, "zoe.ray@riverside.example", "Zoe Ray", "Zoe", "Ray", "Pupil", "Lincoln", "P-7", True
        ),
        PersonFact(yan, "yan.ode@riverside.example", "yan.ode", is_active=False),
    }
    assert UnitMemberFact(class_1a, zoe) in found and UnitMemberFact(lincoln, yan) in found
    assert GroupFact(group, "Grade 1") in found
    # The boss stands above what is read.
    members = {fact for fact in found if isinstance(fact, GroupMemberFact)}
    assert members == {GroupMemberFact(group, zoe), GroupMemberFact(group, yan)}


@pytest.mark.parametrize(("days", "is_active"), [(-1, False), (1, True), (0, True), (None, True)], ids=str)
def test_an_account_that_has_expired_is_disabled(domain, ad, days, is_active):
    moment = int((time() + days * 86400 + reader.SINCE_1601) * 10_000_000) if days else 0
    dn = domain.add("ivo", LINCOLN, OLD, accountExpires=reader.NEVER if days is None else moment)
    ad.base_dn = LINCOLN
    ad.save()
    try:
        assert [fact.is_active for fact in facts_of(ad, PersonFact)] == [is_active]
    finally:
        domain.remove(dn)


def test_nothing_is_asked_for_but_what_becomes_a_fact(ad, tree, monkeypatch):
    asked = set()
    page = reader.Link.page

    def listening(link, base, where, attributes, *others):
        asked.update(attributes)
        return page(link, base, where, attributes, *others)

    monkeypatch.setattr(reader.Link, "page", listening)
    facts_of(ad)
    assert asked == {
        *("objectGUID", "name", "cn", "member;range=0-1499", "userPrincipalName", "displayName"),
        *("givenName", "sn", "title", "department", "employeeID", "userAccountControl", "accountExpires"),
    }


def test_pages_and_ranges_are_put_together(domain, ad, tree, monkeypatch):
    monkeypatch.setattr(reader, "PAGE", 2)
    monkeypatch.setattr(reader, "RANGE", 2)
    schema = reader.SCHEMAS["ad"]
    small = reader.Schema(**vars_of(schema) | {"members": ("member;range=0-1",)})
    monkeypatch.setitem(reader.SCHEMAS, "ad", small)
    many = [domain.add(f"pupil{number}", LINCOLN, OLD) for number in range(5)]
    domain.done(domain.root.modify(tree["group"], {"member": [("MODIFY_ADD", many)]}))
    ad.base_dn = LINCOLN
    ad.save()
    try:
        found = facts_of(ad)
        assert len({fact.person for fact in found if isinstance(fact, GroupMemberFact)}) == 7
        counts = Counter(type(fact) for fact in found)
        assert (counts[PersonFact], counts[GroupMemberFact], counts[GroupFact]) == (7, 7, 2)
    finally:
        for dn in many:
            domain.remove(dn)


def vars_of(schema: reader.Schema) -> dict:
    return {name: getattr(schema, name) for name in reader.Schema.__dataclass_fields__}


def test_who_has_no_user_name_is_passed_over_with_a_word(ad, domain):
    findings = Findings()
    people = [fact for fact in reader.read(source(ad), None, findings).facts if isinstance(fact, PersonFact)]
    assert all(fact.user_principal_name for fact in people)  # the built-in ones have none
    # The account that reads is left out too, and the server says in which order.
    assert any("without a user name" in str(warning) for warning in findings.warnings)


def test_so_is_who_writes_what_nobody_sees_where_an_attribute_takes_it():
    reading = SimpleNamespace(domains={"riverside.example"}, findings=Findings())
    assert reader._Reader._is_ours(reading, "yan@riverside.example")
    assert not reader._Reader._is_ours(reading, "ya\u200bn@riverside.example")
    assert "holds a character that nobody sees" in str(reading.findings.warnings[0])


def test_who_gives_themselves_an_address_elsewhere_is_left_out_and_stops_nobody(openldap, ldap):
    """In many a directory people write their own `mail`."""
    zoe, yan = openldap.add("zoe.elf", PUPILS, OLD), openldap.add("yan.ode", PUPILS, OLD)
    openldap.root.modify(zoe, {"mail": [("MODIFY_REPLACE", ["zoe@home.example"])]})
    try:
        run = Run.objects.create(source=source(ldap))
        runs.carry_out(run)
        assert not User.objects.filter(display_name__contains="zoe.elf").exists()
        assert not User.objects.filter(user_principal_name="zoe@home.example").exists()
        assert User.objects.filter(user_principal_name="yan.ode@riverside.example").exists()
        assert any("is left out" in line for line in run.warnings)
    finally:
        for dn in (zoe, yan):
            openldap.remove(dn)


def test_openldap_is_read_alike(openldap, ldap):
    yan = openldap.add("yan.ode", PUPILS, OLD, displayName="Yan Ode", employeeNumber="P-8")
    gone = openldap.add("gone", PUPILS, OLD)
    openldap.root.modify(gone, {"pwdAccountLockedTime": [("MODIFY_REPLACE", ["000001010000Z"])]})
    group = f"cn=Grade 1,{PUPILS}"
    openldap.done(openldap.root.add(group, ["groupOfNames"], {"member": [yan.replace(",", ", "), gone]}))
    try:
        found = facts_of(ldap)
        [unit] = [fact.key for fact in found if isinstance(fact, UnitFact) and fact.name == "pupils"]
        people = {fact.user_principal_name: fact for fact in found if isinstance(fact, PersonFact)}
        told = people["yan.ode@riverside.example"]
        assert (told.display_name, told.employee_id, told.is_active) == ("Yan Ode", "P-8", True)
        assert told.key == openldap.get(yan, "entryUUID")["entryUUID"][0].decode()
        assert not people["gone@riverside.example"].is_active
        assert UnitMemberFact(unit, told.key) in found
        [group_key] = [fact.key for fact in found if isinstance(fact, GroupFact)]
        assert GroupMemberFact(group_key, told.key) in found
    finally:
        for dn in (yan, gone, group):
            openldap.remove(dn)


def test_what_cannot_be_read_has_a_sentence(district, domain, ad):
    allow(district.tenant, domain.host, 637)
    ad.secret = "wrong"
    ad.save()
    with pytest.raises(Refused, match="own account"):
        facts_of(ad)
    Source.objects.all().delete()
    ad.servers = ad.servers.replace("636", "637")
    ad.save()
    with pytest.raises(Unreachable, match="did not answer"):
        facts_of(ad)
    Source.objects.all().delete()
    ad.enabled = False
    ad.save()
    with pytest.raises(Refused, match="no directory that is on"):
        facts_of(ad)


@pytest.mark.parametrize("limit", ["MOST_PLACES", "MOST_PEOPLE"])
def test_more_entries_than_the_limit_are_refused(domain, ad, tree, monkeypatch, limit):
    """They are in memory at once, and the server may be anybody's."""
    monkeypatch.setattr(reader, limit, 1)
    with pytest.raises(RosterError, match="There are more entries than this program takes."):
        facts_of(ad)
