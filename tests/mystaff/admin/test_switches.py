"""The settings' page: everyone sees and changes the switches that are theirs."""

import pytest

from audit.models import Entry, Result
from directory import roles
from directory.models import Settings
from tests.conftest import assign

WHERE = "/riverside/admin/directory/settings/"


def page_of(browser):
    return f"{WHERE}{Settings.objects.get().pk}/change/"


def form_of(page) -> dict:
    found = page.context["adminform"].form
    return {name: "" if (value := found[name].value()) in (None, False) else value for name in found.fields}


@pytest.mark.parametrize(
    ("role", "fields", "change"),
    [
        (roles.USER, {"my_staff_access", "my_staff_group"}, {"my_staff_access": "nobody"}),
        (
            roles.AUTHENTICATION_POLICY,
            {"methods_required", "sms_sign_in", "qr_badges", "pin_length"},
            {"methods_required": "2"},
        ),
    ],
)
def test_a_part_for_each_role(district, sign_in, role, fields, change):
    assign(district.omar, role)
    omar = sign_in(district.omar)
    where = page_of(omar)
    page = omar.get(where)
    assert set(page.context["adminform"].form.fields) == fields
    # What is not on the page is not changed by a POST either.
    answer = omar.post(where, form_of(page) | change | {"help_contact": "Omar", "notify_people": ""})
    assert answer.status_code == 302
    row = Settings.objects.get()
    assert row.help_contact == "Riverside help desk" and row.notify_people
    [(name, value)] = change.items()
    assert str(getattr(row, name)) == value
    done = Entry.objects.get(result=Result.SUCCESS)
    assert [c["name"] for c in done.modified_properties] == [name]


def test_a_global_administrator_changes_all_and_each_deed_is_an_entry(district, sign_in):
    ada = sign_in(district.admin)
    where = page_of(ada)
    form = form_of(ada.get(where)) | {"self_service_reset": "nobody", "methods_required": "2"}
    assert ada.post(where, form).status_code == 302
    done = Entry.objects.filter(result=Result.SUCCESS).values_list("activity", flat=True)
    assert set(done) == {"Update company settings", "Update authorization policy"}


def test_the_first_time_there_is_a_row(lake, sign_in):
    with lake.tenant.scope():
        ada = sign_in(lake.admin)
        page = ada.get("/lakeshore/admin/directory/settings/add/")
        answer = ada.post("/lakeshore/admin/directory/settings/add/", form_of(page) | {"sms_sign_in": "on"})
        assert answer.status_code == 302
        assert Settings.objects.get().sms_sign_in


def test_others_have_no_such_page(district, sign_in):
    for role in (roles.GLOBAL_READER, roles.PRIVILEGED_ROLE, roles.GROUPS):
        assign(district.omar, role)
    assert sign_in(district.omar).get(WHERE).status_code == 403
