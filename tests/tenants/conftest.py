import pytest

from tests.conftest import make_person, make_unit


@pytest.fixture
def two(riverside, lakeshore):
    """Both tenants, with a person and a school of the same name in each."""
    for tenant, name in ((riverside, "Sam Reed"), (lakeshore, "Ivy Chen")):
        with tenant.scope():
            make_person(f"{name.split()[0].lower()}@{tenant.slug}.example", name, make_unit("School"))
    return riverside, lakeshore
