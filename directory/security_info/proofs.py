"""From an address or number that somebody typed to the moment they have proved that it is theirs.

Codes and counts are those of self-service (recovery/), under a key of their own.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from directory import tasks
from directory.models import InfoKind, Proof, User
from directory.recovery import codes, throttle

SESSION = timedelta(minutes=15)  # as long as a way back into an account
AGAIN = timedelta(seconds=10)
OFFERED = (
    InfoKind.EMAIL,
    InfoKind.MOBILE,
    InfoKind.ALTERNATE_MOBILE,
)  # nobody reads a text at an office phone


def under_way(person: User, kind: str) -> Proof | None:
    """What this person is in the middle of proving, if it is not over."""
    return Proof.objects.filter(person=person.pk, kind=kind, ends_at__gt=timezone.now()).first()


def ask(person: User, kind: str, destination: str) -> None:
    """Have a code sent there; the one before it counts no more. Raises throttle.Locked.

    Asked again within ten seconds nothing happens.
    """
    if is_too_soon(under_way(person, kind), destination):
        return
    now = timezone.now()
    values = {"destination": destination, "asked_at": now, "code_hash": "", "code_ends_at": None}
    throttle.count(key_of(person), Proof(kind=kind).way)
    proof, _made = Proof.objects.update_or_create(
        person_id=person.pk, kind=kind, defaults=values | {"ends_at": now + SESSION}
    )
    tasks.send_proof(proof=proof.pk)


def is_too_soon(proof: Proof | None, destination: str) -> bool:
    """Whether a code for it was asked for less than ten seconds ago."""
    return bool(proof and proof.destination == destination and timezone.now() - proof.asked_at < AGAIN)


def prove(person: User, kind: str, code: str) -> str:
    """The address or number that this code was sent to, '' for a wrong one; a right one counts once.

    Raises throttle.Locked after too many tries.
    """
    proved = []
    throttle.attempt(key_of(person), lambda: _use_up(person, kind, code, proved), throttle.PROOF)
    return proved[0] if proved else ""


def _use_up(person: User, kind: str, code: str, proved: list[str]) -> bool:
    """Looked at while its row is held: neither another code nor another address comes in between."""
    now = timezone.now()
    rows = Proof.objects.select_for_update(no_key=True)
    proof = rows.filter(person=person.pk, kind=kind).first()
    if proof is None or not codes.is_right(proof, code) or min(proof.code_ends_at, proof.ends_at) <= now:
        return False
    proved.append(proof.destination)
    proof.delete()
    return True


def drop(person: User, kind: str) -> None:
    """Somebody changed their mind, or what it was about has gone."""
    Proof.objects.filter(person=person.pk, kind=kind).delete()


def key_of(person: User) -> str:
    """Under what their tries are counted: no user name, for those are in small letters."""
    return throttle.key_of(f"Security info|{person.pk}")


def forget(person: User) -> None:
    """Begin afresh: nothing is counted, nothing half proved; after a reset, or when somebody unlocks them."""
    throttle.clear(key_of(person))
    Proof.objects.filter(person=person.pk).delete()
