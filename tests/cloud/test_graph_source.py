"""Microsoft Entra ID as a source: what is read, first as a whole and then as changes."""

import json

import pytest

from directory.models import Source, User
from directory.sync import graph as reader
from directory.sync.facts import (
    GUARDED,
    OPEN,
    GoneFact,
    GroupFact,
    GroupMemberFact,
    PersonFact,
    UnitFact,
    UnitMemberFact,
)
from directory.sync.findings import Findings, RosterError
from tests.cloud.microsoft import TENANT
from tests.cloud.servers import Says

DOMAIN = "riverside.example"


@pytest.fixture
def source(entra) -> Source:
    return Source.objects.create(key="entra-people", name="Entra ID", kind="entra", directory=entra)


@pytest.fixture
def people(graph) -> list[str]:
    """Seven people at Entra, on three pages."""
    return [add(graph, n) for n in range(7)]


def add(graph, n: int, **properties) -> str:
    row = {"userPrincipalName": f"Person{n}@{DOMAIN}", "displayName": f"Person {n}", "accountEnabled": True}
    return graph.users.put(f"u{n}", **(row | properties))


def read(source, findings=None):
    """The facts, each with its own text; the reading; and the source with the cursor for the next one."""
    reading = reader.read(source, None, findings or Findings())
    facts = list(reading.facts)
    assert len(facts) == len(set(facts))
    source.cursor = reading.cursor()
    return facts, reading


def of(kind: type, facts: list) -> list:
    return [fact for fact in facts if isinstance(fact, kind)]


def kept(source, *keys: str) -> None:
    """As the last run has left them here."""
    for key in keys:
        User.objects.create(
            user_principal_name=f"{key}@{DOMAIN}", display_name=key, source=source.key, source_id=key
        )


def test_people_come_with_what_is_known_of_them(graph, source):
    add(graph, 1, givenName="Ann", surname="Hill", jobTitle="Teacher", department="Maths", employeeId="E-7")
    add(graph, 2, accountEnabled=False, givenName=None)
    facts, reading = read(source)
    assert sorted(facts, key=lambda fact: fact.key) == [
        PersonFact("u1", f"person1@{DOMAIN}", "Person 1", "Ann", "Hill", "Teacher", "Maths", "E-7"),
        PersonFact("u2", f"person2@{DOMAIN}", "Person 2", is_active=False),
    ]
    assert not reading.is_delta
    assert {fact.file for fact in facts} == {"users"}


def test_pages_are_followed_to_their_end(graph, source, people):
    facts, _reading = read(source)
    assert [fact.key for fact in facts] == people
    assert graph.deeds()[:3] == ["GET /v1.0/users/delta"] * 3
    assert graph.connections == 2  # one for the token


def test_a_large_group_comes_with_all_its_people_though_it_comes_in_parts(graph, source, people):
    graph.groups.put("g", displayName="Everybody")
    for person in people:
        graph.groups.member("g", person)
    facts, _reading = read(source)
    assert of(GroupFact, facts) == [GroupFact("g", "Everybody")]
    assert {fact.person for fact in of(GroupMemberFact, facts)} == set(people)


@pytest.mark.parametrize(
    ("properties", "entry"),
    [
        ({}, ""),
        ({"isAssignableToRole": None, "groupTypes": []}, ""),
        ({"isAssignableToRole": True, "groupTypes": []}, GUARDED),
        ({"isAssignableToRole": True, "groupTypes": ["Unified"]}, GUARDED),
        ({"isAssignableToRole": False, "groupTypes": ["Unified"]}, OPEN),
        ({"isAssignableToRole": "true", "groupTypes": "Unified"}, ""),
        ({"groupTypes": ["DynamicMembership"]}, ""),
    ],
)
def test_who_gets_into_a_group_is_told(graph, source, properties, entry):
    graph.groups.put("g", displayName="Managers", **properties)
    facts, _reading = read(source)
    assert facts == [GroupFact("g", "Managers", entry=entry)]


def test_units_and_their_people_and_nothing_that_is_no_person(graph, source, people):
    graph.units.put("au", displayName="Lincoln", visibility=None)
    graph.units.member("au", "u1")
    for kind in ("group", "device"):
        graph.units.member("au", f"a-{kind}", kind=kind)
    facts, _reading = read(source)
    assert of(UnitFact, facts) == [UnitFact("au", "Lincoln")]
    assert of(UnitMemberFact, facts) == [UnitMemberFact("au", "u1")]


def test_who_has_a_name_of_another_domain_is_left_out_of_everything(graph, source):
    findings = Findings()
    add(graph, 1, userPrincipalName="guest_gmail.com#EXT#@riverside.onmicrosoft.com")
    graph.groups.put("g", displayName="Everybody")
    graph.groups.member("g", "u1")
    facts, _reading = read(source, findings)
    assert facts == [GroupFact("g", "Everybody")]
    (warning,) = findings.warnings
    assert "“guest_gmail.com#ext#@riverside.onmicrosoft.com” is left out" in str(warning)


def test_the_second_reading_tells_only_what_has_changed(graph, source, people):
    read(source)
    facts, reading = read(source)
    assert (facts, reading.is_delta) == ([], True)
    add(graph, 3, displayName="Another Name")
    facts, reading = read(source)
    assert facts == [PersonFact("u3", f"person3@{DOMAIN}", "Another Name")]


def test_what_is_gone_is_told(graph, source, people):
    kept(source, *people)
    for rows, key in ((graph.groups, "g"), (graph.units, "au")):
        rows.put(key, displayName=key)
        rows.member(key, "u1")
        rows.member(key, "u2")
    read(source)
    graph.users.remove("u5")
    graph.groups.member("g", "u1", present=False)
    graph.groups.member("g", "u3")
    graph.units.remove("au")
    facts, reading = read(source)
    assert reading.is_delta
    assert set(facts) == {
        GoneFact("person", "u5"),
        GoneFact("unit", "au"),
        GoneFact("group member", of=GroupMemberFact("g", "u1")),
        GroupFact("g", "g"),
        GroupMemberFact("g", "u3"),
    }


def test_a_group_that_is_gone_takes_its_members_along(graph, source, people):
    kept(source, *people)
    graph.groups.put("g", displayName="Choir")
    graph.groups.member("g", "u1")
    read(source)
    graph.groups.remove("g")
    assert read(source)[0] == [GoneFact("group", "g")]


def test_in_a_delta_members_are_those_who_are_here(graph, source, people):
    kept(source, "u1")
    graph.groups.put("g", displayName="Everybody")
    read(source)
    for person in ("u1", "a-stranger"):
        graph.groups.member("g", person)
    facts, _reading = read(source)
    assert of(GroupMemberFact, facts) == [GroupMemberFact("g", "u1")]


def test_who_gets_a_name_of_another_domain_is_gone(graph, source, people):
    read(source)
    add(graph, 1, userPrincipalName="person1@elsewhere.example")
    facts, _reading = read(source)
    assert facts == [GoneFact("person", "u1")]


def test_of_somebody_who_comes_twice_the_last_word_holds(graph, source):
    graph.script = [
        Says(
            200,
            {
                "value": [
                    {"id": "u1", "userPrincipalName": f"a@{DOMAIN}", "displayName": name}
                    for name in ("A", "B")
                ],
                "@odata.deltaLink": f"{graph.address}/v1.0/users/delta?$deltatoken=x",
            },
        )
    ]
    facts, _reading = read(source)
    assert facts == [PersonFact("u1", f"a@{DOMAIN}", "B")]


@pytest.mark.parametrize("status", [400, 404, 410])
def test_where_the_service_has_forgotten_how_far_we_were_all_is_read_again(graph, source, people, status):
    findings = Findings()
    read(source)
    graph.lost = True
    graph.script = [Says(status, {"error": {"code": "syncStateNotFound"}})]
    facts, reading = read(source, findings)
    assert (len(facts), reading.is_delta) == (7, False)
    assert "everything is read again" in str(findings.warnings[0])
    graph.lost = False
    assert read(source)[0] == []


def test_a_token_that_is_lost_half_way_starts_anew_too(graph, source, people):
    read(source)
    for n in range(7):
        add(graph, n, displayName="New")
    graph.script = [None, Says(410)]
    facts, reading = read(source)
    assert (len(facts), reading.is_delta) == (7, False)


@pytest.mark.parametrize("change", ["domain", "directory", "moment", "nonsense", "list"])
def test_a_cursor_of_another_time_is_none(graph, source, people, change, lakeshore):
    read(source)
    cursor = json.loads(source.cursor)
    if change == "domain":
        cursor["of"].append("other.example")
    elif change == "directory":
        cursor["of"][1] = TENANT.replace("1", "2")
    elif change == "moment":
        cursor["whole"] = "long ago"
    source.cursor = {"nonsense": "{", "list": "[]"}.get(change, json.dumps(cursor))
    facts, reading = read(source)
    assert (len(facts), reading.is_delta) == (7, False)


def test_all_is_read_again_once_a_week(graph, source, people, clock):
    read(source)
    clock.pass_(days=6)
    assert read(source)[1].is_delta
    clock.pass_(days=2)
    facts, reading = read(source)
    assert (len(facts), reading.is_delta) == (7, False)
    assert read(source)[1].is_delta


def broken(source) -> str:
    with pytest.raises(RosterError) as caught:
        reader.read(source, None, Findings())
    return str(caught.value)


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (Says(500, b"oops"), "does not understand (500)"),
        (Says(403, {"error": {"message": "s3cr3t"}}), "does not let MyStaff read this"),
        (Says(410), "does not understand (410)"),
        (Says(302, headers={"Location": "http://elsewhere.example/"}), "does not understand (302)"),
        (Says(200, b"<html>"), "does not understand (200)"),
        (Says(200, b"[1]"), "does not understand (200)"),
        (Says(200, {"value": [1]}), "does not understand (200)"),
        (Says(200, {"value": [{"id": 7}]}), "does not understand (200)"),
        (Says(200, {"value": [{"id": "\ud800"}]}), "does not understand (200)"),
        (Says(200, {"value": []}), "does not understand (200)"),
        (Says(200, {"value": [], "@odata.nextLink": 7}), "does not understand (200)"),
        (Says(200, {"value": [], "@odata.nextLink": "http://127.0.0.1:1/v1.0/x"}), "leads to another server"),
        (Says(200, {"value": [], "@odata.deltaLink": "https://graph.example/"}), "leads to another server"),
        (Says(talks=lambda handler: None), "did not answer"),
    ],
)
def test_what_breaks_half_way_names_resource_and_page(graph, source, people, says, why):
    graph.script = [None, says, says]  # a connection that was used before gets a second try
    message = broken(source)
    assert (
        message.startswith("users") and "Page 2 could not be read, and nothing has been changed." in message
    )
    assert why in message and "s3cr3t" not in message
    assert source.cursor == ""


def test_a_service_that_turns_in_circles_is_left(graph, source):
    link = f"{graph.address}/v1.0/users/delta?$skiptoken=x"
    graph.script = [Says(200, {"value": [], "@odata.nextLink": link})] * 9
    assert "Page 3 could not be read" in broken(source)
    assert "does not come to an end" in broken(source)


def test_a_page_that_is_too_large_is_not_taken(graph, source, monkeypatch):
    monkeypatch.setattr("directory.sync.pages.LARGEST", 1000)
    add(graph, 1, displayName="x" * 2000)
    assert "does not understand (200)" in broken(source)


def test_a_service_that_is_busy_is_waited_for(graph, source, people, monkeypatch):
    waits = []
    monkeypatch.setattr("directory.connectors.rest.sleep", waits.append)
    busy = Says(429, headers={"Retry-After": "7"})
    graph.script = [busy, Says(503, headers={"Retry-After": "0"}), Says(429), None, busy]
    facts, _reading = read(source)
    assert len(facts) == 7 and waits == [7, 0.1, 4, 7]


def test_without_a_connected_directory_nothing_is_read(source, graph):
    source.directory = None
    assert "No connected directory of this kind is chosen" in broken(source)
    assert graph.asked == []


def test_a_secret_that_was_taken_back_is_said(graph, source, entra):
    entra.secret = "n0t-the-secret"
    entra.save()
    source.refresh_from_db()
    message = broken(source)
    assert "does not accept the account or the secret of “Riverside Entra”" in message
    assert "n0t-the-secret" not in message
