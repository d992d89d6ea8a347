"""One run: plan, look, attack, look again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock, Semaphore

from django.db import connection

from tests.attack import by_form, by_header, by_path, by_query, judges
from tests.attack.actors import Actor, cookie_of, session_of
from tests.attack.client import Answer, Browser, Request
from tests.attack.judges import Finding
from tests.attack.kinds import OWN, Attack, Attacker, spread
from tests.attack.world import World

# How many times the limit each may make: none of the URLs, methods and fields should be missing.
KINDS: dict[Callable[[Attacker], Iterable[Attack]], int] = {
    by_path.urls: 6,
    by_path.ids: 1,
    by_path.unreachable: 1,
    by_query.queries: 1,
    by_form.forms: 3,
    by_header.headers: 1,
    by_header.cookies: 1,
}
AT_ONCE = 2


class Crowd:
    """Lets all attack at once, or one while the others wait: their lines in the trail look like a leak."""

    def __init__(self) -> None:
        self._places, self._gate = Semaphore(AT_ONCE), Lock()

    @contextmanager
    def together(self) -> Iterator[None]:
        with self._places:
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._gate, ExitStack() as places:
            for _n in range(AT_ONCE):
                places.enter_context(self._places)
            yield


crowd = Crowd()


@dataclass
class Tally:
    """What one actor sent and found."""

    actor: str
    sent: Counter = field(default_factory=Counter)  # of each kind
    distinct: set[Request] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)  # of the sessions they had


@dataclass
class Campaign:
    """All attacks of one actor, planned before the first is made."""

    attacker: Attacker
    browser: Browser
    attacks: list[Attack]
    cookie: str
    tally: Tally
    _asked: set[str] = field(default_factory=set)

    @classmethod
    def plan(
        cls, world: World, actor: Actor, browser: Browser, cookie: str, seed: int, limit: int
    ) -> Campaign:
        """At most `limit` attacks of each kind (see KINDS); 0 is all."""
        attacker = Attacker(world, actor, cookie, seed)
        attacks = [
            one for kind, times in KINDS.items() for one in spread(list(kind(attacker)), limit * times)
        ]
        return cls(attacker, browser, attacks, cookie, Tally(actor.name, keys={_key(cookie)}))

    def run(self) -> Tally:
        try:
            for attack in self.attacks:
                self._one(attack)
        finally:
            self.browser.close()
            connection.close()
        print(f"{self.tally.actor}: {self.tally.sent.total():,} requests", flush=True)
        return self.tally

    def _one(self, attack: Attack) -> None:
        with crowd.together():
            differs = self._differs(attack)
        if differs:
            with crowd.alone():
                self._again(attack)

    def _differs(self, attack: Attack) -> bool:
        answer = self.send(attack.kind, attack.request)
        self._judge(attack, attack.request, answer)
        if attack.twin is None:
            return False
        twin = self.send(attack.kind, attack.twin)
        self._judge(attack, attack.twin, twin)
        return bool(judges.counted(answer, twin, attack.ids))

    def _again(self, attack: Attack) -> None:
        """In the other order: what comes of the order alone, like a message shown once, is no finding."""
        twin = self.send(attack.kind, attack.twin)
        answer = self.send(attack.kind, attack.request)
        if difference := judges.counted(answer, twin, attack.ids):
            self._found("counted", attack, attack.request, difference)

    def send(self, kind: str, request: Request) -> Answer:
        """Ask with the cookie that the actor has by now; where the answer ended it, get another."""
        self.tally.sent[kind] += 1
        self.tally.distinct.add(request)
        answer = self.browser.send(replace(request, cookie=request.cookie.replace(OWN, self.cookie)))
        if OWN in request.cookie and answer.sets_cookie("mystaff"):
            self._sign_in_again()
        return answer

    def _sign_in_again(self) -> None:
        if self.attacker.actor.person is not None:
            key = session_of(self.attacker.actor.person)
            self.tally.keys.add(key)
            self.cookie = cookie_of(key)

    def _judge(self, attack: Attack, request: Request, answer: Answer) -> None:
        canaries = self.attacker.world.canaries
        said = canaries.found(request.said)
        # A message about an id may be shown on the next page.
        self._asked |= {word for word in said if canaries.cells[word].column == "id"}
        for cell in judges.read(answer, said | self._asked, attack.actor, attack.place, canaries):
            whose = self.attacker.world.slug_of(cell.row.tenant)
            self._found(
                "read", attack, request, f"{cell.column} of {cell.row.table} {cell.row.pk} of {whose}"
            )
        if what := judges.broken(answer):
            self._found("broken", attack, request, what)

    def _found(self, verdict: str, attack: Attack, request: Request, what: str) -> None:
        shown = (
            f"{request.method} {request.path} at {request.host} {request.headers or ''} {request.form or ''}"
        )
        self.tally.findings.append(Finding(verdict, attack.kind, self.tally.actor, shown, what))


def _key(cookie: str) -> str:
    return cookie.partition("=")[2]


def run(campaigns: list[Campaign]) -> list[Tally]:
    """All of them, some at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            return list(pool.map(Campaign.run, campaigns))
        except BaseException:
            # Ctrl-C too: the pool waits for what it has begun.
            for campaign in campaigns:
                campaign.attacks.clear()
            raise
