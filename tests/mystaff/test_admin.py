"""The stock admin, twice: behind our sign-in, read-only where it must be, writing through the door."""

import pytest
from django.contrib.admin.models import LogEntry

from audit.models import Entry, Result
from directory import actions, roles
from directory.door import Initiator
from directory.models import Settings, User
from tenants.models import EmailDomain, Tenant, operators
from tests.conftest import assign, make_person


@pytest.fixture
def admin(district, sign_in):
    return sign_in(district.admin)


def test_strangers_are_led_to_our_sign_in(district, client):
    response = client.get("/riverside/admin/", follow=True)
    assert response.redirect_chain[-1][0] == "/riverside/sign-in/?next=%2Friverside%2Fadmin%2F"


def test_there_is_no_stock_login_to_post_to(district, client):
    response = client.post(
        "/riverside/admin/login/", {"username": "admin@riverside.example", "password": "x"}
    )
    assert response.headers["Location"].startswith("/riverside/sign-in/")


def test_the_trail_is_shown_and_cannot_be_touched(district, admin):
    actions.reset_password(district.sam, "Maple-Bridge-93", by=Initiator(district.maria))
    page = admin.get("/riverside/admin/audit/entry/")
    assert page.status_code == 200
    assert "Reset password (by admin)" in page.content.decode()
    entry = Entry.objects.first()
    detail = f"/riverside/admin/audit/entry/{entry.pk}/change/"
    shown = admin.get(detail).content.decode()
    assert "Source: My Staff<br>Action: reset_password" in shown and "[{" not in shown
    assert admin.post(detail, {"activity": "x"}).status_code == 403
    assert admin.post(f"/riverside/admin/audit/entry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.get("/riverside/admin/audit/entry/add/").status_code == 403


@pytest.mark.parametrize(
    "asked", ["activity=Import", "result__exact=success", "activity_at__gte=2026-01-01%2000:00Z"]
)
def test_the_trails_own_filters_work(admin, asked):
    assert admin.get(f"/riverside/admin/audit/entry/?{asked}").status_code == 200


@pytest.mark.parametrize(
    "asked",
    ["actor_name__regex=(a*)*b", "ip_address=x", "ip_address__regex=(", "id__in=x", "tenant__slug=a"]
    + ["activity=%00", "result__exact=%00"],
)
def test_the_trail_takes_no_made_up_questions(admin, asked):
    assert admin.get(f"/riverside/admin/audit/entry/?{asked}").status_code == 400


@pytest.mark.parametrize(
    "asked",
    ["messagetemplate/?name=%00", "messagetemplate/?channel__regex=("]
    + ["passwordpolicy/?preset=%00", "message/?state__exact=%00"],
)
def test_no_other_list_does_either(admin, asked):
    assert admin.get(f"/riverside/admin/directory/{asked}").status_code == 400


@pytest.mark.parametrize("asked", ["tenant/?slug__startswith=%00", "hostname/?host=%00"])
def test_nor_do_the_operators(operator, sign_in, asked):
    assert sign_in(operator).get(f"/admin/tenants/{asked}").status_code == 400


@pytest.mark.parametrize(("model", "field"), [("settings", "my_staff_group"), ("passwordpolicy", "unit")])
def test_names_are_looked_up_without_zeros(admin, model, field):
    asked = f"app_label=directory&model_name={model}&field_name={field}&term=%00"
    assert admin.get(f"/riverside/admin/autocomplete/?{asked}").status_code == 200


def test_the_stock_way_to_a_rows_page_is_closed(admin):
    assert admin.get("/riverside/admin/r/1/1/").status_code == 404


def test_a_global_reader_reads_the_trail_and_changes_nothing(district, sign_in):
    reader = make_person("rita@riverside.example", "Rita Reader")
    assign(reader, roles.GLOBAL_READER)
    browser = sign_in(reader)
    assert browser.get("/riverside/admin/audit/entry/").status_code == 200
    assert browser.get("/riverside/admin/directory/settings/").status_code == 403


def form(page) -> dict:
    found = page.context["adminform"].form
    values = {name: found[name].value() for name in found.fields}
    return {name: "" if value is None or value is False else value for name, value in values.items()}


def test_settings_are_saved_through_the_door(district, admin):
    row = Settings.objects.get()
    where = f"/riverside/admin/directory/settings/{row.pk}/change/"
    assert admin.get("/riverside/admin/directory/settings/").headers["Location"] == where
    response = admin.post(where, form(admin.get(where)) | {"look_up_everyone": "on", "accent": "#24528f"})
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert Settings.objects.get().look_up_everyone
    entry = Entry.objects.get(activity="Update company settings", result=Result.SUCCESS)
    assert {change["name"] for change in entry.modified_properties} == {"look_up_everyone", "accent"}
    assert not LogEntry.objects.exists()


def test_selected_needs_a_group(district, admin):
    where = f"/riverside/admin/directory/settings/{Settings.objects.get().pk}/change/"
    response = admin.post(where, form(admin.get(where)) | {"my_staff_access": "selected"})
    assert "Choose the group" in response.content.decode()


def test_a_group_of_another_tenant_cannot_be_selected(district, lake, admin):
    from directory.models import Group

    with lake.tenant.scope():
        theirs = Group.objects.create(name="Theirs")
    where = f"/riverside/admin/directory/settings/{Settings.objects.get().pk}/change/"
    data = form(admin.get(where)) | {"my_staff_access": "selected", "my_staff_group": str(theirs.pk)}
    assert admin.post(where, data).status_code == 200
    assert Settings.objects.get().my_staff_access == "all"


def test_tenants_are_no_part_of_it(admin):
    assert admin.get("/riverside/admin/tenants/tenant/").status_code == 404


# Operators


@pytest.fixture
def desk(operator, sign_in):
    return sign_in(operator)


def test_a_stranger_at_the_operators_admin_is_led_to_their_sign_in(district, sign_in):
    response = sign_in(district.admin).get("/admin/", follow=True)
    assert response.redirect_chain[-1][0] == "/sign-in/?next=%2Fadmin%2F"


def test_an_operator_adds_a_tenant_and_its_domain(desk):
    assert desk.post("/admin/tenants/tenant/add/", {"slug": "hill", "name": "Hill School"}).status_code == 302
    hill = Tenant.objects.get(slug="hill")
    data = {"domain": "hill.example", "tenant": str(hill.pk), "is_default": "on"}
    assert desk.post("/admin/tenants/emaildomain/add/", data).status_code == 302
    assert hill.default_domain == "hill.example"
    with operators().scope():
        assert Entry.objects.filter(result=Result.SUCCESS).count() == 2


def test_a_reserved_name_is_refused(desk):
    page = desk.post("/admin/tenants/tenant/add/", {"slug": "outbox", "name": "X"})
    assert "uses itself" in page.content.decode()


def test_a_domain_has_one_tenant(desk, district, lake):
    data = {"domain": "riverside.example", "tenant": str(lake.tenant.pk)}
    assert desk.post("/admin/tenants/emaildomain/add/", data).status_code == 200
    assert EmailDomain.objects.get(domain="riverside.example").tenant == district.tenant


def test_somebody_in_the_operators_tenant_without_the_role_is_refused(operator, sign_in):
    with operators().scope():
        temp = make_person("temp@mystaff.example", "Temp")
    assert sign_in(temp).get("/admin/").status_code == 403


def test_the_stock_password_page_only_leads_to_ours(admin):
    assert (
        admin.get("/riverside/admin/password_change/").headers["Location"] == "/riverside/account/password/"
    )


def test_nobody_is_a_superuser(district, operator):
    for person in (district.admin, operator):
        assert not person.is_superuser
        assert not person.has_perm("directory.delete_user")
    assert "is_superuser" not in {field.name for field in User._meta.get_fields()}


# Ways in and out


@pytest.mark.parametrize("page", ["", "audit/entry/", "directory/settings/"])
def test_everywhere_there_is_a_way_out_and_back(admin, page):
    text = admin.get(f"/riverside/admin/{page}", follow=True).content.decode()
    assert 'action="/riverside/sign-out/"' in text
    assert ">Sign out</button>" in text
    assert 'href="/riverside/">Locations</a>' in text
    assert 'href="/riverside/account/">My account</a>' in text
    assert "Log out" not in text


def test_an_administrator_who_is_a_guest_elsewhere_can_switch(district, lake, guest_maria, sign_in):
    assign(district.maria, roles.GLOBAL)
    text = sign_in(district.maria).get("/riverside/admin/").content.decode()
    assert 'href="/riverside/switch/">Switch organization</a>' in text


def test_ones_account_leads_to_the_admin_for_those_who_may(district, admin, sign_in, desk):
    assert 'href="/riverside/admin/"' in admin.get("/riverside/account/").content.decode()
    assert "/admin/" not in sign_in(district.maria).get("/riverside/account/").content.decode()
    assert 'href="/admin/"' in desk.get("/account/").content.decode()
    assert "Locations" not in desk.get("/admin/").content.decode()


def test_a_manager_can_search_on_a_page_that_is_not_there(district, sign_in):
    for path in ("/riverside/nowhere/", f"/riverside/people/{district.sam.pk}/x/"):
        page = sign_in(district.maria).get(path)
        assert page.status_code == 404
        assert 'action="/riverside/search/"' in page.content.decode()
    assert (
        'action="/riverside/search/"' not in sign_in(district.sam).get("/riverside/nowhere/").content.decode()
    )
