"""The way back into an account, as the browser goes it: a name, a code, perhaps another, a new password.

Nothing here looks anybody up before a code was right. For every name, known or not, the same rows are read
and written and the same job is queued; the worker (delivery.py) finds out whether there is somebody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from django.utils import timezone

from audit.models import Result
from directory import tasks
from directory.models import Recovery, User
from directory.recovery import asking, eligibility, steps, throttle
from directory.recovery.asking import is_too_soon


def start(user_name: str) -> tuple[Recovery, str]:
    """Begin for a name as it was typed, domain included; returns the row and the token for the cookie.

    Raises Locked.
    """
    name = user_name.strip().lower()
    key = throttle.key_of(name)
    if throttle.locked_until(key):
        raise throttle.Locked
    return asking.begin(Recovery, key, user_name=name)


def under_way(token: str) -> Recovery | None:
    """What this browser is in the middle of, if it is not over."""
    return asking.under_way(Recovery, token)


def ask_for_code(recovery: Recovery, way: str, destination: str) -> None:
    """Have a code sent there if it is what is on file; the code before it counts no more. Raises Locked.

    Asked again within ten seconds nothing happens.
    """
    if way in recovery.proved or is_too_soon(recovery, way):
        return
    with _lock_noted(recovery):
        throttle.count(recovery.name_key, way)
    asking.ask(recovery, way, destination)
    tasks.send_code(recovery=recovery.pk)


def prove(recovery: Recovery, code: str) -> bool:
    """Whether this is the code that was sent; it counts once. Raises Locked after too many tries."""
    try:
        with _lock_noted(recovery):
            right = throttle.attempt(recovery.name_key, lambda: _use_up(recovery, code))
    except throttle.Locked as locked:
        if locked.just_now:  # what comes after it is not looked at: nobody fills a trail with it
            tasks.note_wrong_code(recovery=recovery.pk)
        raise
    if right:
        steps.note(recovery.person, Result.SUCCESS, "", recovery.way)
    else:
        tasks.note_wrong_code(recovery=recovery.pk)
    return right


@contextmanager
def _lock_noted(recovery: Recovery) -> Iterator[None]:
    """Have the trail told, by the worker, of a name that has just been locked."""
    try:
        yield
    except throttle.Locked as locked:
        if locked.just_now:
            tasks.note_lock(recovery=recovery.pk)
        raise


def _use_up(recovery: Recovery, code: str) -> bool:
    if not asking.use_up(recovery, code):
        return False
    recovery.proved = [*recovery.proved, recovery.way]
    recovery.save(update_fields=["proved"])
    return True


class Step(StrEnum):
    """What comes next on the way back."""

    SEND = "send"  # choose how the code comes
    CODE = "code"  # type it
    PASSWORD = "password"  # choose a new one  # noqa: S105
    OVER = "over"  # what was proved no longer counts


def step(recovery: Recovery) -> Step:
    """What comes next. Before a code was right nobody is looked up."""
    if recovery.proved:
        person = proven(recovery)
        if person is None:
            return Step.OVER
        if len({*recovery.proved}) >= eligibility.ways_needed(person):
            return Step.PASSWORD
    return Step.CODE if recovery.way and recovery.way not in recovery.proved else Step.SEND


def proven(recovery: Recovery) -> User | None:
    """Who proved at least one way, as long as that counts.

    It does no more when the password was changed since the code went out, when the person was switched off,
    or when the address or number was taken off, replaced, or set by somebody who meanwhile lost their role:
    that is what is done about a stranger's.
    """
    person = eligibility.person_of(recovery.user_name) if recovery.proved else None
    if person is None or person.pk != recovery.person_id:
        return None
    stands = person.password_changed_at == recovery.password_changed_at and all(
        eligibility.still_counts(person, way, recovery.asked_at) for way in recovery.proved
    )
    return person if stands else None


def end(recovery: Recovery) -> None:
    """It was gone to its end, and cannot be gone again. Its row stays a while for jobs about it."""
    Recovery.objects.filter(pk=recovery.pk).update(ends_at=timezone.now(), proved=[], destination="")
