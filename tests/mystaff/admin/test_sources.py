"""Sources in the admin: the kind first, then what that kind needs, in words."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from directory import roles
from directory.models import ConnectedDirectory, RunState, Source, SourceKind
from directory.sync.csv_files.fields import FIELDS
from directory.sync.progress import Progress
from directory.sync.role_mapping import PRESETS
from mystaff.admin.source_fields import COLUMNS, WORDS, to_store
from mystaff.admin.source_forms import names_of
from tests.directory.sources import SECRET, make_directory, make_run, make_source
from tests.mystaff.admin.conftest import AT
from tests.mystaff.admin.pages import errors, save, values
from tests.mystaff.reading import text_of

LIST, ADD = f"{AT}/source/", f"{AT}/source/add/"
WHERE = ("directory", "authority")
REST = {
    "name": "SIS",
    "key": "sis",
    "address": "https://sis.example",
    "client_id": "mystaff",
    "secret": SECRET,
}


def page_of(source: Source) -> str:
    return f"{LIST}{source.pk}/change/"


def add(browser: Client, kind: str, **typed):
    return save(browser, f"{ADD}?kind={kind}", **typed)


def test_the_kind_is_chosen_first(admin):
    page = admin.get(ADD)
    for kind in SourceKind:
        assert f'href="?kind={kind}"' in page.content.decode()
    for odd in ("?kind=nonsense", "?kind=", "?kind=csv&kind=%00"):
        assert admin.get(f"{ADD}{odd}").status_code == 200
        assert admin.post(f"{ADD}{odd}", {"name": "x", "key": "x"}).status_code == 200
    assert not Source.objects.exists()


@pytest.mark.parametrize("kind", SourceKind)
def test_each_form_has_what_its_kind_needs_and_no_more(admin, kind):
    shown = set(values(admin.get(f"{ADD}?kind={kind}"))) | {"enabled"}
    assert shown == set(names_of(kind, new=True))
    assert ("address" in shown) is (kind == SourceKind.ONEROSTER_REST)
    assert ("directory" in shown) is (kind in ("ldap", "entra", "google"))
    assert ("rhythm" in shown) is (kind not in ("csv", "oneroster-csv"))


def test_a_service_whose_tokens_come_from_elsewhere_has_two_addresses(admin):
    both = "https://sis.example/oneroster https://id.example/token"
    assert errors(add(admin, "oneroster-rest", **REST | {"address": both})) == ""
    assert Source.objects.get().address == both


def test_a_roster_is_added_with_a_preset_and_leads_to_its_page(admin):
    response = add(admin, "oneroster-csv", name="Roster", key="roster", preset="offices")
    assert errors(response) == ""
    source = Source.objects.get()
    assert response.headers["Location"] == page_of(source)
    assert (source.kind, source.roles) == ("oneroster-csv", PRESETS["offices"].roles)
    assert (source.rhythm, source.brake_percent) == ("never", 10)


def test_who_helps_whom_is_chosen_one_by_one(admin):
    source = make_source(roles=dict(PRESETS["offices"].roles))
    page = values(admin.get(page_of(source)))
    assert page["role_aide"] == f"{roles.PASSWORD}.students" and page["role_principal"] == ""
    assert errors(save(admin, page_of(source), role_principal=roles.HELPDESK, role_aide="")) == ""
    source.refresh_from_db()
    assert source.roles["principal"] == roles.HELPDESK and source.roles["aide"] == ""
    assert "aide.students" not in source.roles
    assert values(admin.get(page_of(source)))["role_principal"] == roles.HELPDESK


def test_nothing_typed_is_no_deed(admin):
    """But for what was a default until now: it is said from here on."""
    source = make_source(roles=to_store(dict.fromkeys(WORDS, ""), {}))
    source.roles.pop("managers")
    source.save()
    before = Entry.objects.count()
    assert errors(save(admin, page_of(source))) == ""
    assert Entry.objects.count() == before


STORED = {
    "teacher": roles.GROUPS,
    "principal.students": "License Administrator",
    "aide": roles.HELPDESK,
    "aide.students": roles.PASSWORD,
    "proctor": roles.HELPDESK,
    "managers": roles.GROUPS,
}


def test_roles_that_the_form_does_not_offer_are_not_lost(admin):
    """Stored by a command, or by an older version."""
    source = make_source(roles=STORED)
    page = values(admin.get(page_of(source)))
    assert page["role_teacher"] == roles.GROUPS
    assert page["role_principal"] == "License Administrator.students"
    assert errors(save(admin, page_of(source), role_proctor=roles.USER, name="New")) == ""
    source.refresh_from_db()
    silent = dict.fromkeys(("siteAdministrator", "counselor"), "")
    assert source.roles == STORED | silent | {"proctor": roles.USER}
    assert errors(save(admin, page_of(source), role_teacher="", role_aide="")) == ""
    source.refresh_from_db()
    assert (source.roles["teacher"], source.roles["aide"]) == ("", "")
    assert "aide.students" not in source.roles


@pytest.mark.parametrize(("kind", "offered"), [("ldap", False), ("entra", True), ("google", True)])
def test_whether_groups_say_who_helps_is_chosen(admin, kind, offered):
    """Nothing is at first; administrators' groups are a choice where the directory tells them apart."""
    directory = make_directory(kind="ad" if kind == "ldap" else kind)
    directory.save()
    page = admin.get(f"{ADD}?kind={kind}")
    assert values(page)["managers_groups"] == "none"
    assert "nobody there but administrators may make groups" in text_of(page)
    typed = {"name": "x", "key": "x", "directory": str(directory.pk), "managers_groups": "guarded"}
    assert ("managers_groups" in errors(add(admin, kind, **typed))) is not offered
    assert errors(add(admin, kind, **typed | {"key": "y", "managers_groups": "any"})) == ""
    assert Source.objects.get(key="y").managers_groups == "any"


def test_a_preset_takes_the_place_of_what_is_below(admin):
    source = make_source(roles={"teacher": ""})
    assert errors(save(admin, page_of(source), preset="teachers", role_aide=roles.HELPDESK)) == ""
    source.refresh_from_db()
    assert source.roles == {"teacher": roles.PASSWORD}


@pytest.mark.parametrize("role", [roles.GLOBAL, roles.PRIVILEGED_ROLE, "Nonsense"])
def test_roles_that_a_source_may_not_give_are_no_choice(admin, role):
    source = make_source()
    assert "role_teacher" in errors(save(admin, page_of(source), role_teacher=role))


def test_every_column_that_files_may_have_can_be_named():
    assert set(COLUMNS) == {field.name for fields in FIELDS.values() for field in fields}


def test_columns_are_fields(admin):
    assert errors(add(admin, "csv", name="HR", key="hr", column_user_principal_name="Login")) == ""
    source = Source.objects.get()
    assert source.columns == {"user_principal_name": "Login"} and source.roles == {"managers": roles.PASSWORD}
    assert values(admin.get(page_of(source)))["column_user_principal_name"] == "Login"
    assert errors(save(admin, page_of(source), column_user_principal_name="")) == ""
    assert Source.objects.get().columns == {}


def test_a_service_and_its_secret(admin):
    assert errors(add(admin, "oneroster-rest", **REST, rhythm="daily", hour="4")) == ""
    source = Source.objects.get()
    assert (source.secret, source.rhythm, source.hour) == (SECRET, "daily", 4)
    page = admin.get(page_of(source)).content.decode()
    assert SECRET not in page and "A secret is stored." in page
    assert errors(save(admin, page_of(source), name="Sis")) == ""
    assert Source.objects.get().secret == SECRET
    assert SECRET not in str(Entry.objects.values_list("modified_properties", "additional_details"))


@pytest.mark.parametrize("typed", [{"address": "https://evil.example"}, {"client_id": "other"}])
def test_a_stored_secret_does_not_move(admin, typed):
    add(admin, "oneroster-rest", **REST)
    source = Source.objects.get()
    assert "Type the secret again" in errors(save(admin, page_of(source), **typed))
    assert Source.objects.get().address == REST["address"]
    assert errors(save(admin, page_of(source), **typed, secret="another")) == ""


def test_without_keys_it_is_one_sentence(admin, settings):
    settings.MYSTAFF_ENCRYPTION_KEYS = []
    assert "MYSTAFF_ENCRYPTION_KEYS" in errors(add(admin, "oneroster-rest", **REST))


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        ("oneroster-rest", REST | {"address": "http://sis.example"}, "address"),
        ("oneroster-rest", REST | {"secret": ""}, "secret"),
        ("oneroster-csv", {"name": "x", "key": "Not a key"}, "key"),
        ("oneroster-csv", {"name": "x", "key": "rule"}, "key"),
        ("oneroster-csv", {"name": "", "key": "x"}, "name"),
        ("oneroster-csv", {"name": "x", "key": "x", "brake_percent": "0"}, "brake_percent"),
        ("ldap", {"name": "x", "key": "x"}, "directory"),
    ],
)
def test_what_cannot_work_is_said_beside_its_field(admin, kind, typed, field):
    assert f"* {field}\n" in errors(add(admin, kind, **typed))
    assert not Source.objects.exists()


def test_a_short_name_is_taken_once(admin):
    make_source()
    assert "short name already" in errors(add(admin, "csv", name="x", key="roster"))


def test_a_directory_that_does_nothing_is_told_apart(admin):
    make_directory("a", name="Main", enabled=True, writes_passwords=True).save()
    make_directory("b", name="Old", enabled=True).save()
    make_directory("c", name="Newest").save()
    form = admin.get(f"{ADD}?kind=ldap").context["adminform"].form
    labels = {name: [str(label) for _pk, label in form.fields[name].choices][1:] for name in WHERE}
    assert labels["directory"] == ["Main", "Newest (off)", "Old"]
    assert labels["authority"] == ["Main", "Newest (off)", "Old (passwords are not written back)"]
    assert "As long as it is off, each run fails." in str(form["directory"].help_text)
    chosen = {name: str(ConnectedDirectory.objects.get(key="c").pk) for name in WHERE}
    assert errors(add(admin, "ldap", name="x", key="x", **chosen)) == ""


def test_a_directory_is_one_of_its_kind_and_of_this_tenant(admin, lake):
    assert "There is none of this kind yet." in text_of(admin.get(f"{ADD}?kind=ldap"))
    mine, other = make_directory(), make_directory("azure", kind="entra", name="Azure")
    mine.save()
    other.save()
    with lake.tenant.scope():
        theirs = make_directory(name="Theirs")
        theirs.save()
    page = admin.get(f"{ADD}?kind=ldap").content.decode()
    assert str(mine.pk) in page and str(theirs.pk) not in page
    for wrong in (other, theirs):
        assert "directory" in errors(add(admin, "ldap", name="x", key="x", directory=str(wrong.pk)))
    made = add(admin, "ldap", name="x", key="x", directory=str(mine.pk), authority=str(other.pk))
    assert errors(made) == "" and Source.objects.get().authority == other
    assert Source.objects.get().managers_suffix == " password managers"


def test_deleting_says_what_stays(admin):
    source = make_source()
    page = text_of(admin.get(f"{LIST}{source.pk}/delete/"))
    assert "What ends Roles that it gave: 0" in page and "made by hand People: 0" in page
    with Progress(make_run(source, RunState.WRITING)):
        response = admin.post(f"{LIST}{source.pk}/delete/", {"post": "yes"}, follow=True)
    assert "A run of this source goes on." in text_of(response) and Source.objects.exists()
    assert admin.post(f"{LIST}{source.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Source.objects.exists()


def test_the_list_says_when_it_was_last_brought_in(admin):
    source = make_source()
    assert "Never" in text_of(admin.get(LIST))
    make_run(source)
    assert "Today" in text_of(admin.get(LIST))


def test_the_list_asks_no_more_for_more(admin, django_assert_num_queries):
    make_run(make_source())
    admin.get(LIST)
    with CaptureQueriesContext(connection) as one:
        admin.get(LIST)
    for number in range(9):
        make_run(make_source(f"s{number}", "csv"))
    with django_assert_num_queries(len(one)):
        admin.get(LIST)


def test_another_tenants_source_does_not_exist(admin, lake):
    with lake.tenant.scope():
        theirs = make_source()
    assert admin.get(page_of(theirs)).status_code == 302  # as the stock admin answers to an id of nothing
    assert admin.post(f"{LIST}{theirs.pk}/delete/", {"post": "yes"}).status_code == 302
    with lake.tenant.scope():
        assert Source.objects.filter(pk=theirs.pk).exists()


def test_the_front_page_has_a_line_for_what_needs_somebody(admin, staff):
    source = make_source("sis", "oneroster-rest", name="Nightly roster", rhythm="daily")
    assert "Nightly roster" not in text_of(admin.get("/riverside/admin/"))
    run = make_run(source, RunState.FAILED)
    page = admin.get("/riverside/admin/")
    assert "Nightly roster : The last run failed." in text_of(page)
    assert f"/riverside/admin/directory/source/runs/{run.pk}/" in page.content.decode()
    assert "Nightly roster" not in text_of(staff["user"].get("/riverside/admin/"))
