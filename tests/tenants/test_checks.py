"""The start is refused where the wall would not stand."""

import pytest
from django.db import connections

from tenants import checks


@pytest.fixture
def as_role(settings, db):
    """Connect the check as another role of the test cluster."""
    default = connections["default"]
    before = dict(default.settings_dict)

    def connect(alias_or_user: dict):
        default.close()
        default.settings_dict.update(alias_or_user)

    yield connect
    default.close()
    default.settings_dict.clear()
    default.settings_dict.update(before)


def test_the_applications_role_passes(db):
    assert checks.database_roles() == []
    checks.refuse_unsafe_role()


@pytest.mark.parametrize(
    ("facts", "ids"),
    [
        ((False, False, False, 150000, False), []),
        ((True, False, False, 180000, False), ["tenants.E002"]),
        ((False, True, False, 180000, False), ["tenants.E003"]),
        ((False, False, True, 180000, False), ["tenants.E004"]),
        ((False, False, False, 140012, False), ["tenants.E005"]),
        ((False, False, False, 150000, True), ["tenants.E006"]),
    ],
)
def test_each_objection_has_its_sentence(facts, ids):
    assert [id for id, _reason in checks._objections(*facts)] == ids


@pytest.mark.django_db(transaction=True)
def test_the_owner_of_the_tables_is_refused_with_what_to_do(as_role):
    owner = connections["owner"].settings_dict
    as_role({"USER": owner["USER"], "PASSWORD": owner["PASSWORD"]})
    with pytest.raises(checks.WallMissing) as refused:
        checks.refuse_unsafe_role()
    assert "owns tables" in str(refused.value)
    assert "CREATE ROLE mystaff_app LOGIN" in str(refused.value)
    assert owner["PASSWORD"] not in str(refused.value)
