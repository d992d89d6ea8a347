"""Whatever a service says: a reading ends, with facts or with a RosterError."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory.models import Source
from directory.sync import google as google_reader
from directory.sync import graph as graph_reader
from directory.sync.findings import Findings, RosterError
from tests.cloud.servers import Says

DOMAIN = "riverside.example"
odd = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9), st.just("\ud800"))
json = st.recursive(
    odd, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)
names = st.sampled_from([f"a@{DOMAIN}", f"B@{DOMAIN}", "c@elsewhere.example", "", "@", DOMAIN])
keys = st.sampled_from(["u1", "u2", "g1"]) | json


def row(**properties) -> st.SearchStrategy:
    """Mostly a thing as it should be, here and there with something odd in it."""
    return st.fixed_dictionaries({}, optional={name: kind | json for name, kind in properties.items()})


member = row(**{"id": keys, "@odata.type": st.just("#microsoft.graph.user"), "@removed": st.just({})})
entry = row(
    **{"id": keys, "userPrincipalName": names, "displayName": st.text(max_size=5), "@removed": st.just({})},
    **{"accountEnabled": st.booleans(), "members@delta": st.lists(member, max_size=3)},
)
graph_page = row(
    **{
        "value": st.lists(entry, max_size=3),
        "@odata.deltaLink": st.just("DELTA"),
        "@odata.nextLink": st.just("NEXT"),
    }
)
google_row = row(
    id=keys,
    primaryEmail=names,
    name=row(fullName=st.text(max_size=5)),
    orgUnitPath=st.sampled_from(["/", "/A"]),
)
google_unit = row(orgUnitId=keys, name=st.just("A"), orgUnitPath=st.just("/A"), parentOrgUnitPath=json)
google_page = row(
    users=st.lists(google_row, max_size=3),
    groups=st.lists(google_row, max_size=3),
    members=st.lists(google_row, max_size=3),
    organizationUnits=st.lists(google_unit, max_size=3),
    nextPageToken=st.text(max_size=2),
)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(reader, source) -> None:
    findings = Findings()
    try:
        reading = reader.read(source, None, findings)
        facts = list(reading.facts)
        assert len(facts) == len(set(facts))
        source.cursor = reading.cursor()
    except RosterError as error:
        assert "".join(str(one) for one in error.problems)
    assert all(str(one) for one in findings.warnings)


@pytest.fixture
def at_entra(entra) -> Source:
    return Source.objects.create(key="entra-people", name="Entra ID", kind="entra", directory=entra)


@pytest.fixture
def workspace(at_google) -> Source:
    return Source.objects.create(key="workspace", name="Google", kind="google", directory=at_google)


def test_graph(graph, at_entra):
    links = {"NEXT": f"{graph.address}/v1.0/users/delta?$skiptoken=x"}
    links["DELTA"] = f"{graph.address}/v1.0/users/delta?$deltatoken=x"

    @quick
    @given(st.lists(graph_page | json, min_size=3, max_size=8))
    def ends(pages):
        graph.script = [Says(200, {k: links.get(v, v) if isinstance(v, str) else v for k, v in page.items()})
                        if isinstance(page, dict) else Says(200, page) for page in pages]  # fmt: skip
        read(graph_reader, at_entra)

    ends()


def test_google(google, workspace):
    google.granted = {f"admin.directory.{what}.readonly" for what in ("user", "group", "orgunit")}

    @quick
    @given(st.lists(google_page | json, min_size=3, max_size=8))
    def ends(pages):
        google.script = [Says(200, page) for page in pages]
        read(google_reader, workspace)

    ends()
