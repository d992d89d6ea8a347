"""Every URL belongs to a surface, or is open with a reason: one that is in neither table fails."""

import pytest

from directory.access_policies import Surface
from mystaff.signin.surfaces import ADMIN_DEEDS, FREE, PLACES
from tests.mystaff.test_access_table import urls_of

URLCONFS = ["mystaff.urls", "mystaff.urls_outside"]


@pytest.mark.parametrize("urlconf", URLCONFS)
def test_every_url_has_its_place(urlconf):
    names = {name for name in urls_of(urlconf) if not name.startswith("admin:")}
    assert names - set(PLACES) - set(FREE) == set()


def test_no_table_names_what_is_not_there():
    there = {name for urlconf in URLCONFS for name in urls_of(urlconf)}
    assert (set(PLACES) | set(FREE)) - there == set()
    assert set(PLACES) & set(FREE) == set()


def test_whatever_is_open_has_a_reason():
    assert all(len(reason) > 20 for reason in FREE.values())


def test_every_deed_of_the_portal_may_ask_for_a_newer_proof():
    reading = {"locations", "location", "search", "person"}
    portal = {name for name, place in PLACES.items() if place.surface == Surface.PORTAL}
    assert {name for name in portal if not PLACES[name].is_deed} == reading


@pytest.mark.parametrize("urlconf", URLCONFS)
def test_every_page_of_an_admin_that_changes_something_is_a_deed(urlconf):
    harmless = (
        "index",
        "login",
        "logout",
        "password_change",
        "password_change_done",
        "autocomplete",
        "jsi18n",
        "app_list",
        "_changelist",
        "_history",
        "_export",
        "_export_csv",
        "_export_jsonl",
        "source_run",
        "source_runs",
        ":None",
        "leave_tenant",
    )
    pages = [name for name in urls_of(urlconf) if name.startswith("admin:")]
    assert {name for name in pages if not name.endswith((*harmless, *ADMIN_DEEDS))} == set()
