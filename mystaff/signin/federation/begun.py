"""The sign-ins that this browser has begun at providers: an answer to anything else is nobody's."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.http import HttpRequest

KEY = "federation"
MOST = 5  # that one browser may have under way


@dataclass
class Begun:
    """One sign-in under way. It stays when it was answered: a second answer is known for what it is."""

    provider: str
    test: bool = False
    to: str = ""  # where the person wanted to go
    fresh_from: float = 0  # they must have signed in there since (seconds since 1970), so as to confirm
    answered: bool = False


def remember(request: HttpRequest, key: str, begun: Begun) -> None:
    """Keep it under what the answer will name: the state, or the id of the request."""
    older = list(request.session.get(KEY, {}).items())[1 - MOST :]
    request.session[KEY] = dict(older) | {key: asdict(begun)}


def is_at(request: HttpRequest, provider: object) -> bool:
    """Whether this browser has begun anything at this provider, of that id."""
    return any(kept["provider"] == str(provider) for kept in request.session.get(KEY, {}).values())


def answer(request: HttpRequest, key: str) -> Begun | None:
    """What this is the answer to; None if this browser has begun nothing of the kind."""
    kept = request.session.get(KEY, {})
    if not key or key not in kept:
        return None
    found = Begun(**kept.pop(key))
    if not found.answered:
        kept[key] = asdict(found) | {"answered": True}
    request.session[KEY] = kept
    return found
