"""Access policies before deeds, in fragments of pages, and where somebody is."""

import pytest

from directory.models import User
from tests.mystaff.policies import AGE, BLOCKED, aged, confirming, policy, proved, session_of, signed_in

# Step-up before a deed

DEEDS = ["reset-password", "phone", "phone/remove", "phone-sign-in"]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_asks_for_a_newer_proof_and_leads_back_to_the_empty_form(district, deed):
    browser, person = signed_in(district.maria), f"/riverside/people/{district.sam.pk}/"
    policy(on_portal=True, confirm_age=5)
    aged(browser, district.maria, 6)
    assert browser.get(person).status_code == 200
    form = f"{person}{deed}/"
    old = User.objects.get(pk=district.sam.pk).password
    data = {"generate": "1", "new_password": "Maple-Bridge-93", "phone_number": "+14255550142"}
    for response in (browser.get(form), browser.post(form, data)):
        assert confirming(response) == {"path": "/riverside/confirm/", "next": form}
        assert "Maple" not in response.headers["Location"]
    with session_of(browser, district.maria) as session:
        assert "Maple" not in str(dict(session))
    assert User.objects.get(pk=district.sam.pk).password == old
    proved(browser, district.maria, "password", at=10**12, reauthenticated=True)
    page = browser.get(form)
    assert page.status_code == 200 and "was not kept" in page.content.decode()


def test_a_button_without_a_page_leads_back_to_the_person(district):
    browser, person = signed_in(district.maria), f"/riverside/people/{district.sam.pk}/"
    policy(on_portal=True, confirm_age=5)
    aged(browser, district.maria, 6)
    assert confirming(browser.post(f"{person}unlock/"))["next"] == person


def test_changes_in_the_admin_are_deeds_too(district):
    browser = signed_in(district.admin)
    policy(on_admin=True, confirm_age=5)
    aged(browser, district.admin, 6)
    assert browser.get("/riverside/admin/directory/user/").status_code == 200
    form = f"/riverside/admin/directory/user/{district.sam.pk}/change/"
    assert confirming(browser.post(form, {"display_name": "X"}))["next"] == form
    assert confirming(browser.get("/riverside/admin/directory/user/add/"))["path"] == "/riverside/confirm/"


# htmx

FRAGMENT = {
    "HTTP_HX_REQUEST": "true",
    "HTTP_HX_CURRENT_URL": "http://testserver/riverside/search/?q=sam",
}


def test_a_fragment_is_answered_with_a_whole_page_to_go_to(district):
    browser = signed_in(district.helen)
    policy(on_portal=True, name="Age", **AGE)
    aged(browser, district.helen, 11)
    response = browser.get("/riverside/search/?q=sa", **FRAGMENT)
    assert response.status_code == 200
    asked = {"path": "/riverside/confirm/", "next": "/riverside/search/?q=sam"}
    assert confirming(response) == asked
    policy(on_portal=True, name="Network", **BLOCKED)
    response = browser.get("/riverside/search/?q=sa", **FRAGMENT)
    assert response.headers["HX-Redirect"] == "/riverside/search/?q=sam"
    assert browser.get(response.headers["HX-Redirect"]).status_code == 403


MADE_UP = ["https://evil.example/riverside/", "//evil.example", "http://testserver//evil.example/x", "x", ""]


@pytest.mark.parametrize("url", MADE_UP)
def test_a_made_up_page_is_led_nowhere_else(district, url):
    browser = signed_in(district.helen)
    policy(on_portal=True, **AGE)
    aged(browser, district.helen, 11)
    headers = FRAGMENT | {"HTTP_HX_CURRENT_URL": url}
    asked = confirming(browser.get("/riverside/search/?q=sa", **headers))
    assert asked["next"] == "/riverside/search/?q=sa"
    policy(on_portal=True, name="Network", **BLOCKED)
    response = browser.get("/riverside/search/?q=sa", **headers)
    assert response.headers["HX-Redirect"] == "/riverside/search/?q=sa"


# Where somebody is


def test_a_visitor_cannot_make_up_the_network(district, settings):
    browser = signed_in(district.sam)
    policy(on_account=True, allowed_networks="203.0.113.0/24")
    made_up = {"HTTP_X_FORWARDED_FOR": "203.0.113.7", "HTTP_X_REAL_IP": "203.0.113.7"}
    made_up |= {"HTTP_FORWARDED": "for=203.0.113.7", "HTTP_CLIENT_IP": "203.0.113.7"}
    assert browser.get("/riverside/account/", **made_up).status_code == 403
    settings.MYSTAFF_PROXY = True
    assert browser.get("/riverside/account/", **made_up).status_code == 200
    made_up["HTTP_X_FORWARDED_FOR"] = "203.0.113.7, 198.51.100.1"  # the last is the proxy's own word
    assert browser.get("/riverside/account/", **made_up).status_code == 403
    assert browser.get("/riverside/account/", HTTP_X_FORWARDED_FOR="nonsense").status_code == 403
