"""Applications in the admin: every save is a deed, and a secret is shown once."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.admin.sites import site as stock_site
from django.test import Client

from audit.models import Entry, Result
from directory import actions
from directory.door import Denied, Initiator
from directory.models import Application, Group
from tests.directory.trail import changes, outcomes
from tests.mystaff.admin.conftest import AT
from tests.mystaff.admin.pages import errors, save

LIST, ADD = f"{AT}/application/", f"{AT}/application/add/"
BACK = "https://library.example/back"
LIBRARY = {"name": "Library", "type": "confidential", "redirect_uris": BACK}
SECRETS = "Update application – Certificates and secrets management"


def page_of(application: Application) -> str:
    return f"{AT}/application/{application.pk}/change/"


@pytest.fixture
def library(district) -> Application:
    application = Application(name="Library", redirect_uris=BACK)
    actions.add_application(application, by=Initiator(district.admin))
    return application


def press(browser: Client, application: Application):
    """Open the page and press the button for a secret."""
    version = re.search(r'name="version" value="(\w+)"', browser.get(page_of(application)).content.decode())
    where = f"{AT}/application/{application.pk}/secret/"
    return browser.post(where, {"version": version[1]})


def shown(response) -> str:
    return re.search(r'id="secret"[^>]*value="([^"]+)"', response.content.decode())[1]


def test_one_is_added_without_a_secret(district, admin):
    Group.objects.create(name="Readers")
    response = save(admin, ADD, **LIBRARY, group="Readers", skip_consent="on")
    assert errors(response) == ""
    application = Application.objects.get()
    assert response.headers["Location"] == page_of(application)
    assert (application.group.name, application.skip_consent) == ("Readers", True)
    assert not application.has_secret
    assert application.get_scopes() == ["openid", "profile"]
    assert changes("Add application") == {
        "DisplayName": (None, "Library"),
        "ClientType": (None, "confidential"),
        "RedirectUris": (None, BACK),
        "Group.DisplayName": (None, "Readers"),
        "SkipConsent": (None, True),
    }
    page = admin.get(page_of(application)).content.decode()
    assert application.pk in page
    assert "http://testserver/riverside/.well-known/openid-configuration" in page
    assert "Library" in admin.get(LIST).content.decode()


def test_it_is_changed_and_removed_by_deeds(district, admin, library):
    assert errors(save(admin, page_of(library), redirect_uris=f"{BACK}\n{BACK}2", name="Books")) == ""
    assert changes("Update application") == {
        "DisplayName": ("Library", "Books"),
        "RedirectUris": (BACK, f"{BACK}\n{BACK}2"),
    }
    assert admin.post(f"{AT}/application/{library.pk}/delete/", {"post": "yes"}).status_code == 302
    assert outcomes("Remove application") == [Result.SUCCESS]
    assert not Application.objects.exists()


def test_nothing_typed_is_no_deed(district, admin, library):
    before = Entry.objects.count()
    assert errors(save(admin, page_of(library))) == ""
    assert Entry.objects.count() == before


BAD = [
    "http://library.example/back",
    "library.example/back",
    "https:///back",
    "https://user@library.example/back",
    "https://*.library.example/back",
    "https://library.example/back#part",
    "https://library.example:x/back",
    'https://library.example/"onload',
    "javascript:alert(1)",
    "com.example.app:/back",  # an app's own, and this one keeps a secret on a server
    "ftp://library.example/",
    "https://bücher.example/",
    "https://library.example/" + "x" * 1000,
    "",
]


@pytest.mark.parametrize("uri", BAD)
def test_an_address_that_leads_astray_is_refused(district, admin, uri):
    assert "redirect_uris" in errors(save(admin, ADD, **LIBRARY | {"redirect_uris": uri}))
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    "uri", [BACK, "http://127.0.0.1:8765/back", "http://localhost/", "com.example.app:/back"]
)
def test_a_public_one_may_have_an_apps_address(district, admin, uri):
    public = LIBRARY | {"type": "public", "redirect_uris": uri}
    assert errors(save(admin, ADD, **public)) == ""


def test_only_https_goes_without_consent(district, admin):
    public = LIBRARY | {"type": "public", "redirect_uris": "com.example.app:/back", "skip_consent": "on"}
    assert "skip_consent" in errors(save(admin, ADD, **public))


def test_a_name_is_taken_once_in_each_tenant(district, lake, admin, library):
    assert "taken" in errors(save(admin, ADD, **LIBRARY))
    with lake.tenant.scope():
        actions.add_application(Application(name="Library", redirect_uris=BACK), by=Initiator(lake.admin))


def test_a_group_is_known_by_its_name(district, admin):
    assert "Nobodies" in errors(save(admin, ADD, **LIBRARY, group="Nobodies"))


def test_a_group_that_an_application_names_stays(district, library):
    group = Group.objects.create(name="Readers")
    actions.update_application(library, {"group": group}, by=Initiator(district.admin))
    with pytest.raises(Exception, match="selected"):
        actions.remove_group(group, by=Initiator(district.admin))
    assert Application.objects.get().group == group


def test_a_secret_is_shown_once_and_stored_as_a_hash(district, admin, library):
    response = press(admin, library)
    secret = shown(response)
    assert len(secret) >= 64
    assert "no-store" in response.headers["Cache-Control"]
    assert Application.objects.get().check_secret(secret)
    assert secret not in Application.objects.get().secret
    assert secret not in admin.get(page_of(library)).content.decode()
    assert outcomes(SECRETS) == [Result.SUCCESS]
    assert secret not in json.dumps(list(Entry.objects.values()), default=str)


def test_a_reload_neither_shows_it_nor_makes_another(district, admin, library):
    response = press(admin, library)
    secret = shown(response)
    request = response.wsgi_request
    again = admin.post(request.path, {"version": request.POST["version"]}, follow=True)
    assert secret not in again.content.decode()
    assert "A secret was made a moment ago." in again.content.decode()
    assert Application.objects.get().check_secret(secret)
    assert shown(press(admin, library)) != secret


def test_a_public_one_has_no_secret(district, admin):
    save(admin, ADD, **LIBRARY | {"type": "public"})
    application = Application.objects.get()
    page = admin.get(page_of(application)).content.decode()
    assert 'name="version"' not in page
    where = f"{AT}/application/{application.pk}/secret/"
    data = {"version": application.secret_version}
    assert "has no secret" in admin.post(where, data, follow=True).content.decode()


def test_one_that_turns_public_loses_its_secret(district, admin, library):
    press(admin, library)
    save(admin, page_of(library), type="public")
    assert not Application.objects.get().has_secret


def test_it_is_for_global_administrators(district, admin, staff, library):
    version = {"version": library.secret_version}
    for browser in staff.values():
        for path in (LIST, ADD, page_of(library)):
            assert browser.get(path).status_code == 403
        assert browser.post(f"{AT}/application/{library.pk}/secret/", version).status_code == 403
    by = Initiator(district.helen)
    with pytest.raises(Denied):
        actions.renew_secret(library, by=by, after=library.secret_version)
    with pytest.raises(Denied):
        actions.add_application(Application(name="Own", redirect_uris=BACK), by=by)
    with pytest.raises(Denied):
        actions.update_application(library, {"redirect_uris": "https://evil.example/"}, by=by)
    with pytest.raises(Denied):
        actions.remove_application(library, by=by)
    assert Application.objects.get().get_redirect_uris() == [BACK]


def test_another_tenants_is_not_there(district, lake, sign_in, library):
    browser = sign_in(lake.admin)
    for what in ("change", "delete", "history"):
        response = browser.get(f"/lakeshore/admin/directory/application/{library.pk}/{what}/")
        assert response.status_code in (302, 404), what
    where = f"/lakeshore/admin/directory/application/{library.pk}/secret/"
    assert browser.post(where, {"version": library.secret_version}).status_code == 404
    assert browser.get("/lakeshore/admin/directory/application/_00/change/").status_code in (302, 404)


def test_the_librarys_own_pages_are_nowhere(district, admin):
    from mystaff.admin import inside, outside

    registered = {model._meta.app_label for one in (inside, outside) for model in one._registry}
    assert "allauth_idp_oidc" not in registered
    assert admin.get("/riverside/admin/allauth_idp_oidc/client/").status_code == 404
    assert stock_site.name == "admin" and stock_site not in (inside, outside)


def test_without_an_encryption_key_there_is_a_sentence(district, admin, settings):
    settings.MYSTAFF_ENCRYPTION_KEYS = []
    assert "MYSTAFF_ENCRYPTION_KEYS" in errors(save(admin, ADD, **LIBRARY))
    assert not Application.objects.exists()
