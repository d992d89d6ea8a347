"""An operator enters a tenant by a button, and leaves it by one."""

import pytest

from directory.models import User
from tests.mystaff.admin.conftest import AT


@pytest.fixture
def desk(operator, sign_in):
    return sign_in(operator)


def buttons(tenant) -> tuple[str, str]:
    where = f"/admin/tenants/tenant/{tenant.pk}"
    return f"{where}/enter/", f"{where}/leave/"


def test_an_operator_enters_looks_after_people_and_leaves(district, desk):
    enter, leave = buttons(district.tenant)
    assert desk.get("/riverside/admin/").status_code == 302
    here = f"/admin/tenants/tenant/{district.tenant.pk}/change/"
    assert f'action="{enter}"' in desk.get(here).content.decode()
    assert desk.post(enter).headers["Location"] == "/riverside/admin/"
    page = desk.get(f"{AT}/user/{district.sam.pk}/change/").content.decode()
    assert "as an operator" in page and 'action="/riverside/admin/leave/"' in page
    assert "You are in this tenant until" in desk.get(here).content.decode()
    assert desk.post("/riverside/admin/leave/").headers["Location"] == here
    assert desk.get("/riverside/admin/").status_code == 302
    assert not User.objects.exclude(home_tenant=None).exists()


def test_leaving_from_ones_own_admin(district, desk):
    enter, leave = buttons(district.tenant)
    desk.post(enter)
    assert desk.post(leave).status_code == 302
    assert desk.get("/riverside/admin/").status_code == 302


def test_entering_is_a_post_and_an_operators(district, lake, desk, sign_in, client):
    for button in buttons(district.tenant):
        assert desk.get(button).status_code == 405
        assert client.post(button).status_code == 302
        assert sign_in(district.admin).post(button).headers["Location"].startswith("/sign-in/")
    assert sign_in(district.admin).post("/riverside/admin/leave/").status_code == 403
    assert desk.post(f"/admin/tenants/tenant/{district.sam.pk}/enter/").status_code == 404
    assert not User.objects.exclude(home_tenant=None).exists()


def test_only_the_tenant_that_was_entered_is_open(district, lake, desk):
    desk.post(buttons(district.tenant)[0])
    assert desk.get("/riverside/admin/").status_code == 200
    assert desk.get("/lakeshore/admin/").status_code == 302


def test_the_tenants_administrator_sees_them_and_ends_it(district, operator, desk, sign_in):
    desk.post(buttons(district.tenant)[0])
    guest = User.objects.get(home_user_id=operator.pk)
    browser = sign_in(district.admin)
    assert "Olive Stone" in browser.get(f"{AT}/guest/").content.decode()
    assert "here for an hour" in browser.get(f"{AT}/guest/{guest.pk}/change/").content.decode()
    browser.post(f"{AT}/guest/{guest.pk}/delete/", {"post": "yes"})
    assert desk.get("/riverside/admin/").status_code == 302
