"""Browsers of those who open the admin."""

import pytest
from django.test import Client

from directory import roles
from tests.conftest import assign, make_person

AT = "/riverside/admin/directory"


@pytest.fixture
def admin(district, sign_in) -> Client:
    return sign_in(district.admin)


@pytest.fixture
def staff(district, sign_in) -> dict[str, Client]:
    """Holders of the other roles that open the admin, over the whole tenant."""
    held = {
        "user": roles.USER,
        "groups": roles.GROUPS,
        "privileged": roles.PRIVILEGED_ROLE,
        "reader": roles.GLOBAL_READER,
    }
    browsers = {}
    for name, role in held.items():
        person = make_person(f"{name}@riverside.example", f"{name.title()} Adams")
        assign(person, role)
        browsers[name] = sign_in(person)
    return browsers
