"""Why somebody whom a source no longer names is disabled, in the admin and in the portal."""

from datetime import UTC, datetime

import pytest

from directory.models import User
from directory.sync.absence import absence
from tests.directory.sources import make_source

GONE = datetime(2026, 8, 17, 12, tzinfo=UTC)
SINCE = "Disabled since 17 August 2026: the source Our roster no longer names them."


@pytest.fixture
def sam(district):
    make_source("oneroster", name="Our roster", remove_after_days=30)
    return district.sam


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ""),
        ({"is_active": False}, ""),
        ({"is_active": False, "disabled_by_source": True}, "Disabled: the source Our roster says so."),
        (
            {"is_active": False, "disabled_by_source": True, "vanished_at": GONE},
            f"{SINCE} The first run after 16 September 2026 removes them.",
        ),
        (
            {"is_active": False, "vanished_at": GONE},
            "Disabled by hand. Since 17 August 2026 the source Our roster no longer names them. "
            "They stay until somebody removes them.",
        ),
        (
            {"vanished_at": GONE},
            "Since 17 August 2026 the source Our roster no longer names them. "
            "The first run after 16 September 2026 removes them.",
        ),
    ],
)
def test_it_is_said_why(sam, fields, said):
    User.objects.filter(pk=sam.pk).update(source="oneroster", source_id="7", **fields)
    sam.refresh_from_db()
    assert absence(sam) == said


def test_without_a_day_or_a_source(sam):
    fields = {"is_active": False, "disabled_by_source": True, "vanished_at": GONE}
    User.objects.filter(pk=sam.pk).update(source="other", source_id="7", **fields)
    sam.refresh_from_db()
    assert absence(sam) == ""
    make_source("other", name="Other")
    assert absence(sam).endswith("no longer names them. They stay until somebody removes them.")


def test_both_pages_say_it(district, sam, sign_in):
    fields = {"is_active": False, "disabled_by_source": True, "vanished_at": GONE}
    User.objects.filter(pk=sam.pk).update(source="oneroster", source_id="7", **fields)
    page = sign_in(district.admin).get(f"/riverside/admin/directory/user/{sam.pk}/change/")
    assert SINCE in page.content.decode()
    assert SINCE in sign_in(district.maria).get(f"/riverside/people/{sam.pk}/").content.decode()
