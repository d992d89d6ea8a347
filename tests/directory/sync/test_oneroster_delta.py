"""A delta is read into what was known before: afterwards the roster is what a bulk export would say."""

import gzip
from random import Random

import pytest
from django.db import transaction
from django.utils import timezone

from directory.models import RosterFile, Source, SourceKind
from directory.sync import oneroster
from directory.sync.facts import GrantFact, PersonFact, UnitFact, UnitMemberFact
from directory.sync.findings import Findings, RosterError
from directory.sync.oneroster import delta as changes_of_a_delta
from tests.directory.sync import exports
from tests.directory.sync.deltas import WHEN, delta, edited, row


@pytest.fixture
def source(riverside, monkeypatch):
    """A source of a tenant, on a day of its school year."""
    monkeypatch.setattr(timezone, "localdate", lambda: timezone.datetime(2026, 10, 1).date())
    with riverside.scope():
        yield Source.objects.create(key="oneroster", name="SIS", kind=SourceKind.ONEROSTER_CSV)


@pytest.fixture
def bring(source, tmp_path):
    """Read a delivery and, as a run does that writes, keep what it said."""

    def bring(files, keep=True):
        content = exports.pack(tmp_path / "r.zip", files).read_bytes()
        source.refresh_from_db()
        findings = Findings()
        reading = oneroster.read(source, content, findings)
        facts = list(reading.facts)
        findings.stop_if_refused()
        assert not reading.is_delta and len(facts) == len(set(facts))
        if keep:
            with transaction.atomic():
                source.cursor = reading.cursor()
                source.save(update_fields=["cursor"])
        bring.warnings = [str(warning) for warning in findings.warnings]
        return set(facts)

    return bring


@pytest.fixture
def refused(bring):
    def refused(files):
        with pytest.raises(RosterError) as caught:
            bring(files)
        return [str(problem) for problem in caught.value.problems]

    return refused


def of(kind, facts):
    return {fact for fact in facts if isinstance(fact, kind)}


def test_an_empty_delta_says_what_was_known(bring):
    before = bring(exports.files())
    assert bring(delta(users="")) == before


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_of_both_versions(bring, version):
    before = bring(exports.files(version))
    assert bring(delta(version, enrollments=row("enrollments", "e2", "tobedeleted"))) == before - {
        UnitMemberFact("class/c1", "nora")
    }


def test_a_person_who_is_deleted_is_gone_with_all_that_is_theirs(bring):
    before = bring(exports.files())
    after = bring(delta(users=row("users", "nora", "tobedeleted")))
    assert {fact.key for fact in of(PersonFact, before - after)} == {"nora"}
    assert of(UnitMemberFact, before - after) == {
        UnitMemberFact("students/s2", "nora"), UnitMemberFact("class/c1", "nora"),
    }  # fmt: skip
    assert after < before


def test_of_a_deleted_row_nothing_else_needs_to_be_there(bring):
    before = bring(exports.files())
    assert len(bring(delta(enrollments=f"e1,tobedeleted,{WHEN},,,,,,,\n"))) == len(before) - 1


def test_a_changed_enrolment_has_the_dates_of_its_class_which_the_delta_does_not_hold(bring):
    (before,) = of(GrantFact, bring(exports.files()))
    changed = row("enrollments", "e1").replace("2026-08-17,2027-06-11", ",")
    (after,) = of(GrantFact, bring(delta(enrollments=changed)))
    assert after == before and (after.starts_at.year, after.ends_at.year) == (2026, 2027)


def test_a_term_that_changes_changes_the_roles_of_its_classes(bring):
    files = exports.files()
    files["enrollments.csv"] = files["enrollments.csv"].replace("2026-08-17,2027-06-11", ",")
    bring(files)
    (grant,) = of(
        GrantFact, bring(delta(academicSessions=row("academicSessions", "t2").replace("06-11", "07-02")))
    )
    assert grant.ends_at.date().isoformat() == "2027-07-02"


def test_a_new_class_hangs_below_a_school_that_only_the_directory_knows(bring):
    bring(exports.files())
    new = row("classes", "c1").replace("c1,", "c2,", 1).replace("Biology 9A", "Art").replace(",s2,", ",dep,")
    after = bring(
        delta(classes=new, enrollments=row("enrollments", "e2").replace("e2,", "e9,").replace("c1", "c2"))
    )
    assert UnitFact("class/c2", "Art", "class", "school/s2") in after
    assert UnitMemberFact("class/c2", "nora") in after


def test_deltas_follow_one_another(bring):
    before = bring(exports.files())
    bring(delta(users=row("users", "nora", "tobedeleted")))
    assert bring(delta(users=row("users", "nora", when="2026-09-02T08:00:00Z"))) == before


def test_an_older_delta_changes_nothing_and_is_named(bring):
    bring(exports.files())
    after = bring(delta(users=row("users", "nora", "tobedeleted")))
    older = row("users", "nora", when="2026-08-31T08:00:00Z")
    assert bring(delta(users=older)) == after
    assert "users.csv:2: This row is older than what is known, and was left out." in bring.warnings


@pytest.mark.parametrize(
    ("older", "newer"),
    [("2026-09-01T08:00:00+02:00", "2026-09-01T07:00:00Z"), ("2026-09-01T06:00:00", "2026-09-01T06:00:01Z")],
)
def test_moments_are_compared_across_zones(bring, older, newer):
    bring(exports.files())
    gone = bring(delta(users=row("users", "nora", "tobedeleted", newer)))
    assert bring(delta(users=row("users", "nora", "active", older))) == gone


def test_bulk_and_delta_in_one_delivery(bring):
    bring(exports.files())
    files = delta(enrollments=row("enrollments", "e2", "tobedeleted"))
    users = exports.USERS_12.replace("Nora,Field", "Nora,Meadow").split("amy")[0]
    modes = {"users": "bulk", "enrollments": "delta"}
    modes |= dict.fromkeys(["academicSessions", "classes", "courses", "orgs", "roles"], "absent")
    files |= {"users.csv": users, "manifest.csv": exports.manifest("1.2", **modes)}
    after = bring(files)
    assert {fact.display_name for fact in of(PersonFact, after)} == {"Tom Baker", "Nora Meadow"}
    assert UnitMemberFact("class/c1", "nora") not in after


def test_the_next_bulk_export_replaces_everything(bring):
    before = bring(exports.files())
    bring(delta(users=row("users", "nora", "tobedeleted")))
    assert bring(exports.files()) == before


def test_what_was_remarked_on_once_is_not_remarked_on_with_every_delta(bring):
    files = exports.files()
    files["users.csv"] = (
        files["users.csv"].replace("Nora,Field", " Nora,Field").replace("amy,,,false", "amy,,,No")
    )
    before = bring(files)
    assert len(bring.warnings) == 2
    assert bring(delta(users=row("users", "tom"))) == before
    assert [line for line in bring.warnings if line.startswith("users.csv")] == []


def test_a_run_that_writes_nothing_keeps_nothing(bring, source):
    bring(exports.files())
    before = list(RosterFile.objects.order_by("name").values("name", "content"))
    bring(delta(users=row("users", "nora", "tobedeleted")), keep=False)
    assert list(RosterFile.objects.order_by("name").values("name", "content")) == before
    assert "nora" in {fact.key for fact in of(PersonFact, bring(delta(users="")))}


def test_the_same_again_is_not_written_again(bring):
    bring(exports.files())
    kept = dict(RosterFile.objects.values_list("name", "pk"))
    bring(exports.files())
    assert dict(RosterFile.objects.values_list("name", "pk")) == kept
    bring(delta(users=row("users", "nora", "tobedeleted")))
    now = dict(RosterFile.objects.values_list("name", "pk"))
    assert {name for name in kept if now[name] != kept[name]} == {"users.csv"}


def test_a_file_that_is_absent_for_good_is_forgotten(bring):
    bring(exports.files())
    files = exports.files() | {"academicSessions.csv": None}
    bring(files | {"manifest.csv": exports.manifest("1.2", academicSessions="absent")})
    assert not RosterFile.objects.filter(name="academicSessions.csv").exists()


def test_nothing_is_kept_that_is_not_read(bring):
    files = exports.files()
    files["users.csv"] = files["users.csv"].replace("2001,,,", "2001,nora@home.example,+15550100,+15550101")
    bring(files | {"demographics.csv": "sourcedId,birthDate\nnora,2012-01-01\n"})
    kept = b"".join(gzip.decompress(bytes(one.content)) for one in RosterFile.objects.all())
    assert b"Nora" in kept and b"2001" in kept
    for private in (b"hunter2", b"home.example", b"+1555", b"2012-01-01"):
        assert private not in kept
    assert set(RosterFile.objects.values_list("name", flat=True)) == {
        "orgs.csv", "academicSessions.csv", "classes.csv", "users.csv", "roles.csv", "enrollments.csv",
    }  # fmt: skip


def test_another_tenant_knows_nothing_of_it(bring, lakeshore):
    bring(exports.files())
    with lakeshore.scope():
        assert not RosterFile.objects.exists()


def test_any_change_by_delta_is_what_a_bulk_export_would_say(bring):
    """Random edits of random rows: delivered as deltas, one after the other, or all together in bulk."""
    random, bulk = Random(2026), exports.files()
    bulk["courses.csv"] = None
    bulk["manifest.csv"] = exports.manifest("1.2", courses="absent")
    bring(bulk)
    for step in range(25):
        changes = {}
        for name in random.sample(
            ["orgs", "academicSessions", "classes", "users", "roles", "enrollments"], 3
        ):
            bulk[f"{name}.csv"], changes[name] = edited(random, bulk[f"{name}.csv"], step)
        after = bring(delta(**changes))
        assert after == bring(bulk, keep=False), step


# What is refused

FIRST = "{} is a delta, and no bulk export was read before it. Send one first."


def test_a_delta_before_any_bulk_export_is_refused(refused):
    assert "manifest.csv:9: " + FIRST.format("users.csv") in refused(delta(users=row("users", "nora")))


def test_and_when_what_was_known_has_been_forgotten(bring, refused, source):
    bring(exports.files())
    Source.objects.update(cursor="")
    assert "manifest.csv:9: " + FIRST.format("users.csv") in refused(delta(users=row("users", "nora")))


def test_a_delta_of_a_file_that_was_absent_is_refused(bring, refused):
    files = exports.files() | {"academicSessions.csv": None}
    bring(files | {"manifest.csv": exports.manifest("1.2", academicSessions="absent")})
    (problem,) = refused(delta(academicSessions=row("academicSessions", "t1")))
    assert problem == "manifest.csv:4: " + FIRST.format("academicSessions.csv")


def test_a_delta_of_the_other_version_is_refused(bring, refused):
    bring(exports.files("1.1"))
    problems = refused(delta(users=row("users", "nora")))
    assert "manifest.csv:9: users.csv is a delta of 1.2, and the last bulk export was 1.1." in problems


def test_a_delta_that_is_promised_and_missing_is_refused(bring, refused):
    bring(exports.files())
    files = delta(users="") | {"users.csv": None}
    assert refused(files) == [
        "manifest.csv:9: users.csv is missing from the zip file, though the manifest promises it."
    ]


def test_a_file_that_may_be_either_is_refused(bring, refused):
    bring(exports.files())
    files = delta(users="", orgs="")
    files["manifest.csv"] = files["manifest.csv"].replace("file.orgs,delta\n", "")
    assert refused(files) == ["manifest.csv:1: orgs.csv is not mentioned: is it bulk or delta?"]


ROWS = [
    (row("users", "nora", ""), "users.csv:2: The column status is empty."),
    (row("users", "nora", "gone"), "users.csv:2: In a delta the status is active or tobedeleted."),
    (row("users", "nora", "inactive"), "users.csv:2: In a delta the status is active or tobedeleted."),
    (row("users", "nora", when=""), "users.csv:2: The column dateLastModified is not"),
    (row("users", "nora", when="yesterday"), "users.csv:2: The column dateLastModified is not"),
    (row("users", "nora", when="0001-01-01T00:00:00+14:00"), "users.csv:2: The column dateLastModified"),
    (row("users", "nora") * 2, "users.csv:3: The sourcedId “nora” stands in line 2 too."),
    (row("users", "nora").replace("nora,", ",", 1), "users.csv:2: The column sourcedId is empty."),
    (row("users", "nora").replace("nora.field", "tom.baker"), "users.csv:2: The username “tom.baker” is"),
    (row("users", "nora").replace("Nora", ""), "users.csv:2: The column givenName is empty."),
    (row("users", "nora") + "x,y\n", "users.csv:3: The row has 2 cells and not 22."),
    ('"nora,active\n', "users.csv:2: A quotation mark opens in this row and never closes."),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "problem"), ROWS)
def test_rows_that_could_mean_two_things_are_refused_and_change_nothing(bring, refused, rows, problem):
    before = bring(exports.files())
    problems = refused(delta(users=rows))
    assert [line for line in problems if line.startswith(problem)], problems
    assert bring(delta(users="")) == before


def test_an_organization_that_comes_to_lie_below_itself_is_refused(bring, refused):
    bring(exports.files())
    (problem,) = refused(delta(orgs=row("orgs", "d").replace("district,,", "district,,s1")))[:1]
    assert "lies below itself" in problem


def test_a_delta_of_too_many_rows_is_refused(bring, refused, monkeypatch):
    """They are in memory at once, and a small zip may hold very many."""
    monkeypatch.setattr(changes_of_a_delta, "MOST_CHANGES", 1)
    bring(exports.files())
    assert bring(delta(users=row("users", "tom")))
    (problem,) = refused(delta(users=row("users", "tom") + row("users", "nora")))
    assert problem.startswith("users.csv:3: There are more rows than a delta may have.")
