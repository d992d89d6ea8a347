"""The files: complete, in the tenant's scope while they are read, provable, and harmless in a spreadsheet."""

import csv
import hashlib
import json
import tracemalloc
from io import StringIO

import pytest
from django.utils import timezone

from audit import chain, exports
from audit.models import Entry
from tests.audit.conftest import ADA, SAM, deed

LIST = "/riverside/admin/audit/entry/"


@pytest.fixture
def admin(district, sign_in):
    return sign_in(district.admin)


def download(browser, kind: str, query: str = "") -> str:
    response = browser.get(f"{LIST}export.{kind}{query}")
    assert response.status_code == 200 and response.streaming
    return response.getvalue().decode()


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))


def test_files_hold_everything_newest_first(admin, monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 3)
    for n in range(8):
        deed(f"Deed {n}")
    expected = [f"Deed {n}" for n in range(7, -1, -1)]
    lines = [json.loads(line) for line in download(admin, "jsonl").splitlines()]
    assert [line["activityDisplayName"] for line in lines] == expected
    assert [row["activityDisplayName"] for row in rows(download(admin, "csv"))] == expected


def test_an_empty_trail_is_a_file_too(admin):
    assert download(admin, "jsonl") == ""
    assert rows(download(admin, "csv")) == []


def test_they_are_named_after_tenant_and_day_and_kept_nowhere(admin):
    for kind, of in (("csv", "text/csv"), ("jsonl", "application/jsonl")):
        response = admin.get(f"{LIST}export.{kind}")
        name = f"riverside-audit-{timezone.localdate():%Y-%m-%d}.{kind}"
        assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert response.headers["Content-Type"] == f"{of}; charset=utf-8"
        assert "no-store" in response.headers["Cache-Control"]


def test_they_hold_what_the_filters_show(admin):
    deed("Update user")
    deed("Update user", result="denied")
    deed("Add user", actor=ADA | {"name": "Eve", "principal_name": "eve@riverside.example"})
    for query, number in {
        "?activity=Update+user": 2, "?activity=Update+user&result__exact=denied": 1, "?q=eve": 1,
        "?actor=eve": 1, "?target=sam": 3, "?since=2026-01-01&until=2026-01-02": 0, "?before=3": 3,
    }.items():  # fmt: skip
        assert len(rows(download(admin, "csv", query))) == number, query
        assert len(download(admin, "jsonl", query).splitlines()) == number, query


def test_the_names_are_those_of_microsofts_record(admin):
    deed(
        reason="why",
        changed=[{"name": "mobilePhone", "oldValue": None, "newValue": "+1"}],
        details={"a": "b"},
    )
    line = json.loads(download(admin, "jsonl"))
    assert line["initiatedBy"]["user"] == {
        "displayName": "Ada Rivers", "ipAddress": "192.0.2.7", "userPrincipalName": "ada@riverside.example",
    }  # fmt: skip
    assert line["targetResources"][0]["modifiedProperties"] == [
        {"displayName": "mobilePhone", "oldValue": None, "newValue": "+1"}
    ]
    assert {"activityDateTime", "correlationId", "loggedByService", "operationType", "resultReason"} < set(
        line
    )
    row = rows(download(admin, "csv"))[0]
    assert row["initiatedBy.user.userPrincipalName"] == "ada@riverside.example"
    assert row["targetResources.displayName"] == "Sam Reed"
    assert json.loads(row["additionalDetails"]) == [{"key": "a", "value": "b"}]


def test_nothing_of_an_entry_is_missing_in_a_file(admin):
    program = {"id": None, "name": "manage.py", "ip_address": "192.0.2.1"}
    deed(reason="why", changed=[{"name": "x", "oldValue": 1, "newValue": 2}], details={"a": "b"})
    deed(actor=program)
    for row, entry in zip(rows(download(admin, "csv")), Entry.objects.all(), strict=True):
        said = set(row.values())
        for field in Entry._meta.concrete_fields:
            value = getattr(entry, field.attname)
            if isinstance(value, str) and value:
                assert value in said, field.name


def test_somebody_else_can_prove_a_file(admin):
    """As the guide says it, with nothing of ours."""
    for n in range(5):
        deed(f"Deed {n} “ä”")
    above = None
    for line in download(admin, "jsonl").splitlines():
        entry = json.loads(line)
        own = entry.pop("hash")
        text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == own
        assert above is None or above == own
        above = entry["previousHash"]
    assert above == chain.START


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_cell_is_a_formula(admin, first):
    evil = f"{first}HYPERLINK(1)"
    deed(evil, actor=ADA | {"name": evil}, target=SAM | {"name": evil, "principal_name": evil}, reason=evil)
    text = download(admin, "csv")
    cells = [cell for row in csv.reader(StringIO(text.removeprefix("\ufeff"), newline="")) for cell in row]
    assert cells.count(f"'{evil}") == 5
    assert not [cell for cell in cells if cell.startswith(exports.FORMULAS)]


@pytest.mark.parametrize("between", [";", ';"', "; ", "\t", "\n"])
def test_none_becomes_one_where_semicolons_split_lines(admin, between):
    deed("Update user", reason=f"a{between}=HYPERLINK(1)")
    assert rows(download(admin, "csv"))[0]["resultReason"] == f"a{between}'=HYPERLINK(1)"
    assert json.loads(download(admin, "jsonl"))["resultReason"] == f"a{between}=HYPERLINK(1)"


def test_lines_and_quotation_marks_stay_in_their_cell(admin):
    deed(reason='a "b",\nc; d')
    assert rows(download(admin, "csv"))[0]["resultReason"] == 'a "b",\nc; d'
    assert len(download(admin, "jsonl").splitlines()) == 1


# For whom


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_only_who_reads_the_trail_may_take_it_along(district, lake, sign_in, client, kind):
    where = f"{LIST}export.{kind}"
    for person in (district.sam, district.helen, district.maria):
        assert sign_in(person).get(where).status_code == 403
    assert client.get(where).status_code == 302
    assert sign_in(lake.admin).get(where).status_code == 302


def test_a_file_holds_no_other_tenants_lines(admin, lake):
    deed("Ours")
    with lake.tenant.scope():
        deed("Theirs")
    for kind in exports.FORMATS:
        text = download(admin, kind)
        assert "Ours" in text and "Theirs" not in text


def test_made_up_questions_are_refused(admin):
    assert admin.get(f"{LIST}export.csv?actor_name__regex=x").status_code == 400
    assert admin.get(f"{LIST}export.csv?since=yesterday").headers["Location"] == LIST
    assert admin.get(f"{LIST}export.csv?before=x").headers["Location"] == LIST
    assert admin.get(f"{LIST}export.xlsx").status_code in (301, 404)  # taken for an entry's id


def test_a_file_takes_no_more_memory_the_longer_it_is(riverside):
    """Entries are let go of again: ten times as many take no more at once."""
    with riverside.scope():
        peaks = []
        for number in (2_000, 20_000):
            _fill(riverside, number)
            tracemalloc.start()
            found = exports.Found(Entry.objects.filter(sequence__lte=number))
            assert (
                sum(text.count("\n") for text in exports._content(found, exports.FORMATS["jsonl"])) == number
            )
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert peaks[1] < peaks[0] * 1.3


def _fill(tenant, number: int) -> None:
    begun = Entry.objects.count()
    now = timezone.now()
    Entry.objects.bulk_create(
        Entry(tenant=tenant, sequence=n, activity_at=now, activity="x", actor_name="y", result="success")
        for n in range(begun + 1, number + 1)
    )
