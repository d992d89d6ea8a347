"""A web server that is killed between *attempted* and its outcome: the trail says that nobody knows."""

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import pytest

from audit.models import Result
from tests.faults.browser import Browser, profile
from tests.faults.programs import wait_until
from tests.faults.reset import STAGES, is_as_before, is_reset, trail

UNKNOWN = "Outcome unknown"


@pytest.mark.parametrize("at", ["before the password", "after the password"])
def test_the_attempt_is_shown_as_unknown_and_the_next_press_works(stage, programs, disturbance, at):
    killed = programs.web()
    with ThreadPoolExecutor(1) as threads, disturbance.held(STAGES[at]):
        pressed = threads.submit(Browser(killed, stage.maria).reset, stage.sam)
        left = disturbance.wait_until_held_up()
        killed.kill()
    with pytest.raises((HTTPException, ConnectionError)):
        pressed.result()
    wait_until(lambda: not set(left) & set(disturbance.connected()))

    again = programs.web()
    maria, sam, admin = (Browser(again, person) for person in (stage.maria, stage.sam, stage.admin))
    assert trail() == [Result.ATTEMPTED]
    assert is_as_before(stage.sam, sam)
    assert maria.get(profile(stage.sam)).text.count(UNKNOWN) == 1
    assert "attempted, outcome unknown" in admin.get("/riverside/admin/audit/entry/").text

    assert is_reset(stage.sam, sam, maria.reset(stage.sam).temporary)
    assert trail() == [Result.ATTEMPTED, Result.ATTEMPTED, Result.SUCCESS]
    assert maria.get(profile(stage.sam)).text.count(UNKNOWN) == 1
    again.kill()
