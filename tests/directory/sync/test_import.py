"""Imports into a real database: what stands there afterwards, and what does not."""

import io

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from audit.models import Entry
from directory import permissions, roles, verbs
from directory.models import AdministrativeUnit, RoleAssignment, SearchWord, UnitMembership, User
from directory.sync import oneroster, run, run_entries
from directory.sync.findings import RosterError
from mystaff.demo import roster
from tests.conftest import assign, make_person, make_unit
from tests.directory.sync import exports
from tests.directory.sync.test_oneroster import change

EVERYTHING = (User, AdministrativeUnit, UnitMembership, RoleAssignment, SearchWord, Entry)


@pytest.fixture
def tenant(riverside):
    with riverside.scope():
        yield riverside


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    path = tmp_path_factory.mktemp("demo") / "demo.zip"
    roster.write(path)
    return path


@pytest.fixture
def bring(tenant, tmp_path, monkeypatch):
    """Import the small export with some files replaced, on a day of its school year."""
    monkeypatch.setattr(oneroster.timezone, "localdate", lambda: timezone.datetime(2026, 10, 1).date())

    def bring(changed=None, **options):
        path = exports.pack(tmp_path / "roster.zip", exports.files() | (changed or {}))
        return run.import_oneroster(tenant, path, **options)

    return bring


def person(login):
    return User.objects.get(user_principal_name=f"{login}@riverside.example")


def rows():
    return {model.__name__: model.objects.count() for model in EVERYTHING}


def test_the_demo_district_comes_in_whole(tenant, demo):
    hashed = make_password("MyStaff-demo-2026")
    run.import_oneroster(tenant, demo, password_hash=hashed)
    assert User.objects.filter(password=hashed).count() == 2120
    assert AdministrativeUnit.objects.filter(kind="class").count() == 180
    assert AdministrativeUnit.objects.filter(parent=None).count() == 3
    assert RoleAssignment.objects.filter(role=roles.PASSWORD).count() == 180
    lincoln = AdministrativeUnit.objects.get(name="Lincoln Elementary")
    assert User.objects.in_unit(lincoln).count() == 636


def test_a_teacher_of_the_demo_reaches_the_pupils_of_five_classes_and_nobody_else(tenant, demo):
    run.import_oneroster(tenant, demo)
    tom, nora = person("tom.baker"), person("nora.field")
    reached = permissions.reachable(tom, verbs.RESET_PASSWORD)
    assert reached.contains(nora) and not reached.contains(person("omar.diaz"))
    assert not reached.filter(job_title="Teacher").exists()
    in_classes = UnitMembership.objects.filter(unit__role_assignments__user=tom).values("user").distinct()
    assert reached.count() == in_classes.count() > 50


def test_a_second_import_plans_nothing_and_changes_nothing(tenant, demo):
    run.import_oneroster(tenant, demo)
    before = rows()
    again = run.import_oneroster(tenant, demo)
    assert not any(again.counts.values())
    assert rows() == before | {"Entry": before["Entry"] + 1}


def test_people_are_found_by_any_word_at_once(bring):
    bring()
    assert [p.display_name for p in User.objects.search("fiel")] == ["Nora Field"]
    assert [p.display_name for p in User.objects.search("2001")] == ["Nora Field"]


def test_new_people_have_no_password_unless_one_is_given(bring):
    bring()
    assert not person("tom.baker").has_usable_password()


def test_a_password_in_the_file_is_stored_nowhere(bring):
    bring()
    assert not person("nora.field").check_password("hunter2")
    assert "hunter2" not in str(list(Entry.objects.values()) + list(User.objects.values()))


def test_one_entry_in_the_trail_says_what_was_done(bring):
    bring()
    entry = Entry.objects.first()
    assert (entry.activity, entry.actor_name, entry.result) == ("Import roster", "oneroster", "success")
    assert {"key": "people added", "value": "3"} in entry.additional_details


def test_a_changed_name_is_found_and_sorted_anew(bring):
    bring()
    bring(change("users.csv", "Nora,Field", "Zoë,Meadow"))
    nora = person("nora.field")
    assert (nora.display_name, nora.sort_name) == ("Zoë Meadow", "zoe meadow")
    assert list(User.objects.search("meadow")) == [nora] and not User.objects.search("field").exclude(
        pk=nora.pk
    )


def test_two_people_may_swap_their_names(bring):
    bring()
    tom, nora = person("tom.baker").pk, person("nora.field").pk
    swapped = (
        exports.USERS_12.replace("tom.baker", "+")
        .replace("nora.field", "tom.baker")
        .replace("+", "nora.field")
    )
    bring({"users.csv": swapped})
    assert (person("tom.baker").pk, person("nora.field").pk) == (nora, tom)


def test_a_new_id_keeps_the_person_with_password_and_places(bring):
    bring(password_hash=make_password("Copper-Lantern-47"))
    before = person("nora.field")
    memberships = set(before.unit_memberships.values_list("pk", flat=True))
    bring({name: text.replace("nora,", "nora2,") for name, text in exports.files().items()})
    after = person("nora.field")
    assert (after.pk, after.source_id, after.password) == (before.pk, "nora2", before.password)
    assert set(after.unit_memberships.values_list("pk", flat=True)) == memberships


def test_who_is_missing_is_disabled_and_signed_out_but_not_removed(bring):
    bring()
    before = person("tom.baker")
    bring(change("users.csv", "tom,,,true", "tom,tobedeleted,,true"))
    after = person("tom.baker")
    assert before.is_active and not after.is_active
    assert after.get_session_auth_hash() != before.get_session_auth_hash()
    assert not after.role_assignments.exists() and not after.unit_memberships.exists()


def test_the_last_global_administrator_is_not_disabled_by_a_file(bring):
    bring()
    tom = person("tom.baker")
    tom.set_password("Copper-Lantern-47")
    tom.save()
    assign(tom, roles.GLOBAL)
    gone = change("users.csv", "tom,,,true", "tom,tobedeleted,,true")
    with pytest.raises(RosterError, match="^This is the last Global Administrator"):
        bring(gone)
    assert person("tom.baker").is_active
    assign(make_person("second@riverside.example", "Second"), roles.GLOBAL)
    bring(gone)
    assert not person("tom.baker").is_active


def test_who_is_switched_off_in_the_file_is_signed_out(bring):
    bring()
    before = person("tom.baker").get_session_auth_hash()
    bring(change("users.csv", "tom,,,true", "tom,,,false"))
    assert not person("tom.baker").is_active
    assert person("tom.baker").get_session_auth_hash() != before


def test_a_class_that_moves_to_another_school_takes_its_people_along(bring):
    bring()
    bring(change("classes.csv", "scheduled,,s2", "scheduled,,s1"))
    lincoln = AdministrativeUnit.objects.get(name="Lincoln")
    assert AdministrativeUnit.objects.get(kind="class").parent == lincoln
    assert User.objects.in_unit(lincoln).contains(person("nora.field"))


def test_what_was_made_by_hand_is_never_touched(bring):
    bring()
    region = make_unit("North region")
    school = AdministrativeUnit.objects.get(name="Jefferson")
    school.move(region)
    club = make_unit("Chess club", school, kind="class")
    nora, made = person("nora.field"), make_person("jo@riverside.example", "Jo By Hand", club)
    UnitMembership.objects.create(unit=club, user=nora)
    held = assign(person("tom.baker"), roles.PASSWORD, club)
    assert not any(bring().counts.values())
    bring(change("users.csv", "nora,,,true", "nora,tobedeleted,,true"))
    assert list(nora.unit_memberships.values_list("unit", flat=True)) == [club.pk]
    assert RoleAssignment.objects.filter(pk=held.pk).exists()
    assert User.objects.get(pk=made.pk).is_active
    assert AdministrativeUnit.objects.get(pk=school.pk).parent_id == region.pk


def test_a_name_made_by_hand_is_not_taken_over(bring):
    made = make_person("tom.baker@riverside.example", "Tom By Hand")
    assign(made, roles.GLOBAL)
    warnings = [str(warning) for warning in bring().warnings]
    assert [line for line in warnings if line.startswith("users.csv:2: ")]
    assert person("tom.baker").display_name == "Tom By Hand" and person("tom.baker").source == ""


def test_the_other_tenant_sees_nothing_of_it(bring, lakeshore):
    bring()
    with lakeshore.scope():
        assert rows() == dict.fromkeys(rows(), 0)


def test_bad_input_changes_nothing(bring):
    bring()
    before = rows()
    bad = change("users.csv", "Nora,Field", "Nora,Meadow") | change(
        "orgs.csv", "s2,,,Jefferson", "s1,,,Jefferson"
    )
    with pytest.raises(RosterError):
        bring(bad)
    assert rows() == before | {"Entry": before["Entry"] + 1}
    assert person("nora.field").surname == "Field"
    entry = Entry.objects.first()
    assert entry.result == "failure"
    assert entry.result_reason.startswith("orgs.csv:")


def test_a_failure_half_way_rolls_everything_back(bring, monkeypatch):
    before = rows()

    def fail(*args, **kwargs):
        raise RuntimeError("the trail is full")

    monkeypatch.setattr(run_entries, "record", fail)
    with pytest.raises(RuntimeError):
        bring()
    assert rows() == before


def test_a_dry_run_changes_nothing(bring):
    before = rows()
    assert bring(dry_run=True).counts["people added"] == 3
    assert rows() == before


def command(*args):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_oneroster", *map(str, args), stdout=out, stderr=err)
        return 0, out.getvalue(), err.getvalue()
    except SystemExit as end:
        return end.code, out.getvalue(), err.getvalue()


def test_the_command_imports_and_says_what_it_did(riverside, demo):
    code, out, err = command("riverside", demo)
    assert (code, err) == (0, "")
    assert "2,120 people added" in out
    assert "Nothing to change." in command("riverside", demo)[1]


def test_the_command_shows_a_dry_run(riverside, demo):
    assert "This would change:" in command("riverside", demo, "--dry-run")[1]
    with riverside.scope():
        assert not User.objects.exists()


def test_the_command_prints_warnings_with_file_and_line(riverside, tmp_path):
    path = exports.pack(tmp_path / "r.zip", exports.files() | {"orgs.csv": "\ufeff" + exports.ORGS})
    assert "orgs.csv:1: The file begins with a byte order mark." in command("riverside", path)[1]


def test_the_command_ends_with_1_and_names_file_and_line(riverside, tmp_path):
    path = exports.pack(tmp_path / "r.zip", exports.files() | change("users.csv", "nora.field", "tom.baker"))
    code, out, err = command("riverside", path)
    assert code == 1 and out == ""
    assert err.startswith("users.csv:3: The username “tom.baker” stands in line 2 too.\n")
    with riverside.scope():
        assert not User.objects.exists()


def test_what_the_brake_stops_is_told_whole(bring):
    pupils = "".join(f"p{n},,,true,p{{}}{n},,Pip,Pupil {n},,N{n},,,,,,,,,,,s2,\n" for n in range(9))
    called = [exports.USERS_12 + pupils.replace("{}", mark) for mark in ("", "x")]
    bring({"users.csv": called[0]})
    with pytest.raises(RosterError, match="without a word: .*user names changed 9.*--accept-removals"):
        bring({"users.csv": called[1]})
    bring({"users.csv": called[1]}, accept_removals=True)
    assert person("px3")


@pytest.mark.parametrize("slug", ["nowhere", "operators"])
def test_the_command_knows_its_tenants(db, slug, demo):
    with pytest.raises(CommandError, match=slug):
        call_command("import_oneroster", slug, str(demo))
