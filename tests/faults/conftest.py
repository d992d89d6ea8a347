"""Real programs on a real database; nothing of MyStaff is replaced."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from mystaff.demo.processes import Processes
from mystaff.own_files import PROJECT
from tests.database import Copy
from tests.faults.disturbance import Disturbance
from tests.faults.programs import Programs, Web


@pytest.fixture(scope="module")
def copy(database_copy) -> Copy:
    """The database that the module's programs work in."""
    return database_copy


@pytest.fixture(scope="module")
def programs(copy, tmp_path_factory) -> Iterator[Programs]:
    """Starts programs on this process' database."""
    with pytest.MonkeyPatch.context() as environment, Processes() as processes:
        for name, value in _settings(copy, str(tmp_path_factory.mktemp("var"))).items():
            environment.setenv(name, value)
        yield Programs(processes)


def _settings(copy: Copy, var: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "PYTHONPATH": str(PROJECT),
        "MYSTAFF_VAR": var,
        "MYSTAFF_DEMO": "1",  # mail goes into a table, where a test can count it
        "MYSTAFF_DATABASE_URL": copy.server.urls(copy.name)["default"],
        "MYSTAFF_SECRET_KEY": settings.SECRET_KEY,  # so that it knows the sessions that a test makes
    }


@pytest.fixture(scope="module")
def web(programs) -> Web:
    """One web server for a module's tests."""
    return programs.web()


@pytest.fixture
def stage(copy, transactional_db, district):
    """Riverside's people, for other programs to see; the test itself stands in the tenant's scope."""
    return district


@pytest.fixture
def disturbance(copy) -> Disturbance:
    return Disturbance(copy.server, copy.name)
