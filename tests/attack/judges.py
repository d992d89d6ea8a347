"""The verdicts: was something read, counted or broken?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest

from tests.attack.actors import Actor
from tests.attack.canaries import Canaries, Cell
from tests.attack.client import Answer

# What is new in every answer: tokens of forms, and times.
NEW_EACH_TIME = re.compile(
    r'(name="(?:csrfmiddlewaretoken|ticket)" value=")[^"]*'
    # Their own sessions: in between they sign in again themselves.
    r'|(<section class="card" id="signed-in").*?</section>',
    re.DOTALL,
)
UNSTEADY = {"date", "expires", "content-length", "keep-alive", "connection"}


@dataclass(frozen=True)
class Finding:
    """A hole, and how to come through it again."""

    verdict: str
    kind: str
    actor: str
    request: str
    what: str

    def __str__(self) -> str:
        return f"{self.verdict}: {self.kind}, {self.actor}: {self.request}\n    {self.what}"


def read(answer: Answer, said: set[str], actor: Actor, place: str, canaries: Canaries) -> list[Cell]:
    """Where the canaries stood that are in the answer, that this actor may not see and did not say."""
    heard = canaries.found(answer.whole) - said
    cells = [canaries.cells[word] for word in sorted(heard)]
    return [cell for cell in cells if not actor.sees(cell, place)]


def counted(first: Answer, second: Answer, ids: tuple[str, str]) -> str:
    """How the answers for an id that is there and one that is nowhere differ; '' if they are the same."""
    found = difference(first, second, ids)
    return f"for an id that exists {found}, for one that does not" if found else ""


def difference(first: Answer, second: Answer, ids: tuple[str, str] = ("", "")) -> str:
    """The first that differs between two answers, but for the ids that were asked for."""
    here, there = (
        [f"status {a.status}", *_plain(a, key)] for a, key in zip((first, second), ids, strict=True)
    )
    for one, other in zip_longest(here, there, fillvalue=""):
        if one != other:
            return f"“{one[:120]}”, then “{other[:120]}”"
    return ""


def _plain(answer: Answer, key: str) -> list[str]:
    """Lines without what is new each time and without the id itself."""
    headers = sorted(_steady(name, value) for name, value in answer.headers if name not in UNSTEADY)
    text = "\n".join([*headers, NEW_EACH_TIME.sub(r"\1\2", answer.body)])
    forms = {key, key.replace("-", ""), key.upper()} - {""}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "ID")
    return text.splitlines()


def _steady(name: str, value: str) -> str:
    # A cookie is a random key or a signature of the time.
    return f"{name}: {value.partition('=')[0] if name == 'set-cookie' else value}"


def broken(answer: Answer) -> str:
    """Said of a server error."""
    return f"status {answer.status}" if answer.status >= 500 else ""
