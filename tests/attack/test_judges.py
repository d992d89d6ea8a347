"""The judges can say no: each of them hears, sees and counts what it is there for."""

import json

import pytest

from tests.attack import judges, snapshot
from tests.attack.actors import EVERY, Actor
from tests.attack.canaries import Canaries, Cell, Row, random_like
from tests.attack.client import Answer, Request
from tests.attack.judges import Finding
from tests.attack.report import table
from tests.attack.run import Tally
from tests.attack.snapshot import Change, changes

HERE, THERE = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
PERSON = "33333333-3333-4333-8333-333333333333"
MANAGER = Actor("manager", own=frozenset({"me"}), tenant=HERE, circles=frozenset({"lincoln"}))


@pytest.fixture
def canaries() -> Canaries:
    return Canaries(1)


def cell_of(tenant: str = THERE, column: str = "display_name", circle: str = "harbor", **row) -> Cell:
    row = {"table": "directory_user", "pk": PERSON, "owner": PERSON} | row
    return Cell(Row(tenant, circle=circle, **row), column)


def heard(canaries: Canaries, text: str, actor: Actor = MANAGER, said: set[str] = frozenset()) -> list[Cell]:
    return judges.read(Answer(200, (), text), said, actor, HERE, canaries)


@pytest.mark.parametrize(
    "form", ["{}", "<b>{}</b>@lakeshore.example", "{0[0]}<wbr>{1}", "&#122;{1}", "\\u007a{1}", "{2}"]
)
def test_a_leaked_word_is_heard(canaries, form):
    cell = cell_of()
    word = canaries.word(cell)
    assert heard(canaries, form.format(word, word[1:], word.upper())) == [cell]


@pytest.mark.parametrize(
    "form", ["+1{}{}{}", "({}) {}-{}", "{}\u200b {}-{}", "<td>+1 {}-{}-{}</td>", "{}.{}.{}"]
)
def test_a_leaked_number_is_heard(canaries, form):
    digits = canaries.phone(cell_of(table="directory_phonemethod", column="number"))[2:]
    assert heard(canaries, form.format(digits[:3], digits[3:6], digits[6:]))


def test_a_leaked_id_and_address_are_heard(canaries):
    canaries.number(cell_of().row)
    address = canaries.address(cell_of(table="audit_entry", column="ip_address"))
    assert len(heard(canaries, f'<a href="/people/{PERSON}/">{address}</a>')) == 2
    assert len(heard(canaries, PERSON.replace("-", ""))) == 1


def test_headers_are_read_too(canaries):
    answer = Answer(302, (("location", f"/{canaries.word(cell_of())}"),))
    assert judges.read(answer, set(), MANAGER, HERE, canaries)


def test_what_the_attacker_said_is_no_finding(canaries):
    word = canaries.word(cell_of())
    assert (
        heard(canaries, word, said=canaries.found(Request("GET", f"/riverside/search/?q={word}").said)) == []
    )


def test_what_is_ones_business_is_no_finding(canaries):
    mine = canaries.word(cell_of(HERE, circle="lincoln"))
    assert heard(canaries, mine) == []
    visitor = Actor("admin", tenant=HERE, visitors=frozenset({PERSON}))
    assert heard(canaries, canaries.word(cell_of()), visitor) == []
    assert heard(canaries, canaries.word(cell_of(column="user_principal_name")), visitor)
    for actor in (MANAGER.nobody, Actor("other", tenant=HERE, circles=frozenset({"office"}))):
        assert heard(canaries, mine, actor)
    secret = canaries.word(cell_of(HERE, column="source_id", circle="lincoln"))
    assert heard(canaries, secret)


def test_nobody_is_shown_another_tenant_however_much_they_may(canaries):
    everything = Actor("admin", tenant=HERE, circles=EVERY, tables={"directory_user": EVERY})
    assert heard(canaries, canaries.word(cell_of()), everything)


# Counting


def differ(first: Answer, second: Answer) -> str:
    return judges.counted(first, second, (PERSON, random_like(PERSON, canaries_random())))


def canaries_random():
    return Canaries(2)._random


def test_a_status_a_header_and_a_word_tell_what_exists():
    nothing = Answer(404, (("vary", "Cookie"),), "Not found")
    assert differ(nothing, nothing) == ""
    assert "status 403" in differ(Answer(403, nothing.headers, nothing.body), nothing)
    assert "vary" in differ(Answer(404, (("vary", "*"),), nothing.body), nothing)
    assert "refused" in differ(Answer(404, nothing.headers, "refused"), nothing)
    assert differ(Answer(404, nothing.headers, "Not found\nOh"), nothing)


def test_the_id_itself_and_tokens_make_no_difference():
    other = random_like(PERSON, canaries_random())
    form = '<a href="/{}/"><input name="csrfmiddlewaretoken" value="{}">'
    first = Answer(200, (("set-cookie", "mystaff_csrf=a; Path=/"),), form.format(PERSON, "x"))
    second = Answer(200, (("set-cookie", "mystaff_csrf=b; Path=/"),), form.format(other, "y"))
    assert judges.counted(first, second, (PERSON, other)) == ""


def test_a_server_error_is_a_finding():
    assert judges.broken(Answer(500)) and not judges.broken(Answer(404))


# Writing


class World:
    """As much of one as the judge of writing asks for."""

    tenants = {"riverside": type("Tenant", (), {"pk": HERE})}
    people = {name: type("Person", (), {"pk": name}) for name in snapshot.HELPED}


def change(table: str, pk: str, old: dict | None, new: dict | None) -> Change:
    return Change(table, pk, *(row if row is None else json.dumps(row) for row in (old, new)))


def test_every_kind_of_change_is_seen():
    before, after = {("t", "1"): "a", ("t", "2"): "b"}, {("t", "1"): "a", ("t", "2"): "c", ("t", "3"): "d"}
    assert [str(one) for one in changes(before, after)] == ["t 2 was changed", "t 3 was made"]
    assert [str(one) for one in changes(after, before)] == ["t 2 was changed", "t 3 was removed"]


@pytest.mark.parametrize(
    "wrong",
    [
        change("directory_user", "ivy", {"x": 1}, {"x": 2}),
        change("directory_user", "pia", {"x": 1}, None),
        change("directory_group", "1", {"x": 1}, {"x": 2}),
        change("tenants_session", "theirs", {"x": 1}, None),
        change("audit_entry", "1", None, {"tenant_id": THERE}),
        change("audit_entry", "1", {"tenant_id": HERE}, {"tenant_id": HERE, "x": 1}),
        change("audit_entryword", "1", None, {"tenant_id": THERE}),
        change("audit_head", "1", {"tenant_id": THERE, "x": 1}, {"tenant_id": THERE, "x": 2}),
        change("audit_head", "1", {"tenant_id": HERE}, None),
        change("procrastinate_jobs", "1", None, {"args": {"tenant": THERE}}),
        change("directory_phonemethod", "1", {"user_id": "ivy"}, None),
        change("cache", "1", {"x": 1}, {"x": 2}),
        change("tenants_counter", "1", {"x": 1}, {"x": 2}),
    ],
)
def test_a_wrong_change_is_a_finding(wrong):
    assert not snapshot.Rightful(World, {"mine"})(wrong)


@pytest.mark.parametrize(
    "right",
    [
        change("directory_user", "pia", {"x": 1}, {"x": 2}),
        change("audit_entry", "1", None, {"tenant_id": HERE}),
        change("audit_entryword", "1", None, {"tenant_id": HERE}),
        change("audit_head", "1", {"tenant_id": HERE, "x": 1}, {"tenant_id": HERE, "x": 2}),
        change("procrastinate_jobs", "1", None, {"args": {"tenant": HERE}}),
        change("cache", "1", None, {}),
        change("tenants_counter", "1", None, {}),
    ],
)
def test_a_rightful_one_is_none(right):
    assert snapshot.Rightful(World, set())(right)


def test_the_table_shows_what_was_found():
    tally = Tally("teacher")
    tally.sent["urls"] = 1200
    text = table([tally], [Finding("read", "urls", "teacher", "GET /", "a name")])
    assert "1,200 / 1 FOUND" in text


@pytest.mark.parametrize("key", [PERSON, PERSON.replace("-", ""), "1319000004", "zq0123456789"])
def test_an_id_that_nobody_has_is_of_the_same_form(key):
    """Else two addresses are compared, and not two ids at one."""
    other = random_like(key, canaries_random())
    assert (len(other), other.count("-"), other.isdecimal()) == (len(key), key.count("-"), key.isdecimal())
    assert other != key
