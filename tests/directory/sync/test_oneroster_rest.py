"""A real OneRoster service on loopback that behaves, and then does not: all of it comes, or nothing."""

import pytest
from django.utils import timezone

from directory import roles
from directory.models import Source, SourceKind
from directory.sync import oneroster, oneroster_rest
from directory.sync.facts import GrantFact, PersonFact
from directory.sync.findings import Findings, RosterError
from directory.sync.oneroster_rest import service as client
from tenants import scopes
from tenants.models import AllowedHost, operators
from tests.directory.sync import exports
from tests.directory.sync.malformed_service import BROKEN, OBJECTS
from tests.directory.sync.oneroster_server import CLIENT, SECRET, enrolment, role, running, user


@pytest.fixture
def server(riverside, monkeypatch):
    """The service, which an operator allows; the test runs in a tenant, on a day of its school year."""
    monkeypatch.setattr(client, "WAITS", (0, 0))
    monkeypatch.setattr(timezone, "localdate", lambda: timezone.datetime(2026, 10, 1).date())
    with running() as service, riverside.scope():
        with operators().scope():
            AllowedHost.objects.create(host="127.0.0.1", port=service.port, tenant=riverside)
        yield service


@pytest.fixture
def read(server):
    def read(**settings):
        kind = {"kind": SourceKind.ONEROSTER_REST, "client_id": CLIENT, "secret": SECRET}
        source = Source(**kind | {"address": server.address} | settings)
        findings = Findings()
        facts = list(oneroster_rest.read(source, None, findings).facts)
        read.warnings = [str(warning) for warning in findings.warnings]
        return facts

    return read


@pytest.fixture
def refused(read):
    def refused(**settings):
        with pytest.raises(RosterError) as caught:
            read(**settings)
        return [str(problem) for problem in caught.value.problems]

    return refused


def test_it_says_what_the_files_say(read, tmp_path):
    content = exports.pack(tmp_path / "r.zip", exports.files()).read_bytes()
    files = oneroster.read(Source(kind=SourceKind.ONEROSTER_CSV), content, Findings())
    facts = read()
    assert set(facts) == set(files.facts) and len(facts) == len(set(facts))
    assert read.warnings == []


def test_a_fact_names_the_resource_and_the_number_of_the_object(read):
    nora = next(fact for fact in read() if isinstance(fact, PersonFact) and fact.key == "nora")
    assert (nora.file, nora.line) == ("users", 2)


def test_only_what_is_needed_is_asked_for(read, server):
    facts = read()
    assert "hunter2" not in repr(facts) and "555" not in repr(facts) and "home.example" not in repr(facts)
    assert [path.partition("?")[0].rpartition("/")[2] for path in server.asked] == [
        "token", "orgs", "academicSessions", "classes", "users", "enrollments",
    ]  # fmt: skip
    assert not [path for path in server.asked if "demographics" in path]
    assert client.SCOPE.endswith("roster-core.readonly")


def test_the_secret_is_in_no_address(read, server):
    read()
    assert not [path for path in server.asked if SECRET in path or "s3cret" in path or "token-0" in path]


def many(server, count=730):
    server.data["users"] += [
        user(f"u{n}", f"pupil{n}", "P", f"N{n}", role("student", "s1")) for n in range(count - 3)
    ]


@pytest.mark.parametrize("most", [1, 7, 100, 499, 500, 1000])
@pytest.mark.parametrize("says_total", [True, False])
def test_pages_of_any_size_with_and_without_a_total(read, server, most, says_total):
    many(server, 30 if most < 10 else 730)
    server.most, server.says_total = most, says_total
    people = [fact for fact in read() if isinstance(fact, PersonFact)]
    assert len(people) == len(server.data["users"])


def test_what_is_to_be_deleted_is_left_out(read, server):
    server.data["users"][1]["status"] = "tobedeleted"
    assert "nora" not in [fact.key for fact in read() if isinstance(fact, PersonFact)]
    assert "users:2: The row is marked as “tobedeleted” and was left out." in read.warnings


def test_a_role_over_a_school_comes_with_its_dates(read, server):
    server.data["users"][2]["roles"] = [role("principal", "s1") | {"endDate": "2027-07-01"}]
    grants = [f for f in read(roles={"principal": roles.HELPDESK}) if isinstance(f, GrantFact)]
    assert [(grant.unit, grant.person, grant.file) for grant in grants] == [("school/s1", "amy", "users")]
    assert grants[0].ends_at.date().isoformat() == "2027-07-01"


def test_preferred_names_are_shown(read, server):
    server.data["users"][1] |= {"preferredFirstName": "Nori", "preferredLastName": "Feld"}
    assert "Nori Feld" in [fact.display_name for fact in read() if isinstance(fact, PersonFact)]


def test_a_token_that_ends_half_way_is_renewed(read, server):
    many(server)
    server.token_lasts = 3
    assert len([fact for fact in read() if isinstance(fact, PersonFact)]) == 730
    assert len([path for path in server.asked if path.endswith("/token")]) > 2


def test_a_moments_trouble_is_waited_for(read, server):
    many(server)
    server.breaks_at, server.breaks, server.with_ = {"users": 200}, 2, 503
    assert len([fact for fact in read() if isinstance(fact, PersonFact)]) == 730


def test_the_token_may_come_from_another_address(read, server):
    read(address=f"{server.address}/ims/oneroster/rostering/v1p2/ {server.address}/token?app=x")
    assert server.asked[0] == "/sis/token?app=x"


@pytest.mark.parametrize("path", ["/sis/oauth2/token", "/token", "/ims/oneroster/token"])
def test_or_where_tokens_often_are_on_the_same_host(read, server, path):
    server.token_path = path
    read()
    assert path in server.asked


def test_a_server_that_takes_the_secret_in_the_form_only(read, server):
    server.in_the_form = True
    read()
    assert server.asked[:2] == ["/sis/token"] * 2 and server.tokens == ["token-0"]


def test_without_any_the_last_answer_is_told(refused, server):
    server.token_path = "/hidden"
    assert refused() == ["token: The service gives no token for this client ID and secret (404)."]
    assert len(server.asked) == 2 * len(client.TOKEN_PATHS)


@pytest.mark.parametrize(("how", "why"), BROKEN)
def test_what_breaks_off_half_way_is_refused_and_says_where(refused, server, how, why):
    many(server)
    server.breaks_at = {"users": 200}
    vars(server).update(how)
    (problem,) = refused()
    assert problem.startswith("users:201: ") and why in problem
    assert "token-0" not in problem and "hunter2" not in problem


def test_a_page_that_is_too_large_is_refused(refused, server, monkeypatch):
    monkeypatch.setattr(client, "LARGEST", 2000)
    many(server)
    assert refused() == ["users:1: The page is larger than this program reads."]


def test_a_server_that_always_gives_the_first_page_is_found_out(refused, server):
    many(server)
    server.ignores_offset = True
    assert refused()[0] == "users:101: The sourcedId “tom” was number 1 too."


def test_and_without_a_total_it_is_not_asked_for_ever(refused, server):
    many(server)
    server.ignores_offset, server.says_total = True, False
    assert refused()[0] == "orgs:5: The sourcedId “d” was number 1 too."


def test_a_server_without_end_is_left(refused, server, monkeypatch):
    monkeypatch.setattr(client, "MAX_ROWS", 400)
    many(server)
    server.says_total = False
    assert refused() == ["users:501: There is more than this program reads, or it took too long."]


def test_one_that_changes_while_it_is_read_is_refused(refused, server):
    many(server)
    real, asked = server.talk, []

    class Growing(dict):
        def get(self, resource, default):
            asked.append(resource)
            return str(int(default) + (asked.count("users") > 3))

    server.total = Growing()
    assert real and refused() == [
        "users:301: The number changed from 730 to 731 while it was read. Run it again."
    ]


def test_a_total_that_is_too_small_is_refused(refused, server):
    server.total = {"users": "2"}
    assert refused() == ["users:4: It breaks off: the service says that there are 2, and gave 3."]


def test_a_wrong_secret_is_a_sentence(refused):
    assert refused(secret="wrong") == [
        "token: The service gives no token for this client ID and secret (401)."
    ]


NO_TOKENS = [
    "",
    "{}",
    "[]",
    "token",
    *(f'{{"access_token": {one}}}' for one in ("5", '"a\\nX: y"', '"\\u00e9"')),
]


@pytest.mark.parametrize("answer", NO_TOKENS)
def test_an_answer_without_a_token_is_refused(refused, server, answer):
    server.gives = answer.encode()
    assert refused() == ["token: The answer holds no token."]


@pytest.mark.parametrize(
    "address",
    ["", "sis.example", "ftp://sis.example", "https://", "https://a:b@sis.example", "https://[::1", "https://sis.example:99999",
     "https://a.example https://b.example https://c.example", "https://a.example/?x=1", "https://a.example/#x",
     "https://a.example/ü"],
)  # fmt: skip
def test_what_is_no_address_is_refused_before_anything_is_sent(refused, server, address):
    assert refused(address=address) == [
        "address of the source: The address is not one like https://sis.example/oneroster."
    ]
    assert server.asked == []


def test_a_host_inside_is_not_reached_unless_an_operator_allows_it(refused, server):
    with operators().scope():
        AllowedHost.objects.all().delete()
    (problem,) = refused()
    assert problem == "token: “127.0.0.1” is reached with https only."
    (problem,) = refused(address="https://127.0.0.1:9")
    assert problem.startswith("token: “127.0.0.1” has no address that MyStaff may connect to:")
    assert server.asked == []


@pytest.mark.parametrize(("resource", "wrong", "problem"), OBJECTS)
def test_what_cannot_be_understood_is_refused_by_its_number(refused, server, resource, wrong, problem):
    found = server.data[resource]
    found[1] = wrong if isinstance(wrong, str) else found[1] | wrong
    problems = refused()
    assert [line for line in problems if line.startswith(problem)], problems


@pytest.mark.parametrize("terms", [[{"sourcedId": "t1,t2"}], ["t1"], {}])
def test_terms_of_a_class_that_are_no_references_are_refused(refused, server, terms):
    server.data["classes"][0]["terms"] = terms
    assert refused() == ["classes:1: The property for termSourcedIds is not what it should be."]


def test_nothing_of_another_tenant_is_allowed_here(server, refused, lakeshore):
    """What an operator allows one tenant, another does not reach."""
    assert scopes.require() != lakeshore.pk
    with lakeshore.scope():
        assert refused()[0].startswith("token: “127.0.0.1” is reached with https only.")
    assert server.asked == []


def test_an_enrolment_of_nobody_is_held_back(read, server):
    server.data["enrollments"] += [
        enrolment("e9", "c1", "gone", "student"),
        enrolment("e10", "c9", "nora", "student"),
    ]
    assert len(read()) == 15
    assert len(read.warnings) == 2
