"""The steps of somebody's way back, in the trail: never the code, never the address."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import Result, record
from directory import badges, verbs
from directory.door import Initiator, snapshot
from directory.models import PhoneSignIn, Recovery, SignInLock, User, Way
from directory.recovery import eligibility


def note_wrong_code(recovery: Recovery) -> None:
    """Tell the trail of a wrong code, where the name is somebody's."""
    if person := _named(recovery):
        note(person, Result.FAILURE, _("The code was wrong or too old."), recovery.way)


def note_lock(recovery: Recovery) -> None:
    """Tell the trail that self-service is locked for a name, where it is somebody's."""
    if person := _named(recovery):
        _record(verbs.BLOCK_SELF_SERVICE, person, Result.SUCCESS)


@transaction.atomic
def note_sign_in_lock(lock: SignInLock) -> None:
    """Tell the trail, once, that wrong passwords or PINs have locked signing in, where that is somebody's."""
    told, _rows = SignInLock.objects.filter(pk=lock.pk).delete()
    if told and (person := _named(lock)):
        _record(verbs.LOCK_SIGN_IN, person, Result.SUCCESS, details=_of(lock, "Wrong passwords"))
    elif told and (person := badges.person_named(lock.user_name)):
        _record(verbs.LOCK_BADGE, person, Result.SUCCESS, details=_of(lock, "Wrong PINs"))


def _of(lock: SignInLock, wrong: str) -> dict[str, str]:
    return {
        "Source": "Sign-in",
        "Network": lock.network,
        "Familiar network": "yes" if lock.familiar else "no",
        wrong: str(lock.failures),
        "Locked at": lock.at.isoformat(timespec="seconds"),
        "Locked until": lock.until.isoformat(timespec="seconds"),
    }


def note_phone_lock(row: PhoneSignIn) -> None:
    """Tell the trail that signing in with a number is locked, where it signs somebody in."""
    if phone := eligibility.sign_in_phone(row.destination):
        details = {"Source": "Sign-in", "Way": str(Way.SMS.label)}
        _record(verbs.LOCK_SIGN_IN, phone.user, Result.SUCCESS, details=details)


def _named(row: Recovery | SignInLock) -> User | None:
    return User.objects.members().filter(user_principal_name=row.user_name).first()


def note(person: User, result: str, reason: str, way: str) -> None:
    """One step of somebody's way back, in the trail."""
    _record(verbs.RECOVERY_STEP, person, result, reason, {"Way": str(Way(way).label)})


def _record(action, person: User, result: str, reason: str = "", details=()) -> None:
    record(
        action.activity,
        category=action.category,
        operation=action.operation,
        result=result,
        reason=reason,
        actor=Initiator(person).snapshot(),
        target=snapshot(person),
        details={"Source": "Self-service", "Action": action.word} | dict(details),
    )
