"""Two administrators at the same moment: one of them stays."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from directory import actions, administrators, roles
from directory.connectors import Refused
from directory.door import Initiator
from directory.models import RoleAssignment, User
from tests.conftest import assign, make_person

DEEDS = {
    "remove": lambda person, by: actions.remove_user(person, by=by),
    "disable": lambda person, by: actions.disable_user(person, by=by),
    "take the role": lambda person, by: actions.remove_role(RoleAssignment.objects.get(user=person), by=by),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("others", [0, 1])
def test_two_who_remove_one_another_do_not_both_succeed(district, monkeypatch, deed, others):
    bea = make_person("bea@riverside.example", "Bea Second")
    assign(bea, roles.GLOBAL)
    for number in range(others):
        assign(make_person(f"other{number}@riverside.example", "Other"), roles.GLOBAL)
    at_once = Barrier(2)
    wait_in_line = administrators._wait_in_line

    def together() -> None:
        at_once.wait(timeout=10)  # both have passed the door before either goes on
        wait_in_line()

    def do(actor: User, person: User) -> str:
        try:
            with district.tenant.scope():
                DEEDS[deed](person, Initiator(User.objects.get(pk=actor.pk)))
            return "done"
        except Refused as refused:
            return str(refused)
        finally:
            connection.close()

    monkeypatch.setattr(administrators, "_wait_in_line", together)
    with ThreadPoolExecutor(2) as threads:
        said = sorted(threads.map(do, [district.admin, bea], [bea, district.admin]))
    assert said == ["Your own roles were changed a moment ago.", "done"]
    assert len(administrators.lasting()) == 1 + others
