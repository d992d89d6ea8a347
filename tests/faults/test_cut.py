"""A connection that is cut in the middle of a reset: all of it or nothing, and the trail says which."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from audit.models import Result
from tests.database import close_connections
from tests.faults.browser import Browser, profile, reset_page
from tests.faults.reset import STAGES, is_as_before, is_honest, is_reset, trail

TRAIL = {
    "before the attempt": [],
    # The door connects anew and says what it knows: the transaction did not stand.
    "before the password": [Result.ATTEMPTED, Result.FAILURE],
    "after the password": [Result.ATTEMPTED, Result.FAILURE],
}


@pytest.mark.parametrize("at", STAGES)
def test_nothing_is_half_done_and_the_next_press_works(stage, web, disturbance, at):
    maria, sam = Browser(web, stage.maria), Browser(web, stage.sam)
    ticket = maria.get(reset_page(stage.sam)).ticket
    with ThreadPoolExecutor(1) as threads, disturbance.held(STAGES[at]):
        pressed = threads.submit(maria.press, stage.sam, ticket)
        disturbance.cut()
    assert is_honest(pressed.result())
    assert trail() == TRAIL[at]
    assert is_as_before(stage.sam, sam)

    # A reload sends the same form: it does nothing, and does not say that the first press did something.
    assert maria.press(stage.sam, ticket).status == 302
    assert "so far Sam’s password is the old one" in maria.get(profile(stage.sam)).text
    assert is_reset(stage.sam, sam, maria.reset(stage.sam).temporary)
    assert trail() == [*TRAIL[at], Result.ATTEMPTED, Result.SUCCESS]


def test_nobody_notices_a_cut_between_two_requests(stage, web, disturbance):
    maria = Browser(web, stage.maria)
    assert {maria.get(profile(stage.sam)).status for _n in range(8)} == {200}
    close_connections()  # ours, so that only the server's are cut
    disturbance.cut("Client")
    assert {maria.get(profile(stage.sam)).status for _n in range(8)} == {200}
