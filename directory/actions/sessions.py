"""Where somebody is signed in: one of these ended, or all but the one they sit at."""

from __future__ import annotations

from directory import verbs
from directory.door import Initiator, acting
from tenants import sessions


def end_session(handle: str, *, by: Initiator) -> bool:
    """End one of one's own sessions; False where there is none of this handle (any more)."""
    if not sessions.find(by.user.pk, handle):
        return False
    with acting(by, verbs.END_SESSION, by.user):
        return bool(sessions.end(by.user.pk, sessions.find(by.user.pk, handle)))


def end_other_sessions(*, by: Initiator, keep: str | None) -> None:
    """End all but the session with this key; who keeps it has to be given the person's new hash."""
    with acting(by, verbs.END_OTHER_SESSIONS, by.user) as (_authority, deed):
        person = by.user
        person.revoke_sessions()
        person.save(update_fields=["sessions_valid_from"])
        deed.details["Sessions"] = str(sessions.end(person.pk, sessions.all_but(person.pk, keep)))
