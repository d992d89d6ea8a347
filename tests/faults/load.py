"""Managers at work, all at once, until a test has seen enough."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

from directory.models import User
from tests.faults.browser import Answer, Browser, profile, reset_page
from tests.faults.programs import Web, wait_until

ENOUGH = 2  # resets of each manager


class Manager:
    """Looks at one person's profile and resets their password, over and over."""

    def __init__(self, web: Web, manager: User, person: User) -> None:
        self.browser, self.person = Browser(web, manager), person
        self.answers: list[Answer] = []
        self.presses: list[Answer] = []

    @property
    def done(self) -> int:
        """How many resets were said to be done."""
        return sum(answer.status == 200 for answer in self.presses)

    def work(self, over: Event) -> None:
        """Until it is over."""
        while not over.is_set():
            self.answers.append(self.browser.get(profile(self.person)))
            page = self.browser.get(reset_page(self.person))
            self.answers.append(page)
            if page.status == 200:
                self.presses.append(self.browser.press(self.person, page.ticket))


class Load:
    """One manager for each person; they stop at the end of the block."""

    def __init__(self, web: Web, manager: User, people: list[User]) -> None:
        self.managers = [Manager(web, manager, person) for person in people]
        self._over, self._threads = Event(), ThreadPoolExecutor(len(people))
        self._working: list[Future] = []

    def __enter__(self) -> Load:
        self._working = [self._threads.submit(manager.work, self._over) for manager in self.managers]
        return self

    def __exit__(self, *error) -> None:
        self._over.set()
        self._threads.shutdown()
        for working in self._working:
            working.result()

    @property
    def answers(self) -> list[Answer]:
        """All that came, of every kind."""
        return [answer for manager in self.managers for answer in (*manager.answers, *manager.presses)]

    def wait_for_more(self) -> None:
        """Return when everyone has done ENOUGH further resets."""
        before = [manager.done for manager in self.managers]

        def enough() -> bool:
            assert not any(working.done() for working in self._working)
            now = [manager.done for manager in self.managers]
            return all(new - old >= ENOUGH for new, old in zip(now, before, strict=True))

        wait_until(enough)
