"""Every URL of ours, by name, for every kind of visitor. A URL that matches no row fails."""

from collections.abc import Iterator

import pytest
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from directory import guests, roles
from directory.door import Initiator
from directory.models import Invitation, Settings, User
from tenants.models import HostName, operators
from tests.conftest import assign, signed_in

VISITORS = ["anonymous", "person", "teacher", "manager", "helpdesk", "admin", "operator", "guest", "stranger"]
HERE = "/riverside"
UP, NO, GONE, TO = 200, 403, 404, 302

# name: what each visitor gets. Sam (staff at Lincoln) is the person, Lincoln the location.
# anonymous, person without role, teacher at Jefferson, manager of Lincoln, helpdesk, admin, operator,
# guest helping at Lincoln, manager of another tenant
INSIDE = {
    "sign_in": [UP, TO, TO, TO, TO, TO, UP, TO, UP],
    "sms_sign_in": [UP, TO, TO, TO, TO, TO, UP, TO, UP],
    "sms_sign_in_code": [TO] * 9,
    "forgot_password": [UP] * 9,
    "recovery_send": [TO] * 9,
    "recovery_code": [TO] * 9,
    "recovery_unlock": [TO] * 9,
    "recovery_password": [TO] * 9,
    "federation_begin": [405] * 9,
    "federation_complete": [GONE] * 9,
    "federation_acs": [405] * 9,
    "federation_metadata": [GONE] * 9,
    "accent": [UP] * 9,
    "health": [UP] * 9,
    "sign_out": [405] * 9,
    "update_password": [TO] * 9,
    "mfa_authenticate": [TO] * 9,
    "mfa_login_webauthn": [405] * 9,
    "confirm": [TO, UP, UP, UP, UP, UP, TO, TO, TO],
    "account": [TO, UP, UP, UP, UP, UP, TO, UP, TO],
    "change_password": [TO, UP, UP, UP, UP, UP, TO, TO, TO],
    "end_session": [TO, 405, 405, 405, 405, 405, TO, 405, TO],
    "review_security_info": [TO, 405, 405, 405, 405, 405, TO, 405, TO],
    # Signed in, but not confirmed lately: to the page that confirms.
    "security_info": [TO] * 9,
    "prove_security_info": [TO] * 9,
    "security_info_code": [TO] * 9,
    "remove_security_info": [TO] * 9,
    "switch_organization": [TO, UP, UP, UP, UP, UP, TO, UP, TO],
    "locations": [TO, NO, UP, TO, UP, UP, TO, TO, TO],
    "location": [TO, NO, GONE, UP, UP, UP, TO, UP, TO],
    "search": [TO, NO, UP, UP, UP, UP, TO, UP, TO],
    "person": [TO, NO, GONE, UP, UP, UP, TO, UP, TO],
    "reset_password": [TO, NO, GONE, UP, UP, UP, TO, UP, TO],
    "unlock": [TO, NO, 405, 405, 405, 405, TO, 405, TO],
    "access_pass": [UP, TO, TO, TO, TO, TO, UP, TO, UP],
    "add_app": [TO] * 9,
    "add_key": [TO] * 9,
    "rename_key": [TO] * 9,
    "remove_factor": [TO] * 9,
    "recovery_codes": [TO] * 9,
    "give_access_pass": [TO, NO, GONE, UP, NO, UP, TO, NO, TO],
    "end_access_pass": [TO, NO, GONE, TO, NO, TO, TO, NO, TO],
    "clear_factors": [TO, NO, GONE, TO, NO, TO, TO, NO, TO],
    "phone": [TO, NO, GONE, UP, NO, UP, TO, NO, TO],
    "remove_phone": [TO, NO, GONE, UP, NO, UP, TO, NO, TO],
    "phone_sign_in": [TO, NO, GONE, UP, NO, UP, TO, NO, TO],
    "badge": [UP, TO, TO, TO, TO, TO, UP, TO, UP],
    "badge_pin": [TO] * 9,
    "badge_new_pin": [TO] * 9,
    "add_badge": [TO, NO, GONE, UP, UP, UP, TO, UP, TO],
    "end_badge": [TO, NO, GONE, TO, TO, TO, TO, TO, TO],
    "reset_pin": [TO, NO, GONE, UP, UP, UP, TO, UP, TO],
    "register_again": [TO, NO, GONE, UP, NO, UP, TO, NO, TO],
    "openid_configuration": [UP] * 9,
    "openid_keys": [UP] * 9,
    "openid_authorize": [400] * 9,
    "openid_continue": [TO, UP, UP, UP, UP, UP, TO, UP, TO],
    "openid_answer": [TO] * 9,
    "openid_token": [405] * 9,
    "openid_userinfo": [401] * 9,
    "openid_revoke": [405] * 9,
    "openid_end_session": [TO, UP, UP, UP, UP, UP, TO, UP, TO],
    "openid_signed_out": [TO, 405, 405, 405, 405, 405, TO, 405, TO],
}
ADMIN = [TO, NO, NO, NO, NO, UP, TO, NO, TO]
OUTSIDE = {
    "choose": [UP] * 9,
    "sign_in": [UP, UP, UP, UP, UP, UP, TO, UP, UP],
    "forgot_password": [UP] * 9,
    "recovery_send": [UP] * 9,
    "recovery_code": [UP] * 9,
    "recovery_unlock": [UP] * 9,
    "recovery_password": [UP] * 9,
    "accent": [UP] * 9,
    "health": [UP] * 9,
    "outbox": [UP] * 9,
    "sign_out": [405] * 9,
    "update_password": [TO] * 9,
    "mfa_authenticate": [TO] * 9,
    "add_app": [TO] * 9,
    "add_key": [TO] * 9,
    "rename_key": [TO] * 9,
    "remove_factor": [TO] * 9,
    "recovery_codes": [TO] * 9,
    "mfa_login_webauthn": [405] * 9,
    "confirm": [TO, TO, TO, TO, TO, TO, UP, TO, TO],
    "account": [TO, TO, TO, TO, TO, TO, UP, TO, TO],
    "change_password": [TO, TO, TO, TO, TO, TO, UP, TO, TO],
    "end_session": [TO, TO, TO, TO, TO, TO, 405, TO, TO],
    "review_security_info": [TO, TO, TO, TO, TO, TO, 405, TO, TO],
    "security_info": [TO] * 9,
    "prove_security_info": [TO] * 9,
    "security_info_code": [TO] * 9,
    "remove_security_info": [TO] * 9,
    "switch_organization": [TO, TO, TO, TO, TO, TO, UP, TO, TO],
}
ADMIN_OUTSIDE = [TO, TO, TO, TO, TO, TO, UP, TO, TO]

# Every view that opens without a session, with its reason.
OPEN = {
    "choose": "The instance's front page leads people to their tenant's sign-in.",
    "sign_in": "Signing in is what it is for.",
    "sign_out": "Ending a session that has ended already must not ask to sign in first.",
    "forgot_password": "Whoever forgot the password cannot sign in.",
    "recovery_send": "The way back into an account goes on here, for the browser that began it.",
    "recovery_code": "The next step of the way back: type the code.",
    "recovery_password": "The same, once enough was proved.",
    "mfa_authenticate": "The second step of signing in: only a browser that did the first gets there.",
    "access_pass": "Whoever was given a pass comes in with it in place of a password.",
    "mfa_login_webauthn": "Signing in with a passkey: what the passkey answers is looked at, nothing else.",
    "badge": "A badge and its PIN are a way to sign in.",
    "badge_pin": "The next step of signing in with a badge.",
    "badge_new_pin": "The same at first use, once badge and temporary PIN were right.",
    "federation_begin": "Signing in at the tenant's own provider begins here.",
    "federation_complete": "Back from an OpenID provider: whoever it is is not signed in yet.",
    "federation_acs": "Back from a SAML provider, whose form comes without a session.",
    "federation_metadata": "What a SAML provider is told of us: addresses and a public certificate.",
    "recovery_unlock": "Whoever has proved who they are may unlock instead of choosing a password.",
    "sms_sign_in": "Signing in with a phone number: whoever types one is not signed in yet.",
    "sms_sign_in_code": "The code that was texted, for the browser that asked for it.",
    "accent": "The colour of the sign-in page; a tenant's colour is public.",
    "health": "Load balancers ask it; it says nothing but ok.",
    "outbox": "The demo's messages, on loopback only and in the demo only.",
    "openid_configuration": "Applications read it before they know anybody; it is the same for all.",
    "openid_keys": "Public halves of keys, for whoever checks a signature.",
    "openid_authorize": "Leads strangers to sign in, once it knows that the application asks rightly.",
    "openid_token": "An application's server comes without a session, with a code and its secret.",
    "openid_userinfo": "An application's server comes without a session, with an access token.",
    "openid_revoke": "An application's server comes without a session, with its secret.",
    "openid_end_session": "Asks who is signed in whether to sign out; leads others back.",
    "admin:login": "Does nothing but lead to our own sign-in.",
}


def names(patterns, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from names(pattern.url_patterns, prefix + space)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}", pattern


def urls_of(urlconf: str) -> dict[str, URLPattern]:
    return dict(names(get_resolver(urlconf).url_patterns))


@pytest.fixture
def visitors(district, lake, operator) -> dict[str, Client]:
    Settings.objects.update(qr_badges=True)
    with district.tenant.scope():
        guests.invite(lake.kai.user_principal_name, by=Initiator(district.admin))
    with lake.tenant.scope():
        guests.accept(Invitation.objects.get(user=lake.kai), by=Initiator(lake.kai))
    with district.tenant.scope():
        guest = User.objects.get(user_principal_name=lake.kai.user_principal_name)
        assign(guest, roles.PASSWORD, district.lincoln)
    people = [
        district.sam,
        district.tom,
        district.maria,
        district.helen,
        district.admin,
        operator,
        lake.kai,
        lake.admin,
    ]
    return dict(zip(VISITORS, [Client(), *map(signed_in, people)], strict=True))


def path_of(district, pattern: URLPattern, prefix: str) -> str:
    pk = district.lincoln.pk if "locations" in str(pattern.pattern) else district.sam.pk
    path = str(pattern.pattern).replace("<uuid:pk>", str(pk)).replace("<int:pk>", "1")
    return f"{prefix}/{path.replace('<slug:kind>', 'email')}"


def statuses(district, visitors, pattern: URLPattern, prefix: str) -> list[int]:
    path = path_of(district, pattern, prefix)
    return [visitors[name].get(path).status_code for name in VISITORS]


def test_inside_a_tenant(district, visitors):
    found = {
        name: statuses(district, visitors, pattern, HERE)
        for name, pattern in urls_of("mystaff.urls").items()
        if not name.startswith("admin:")
    }
    assert found == INSIDE


def test_outside(district, visitors):
    found = {
        name: statuses(district, visitors, pattern, "")
        for name, pattern in urls_of("mystaff.urls_outside").items()
        if not name.startswith("admin:")
    }
    assert found == OUTSIDE


@pytest.mark.parametrize(("prefix", "row"), [(HERE, ADMIN), ("", ADMIN_OUTSIDE)])
@pytest.mark.parametrize("path", ["/admin/", "/admin/audit/entry/", "/admin/audit/entry/export.csv"])
def test_the_admins(district, visitors, prefix, row, path):
    assert [visitors[name].get(prefix + path).status_code for name in VISITORS] == row


def test_the_tenants_settings_in_the_admin(district, visitors):
    pages = ("passwordpolicy/", "passwordpolicy/add/", "accesspolicy/", "accesspolicy/add/")
    for path in ("settings/", *pages):
        where = f"{HERE}/admin/directory/{path}"
        found = [visitors[name].get(where, follow=path == "settings/").status_code for name in VISITORS]
        assert found[1:5] == [NO] * 4 and found[5] == UP and found[7] == NO, path


ADMIN_PATTERNS = [
    "index",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "autocomplete",
    "jsi18n",
    "app_list",
    "_changelist",
    "_add",
    "_history",
    "_delete",
    "_change",
    "_export",
    "_export_csv",
    "_export_jsonl",
    ":None",
    "_import",
    "_secret",
    "enter_tenant",
    "leave_tenant",
    "identityprovider_test",
    "connecteddirectory_test",
    "source_start",
    "source_run",
    "source_confirm",
    "source_runs",
]


@pytest.mark.parametrize("urlconf", ["mystaff.urls", "mystaff.urls_outside"])
def test_every_admin_url_is_a_stock_one_or_known(urlconf):
    admin = [name for name in urls_of(urlconf) if name.startswith("admin:")]
    assert [name for name in admin if not name.endswith(tuple(ADMIN_PATTERNS))] == []


# What a hand-made POST gets: the deeds, by everyone.


POSTS = {
    "give_access_pass": [TO, NO, GONE, 200, NO, 200, TO, NO, TO],
    "end_access_pass": [TO, NO, GONE, TO, NO, TO, TO, NO, TO],
    "clear_factors": [TO, NO, GONE, TO, NO, TO, TO, NO, TO],
    "reset_password": [TO, NO, GONE, 200, 200, 200, TO, 200, TO],
    "phone": [TO, NO, GONE, TO, NO, TO, TO, NO, TO],
    "remove_phone": [TO, NO, GONE, TO, NO, TO, TO, NO, TO],
    "phone_sign_in": [TO, NO, GONE, TO, NO, TO, TO, NO, TO],
    "add_badge": [TO, NO, GONE, 200, 200, 200, TO, 200, TO],
    "end_badge": [TO, NO, GONE, TO, TO, TO, TO, TO, TO],
    "reset_pin": [TO, NO, GONE, 422, 422, 422, TO, 422, TO],
    "register_again": [TO, NO, GONE, TO, NO, TO, TO, NO, TO],
}


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("number", range(9))
def test_posts_by_hand(district, visitors, name, number):
    browser = visitors[VISITORS[number]]
    path = path_of(district, urls_of("mystaff.urls")[name], HERE)
    page = browser.get(path)
    data = {
        "generate": "1",
        "phone_number": "+1 425-555-0177",
        "on": "1",
        "kind": "standard",
        "minutes": "60",
    }
    if page.status_code == 200 and page.context:
        data["ticket"] = page.context.get("ticket", "")
    assert browser.post(path, data).status_code == POSTS[name][number]


# Open views


@pytest.mark.parametrize("urlconf", ["mystaff.urls", "mystaff.urls_outside"])
def test_every_open_view_has_a_reason(urlconf):
    opened = {
        name
        for name, pattern in urls_of(urlconf).items()
        if not getattr(pattern.callback, "login_required", True)
    }
    assert opened <= set(OPEN)
    assert all(len(reason) > 20 for reason in OPEN.values())


def test_the_list_of_open_views_names_none_that_is_closed():
    opened = {
        name
        for urlconf in ("mystaff.urls", "mystaff.urls_outside")
        for name, pattern in urls_of(urlconf).items()
        if not getattr(pattern.callback, "login_required", True)
    }
    assert set(OPEN) == opened


def test_on_a_tenants_host_the_others_and_the_operators_are_not_there(district, lake, sign_in):
    with operators().scope():
        HostName.objects.create(host="reset.riverside.example", tenant=district.tenant)
    browser = sign_in(district.admin)
    at = {"HTTP_HOST": "reset.riverside.example"}
    assert browser.get("/admin/", **at).status_code == 200
    assert browser.get("/locations/", **at).status_code == 404
    for path in ("/lakeshore/", "/riverside/", "/lakeshore/sign-in/", "/outbox/", "/operators/"):
        assert browser.get(path, **at).status_code == 404, path


def test_on_a_tenants_host_there_is_nowhere_to_switch_to(district, lake, guest_maria, sign_in):
    with operators().scope():
        HostName.objects.create(host="reset.riverside.example", tenant=district.tenant)
    browser = sign_in(district.maria)
    assert "/lakeshore/" in browser.get("/riverside/switch/").content.decode()
    assert "/lakeshore/" not in browser.get("/switch/", HTTP_HOST="reset.riverside.example").content.decode()


@override_settings(DEBUG=False)
def test_an_unknown_host_is_refused_before_any_page(db):
    response = Client().get("/", HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert b"evil.example" not in response.content
