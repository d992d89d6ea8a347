"""Google Workspace as a source: users, groups and members, organizational units that nest."""

import pytest

from directory.models import Source
from directory.sync import google as reader
from directory.sync.facts import GUARDED, GroupFact, GroupMemberFact, PersonFact, UnitFact, UnitMemberFact
from directory.sync.findings import Findings, RosterError
from tests.cloud.servers import Says

DOMAIN = "riverside.example"
READS = {f"admin.directory.{what}.readonly" for what in ("user", "group", "orgunit")}


@pytest.fixture
def source(at_google, google) -> Source:
    google.granted = set(READS)
    google.users.clear()
    return Source.objects.create(key="workspace", name="Google", kind="google", directory=at_google)


def add(google, n: int, **properties) -> None:
    row = {"id": f"{n}", "primaryEmail": f"Person{n}@{DOMAIN}", "name": {"fullName": f"Person {n}"}}
    google.users[f"{n}"] = row | {"suspended": False, "orgUnitPath": "/"} | properties


def unit(google, path: str) -> None:
    above, _slash, name = path.rpartition("/")
    row = {"orgUnitId": f"id:{name}", "name": name, "orgUnitPath": path}
    google.units.append(row | {"parentOrgUnitPath": above or "/", "parentOrgUnitId": "id:0"})


def read(source, findings=None) -> list:
    reading = reader.read(source, None, findings or Findings())
    facts = list(reading.facts)
    assert not reading.is_delta and reading.cursor() == "" and len(facts) == len(set(facts))
    return facts


def of(kind: type, facts: list) -> list:
    return [fact for fact in facts if isinstance(fact, kind)]


def test_people_come_with_what_is_known_of_them(google, source):
    add(
        google,
        1,
        name={"givenName": "Ann", "familyName": "Hill", "fullName": "Ann Hill"},
        organizations=[{"title": "Coach"}, {"title": "Teacher", "department": "Maths", "primary": True}],
        externalIds=[{"type": "account", "value": "x"}, {"type": "organization", "value": "E-7"}],
    )
    add(google, 2, suspended=True)
    add(google, 3, archived=True, name=None, organizations=7, externalIds=[7])
    assert read(source) == [
        PersonFact("1", f"person1@{DOMAIN}", "Ann Hill", "Ann", "Hill", "Teacher", "Maths", "E-7"),
        PersonFact("2", f"person2@{DOMAIN}", "Person 2", is_active=False),
        PersonFact("3", f"person3@{DOMAIN}", f"person3@{DOMAIN}", is_active=False),
    ]


def test_units_nest_and_people_are_in_theirs(google, source):
    for path in ("/Lincoln/Pupils", "/Lincoln"):
        unit(google, path)
    add(google, 1, orgUnitPath="/Lincoln/Pupils")
    add(google, 2)
    facts = read(source)
    assert set(of(UnitFact, facts)) == {
        UnitFact("id:Lincoln", "Lincoln"),
        UnitFact("id:Pupils", "Pupils", parent="id:Lincoln"),
    }
    assert of(UnitMemberFact, facts) == [UnitMemberFact("id:Pupils", "1")]


def test_a_unit_that_is_not_told_is_a_warning(google, source):
    findings = Findings()
    add(google, 1, orgUnitPath="/New")
    assert len(read(source, findings)) == 1
    assert f"The unit of “person1@{DOMAIN}” is not known" in str(findings.warnings[0])


def test_groups_and_their_people_over_all_pages(google, source):
    for n in range(5):
        add(google, n)
    for key in ("g1", "g2", "g3"):
        google.groups[key] = {"id": key, "name": key.upper(), "email": f"{key}@{DOMAIN}"}
    google.groups["g3"]["name"] = ""
    google.members["g1"] = [{"id": f"{n}", "type": "USER"} for n in range(5)]
    google.members["g2"] = [{"id": "g1", "type": "GROUP"}, {"id": "77", "type": "USER"}]
    facts = read(source)
    assert {fact.name for fact in of(GroupFact, facts)} == {"G1", "G2", f"g3@{DOMAIN}"}
    assert set(of(GroupMemberFact, facts)) == {GroupMemberFact("g1", f"{n}") for n in range(5)}
    assert len(of(PersonFact, facts)) == 5


@pytest.mark.parametrize(("made", "entry"), [(True, GUARDED), (False, ""), ("true", ""), (None, "")])
def test_who_made_a_group_is_told(google, source, made, entry):
    google.groups["g1"] = {"id": "g1", "name": "G1", "email": f"g1@{DOMAIN}", "adminCreated": made}
    assert read(source) == [GroupFact("g1", "G1", entry=entry)]


def test_a_group_that_went_meanwhile_is_left_out(google, source):
    findings = Findings()
    google.groups["g1"] = {"id": "g1", "name": "G1", "email": f"g1@{DOMAIN}"}
    google.script = [None, None, None, Says(404, {"error": {"errors": [{"reason": "notFound"}]}})]
    assert read(source, findings) == []
    assert "“G1” is gone" in str(findings.warnings[0])


def test_who_has_an_address_of_another_domain_is_left_out(google, source):
    findings = Findings()
    add(google, 1, primaryEmail="someone@elsewhere.example")
    assert read(source, findings) == []
    assert "“someone@elsewhere.example” is left out" in str(findings.warnings[0])


def test_it_reads_with_scopes_that_change_nothing(google, source):
    add(google, 1)
    read(source)
    (scopes,) = google.tokens.values()
    assert scopes == {f"https://www.googleapis.com/auth/{one}" for one in READS}


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_what_breaks_half_way_names_resource_and_page(google, source, page):
    for n in range(3):
        add(google, n)
    google.groups["g1"] = {"id": "g1", "name": "G1", "email": f"g1@{DOMAIN}"}
    google.script = [None] * page + [Says(500, b"oops")]
    with pytest.raises(RosterError) as caught:
        reader.read(source, None, Findings())
    where = {1: ("users", 1), 2: ("users", 2), 3: ("groups", 1), 4: ("members of G1", 1)}[page]
    assert str(caught.value).startswith(where[0])
    assert f"Page {where[1]} could not be read, and nothing has been changed." in str(caught.value)


def test_a_page_that_comes_again_and_again_ends_the_reading(google, source):
    google.script = [None, *[Says(200, {"nextPageToken": "same"})] * 9]
    with pytest.raises(RosterError, match="does not come to an end"):
        reader.read(source, None, Findings())


def test_googles_own_way_to_say_busy_is_understood(google, source, monkeypatch):
    waits = []
    monkeypatch.setattr("directory.connectors.rest.sleep", waits.append)
    error = {"error": {"errors": [{"reason": "userRateLimitExceeded"}]}}
    google.script = [Says(403, error), Says(403, error), Says(429)]
    assert read(source) == [] and waits == [1, 2, 4]
