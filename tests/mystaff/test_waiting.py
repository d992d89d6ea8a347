"""What somebody else is changing is waited for a moment and no longer; then nothing is left half done."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from time import sleep

import pytest
from django.db import OperationalError, connection, transaction

from audit.models import Entry, Head, Result
from directory import actions, connectors, verbs
from directory.connectors import Unreachable
from directory.connectors.memory import Memory
from directory.door import Initiator, administering
from directory.models import UnitMembership, User
from mystaff import waiting
from tests.conftest import PASSWORD, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "Velvet-Canyon-83"
PATIENCE = 60  # seconds until a test that hangs fails


@pytest.fixture
def impatient(district, monkeypatch):
    """The district, over a connection such as the web server's; its trail has begun."""
    with transaction.atomic():
        Head.locked()
    monkeypatch.setattr(waiting, "LONGEST", 50)
    waiting.limit(None, connection)
    return district


@contextmanager
def held(district, what: Callable[[], object]) -> Iterator[None]:
    """Somebody else's connection has taken it, and commits at the end of the block."""
    taken, go_on = Event(), Event()

    def hold() -> None:
        try:
            with district.tenant.scope(), transaction.atomic():
                what()
                taken.set()
                assert go_on.wait(PATIENCE)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        holding = threads.submit(hold)
        try:
            assert taken.wait(PATIENCE)
            yield
        finally:
            go_on.set()
            holding.result(PATIENCE)


def row_of(person: User) -> Callable[[], object]:
    return lambda: User.objects.select_for_update().get(pk=person.pk)


def results() -> list[str]:
    return list(Entry.objects.order_by("sequence").values_list("result", flat=True))


def pressing(district) -> Callable[[], object]:
    """The page for Sam's new password is open in Maria's browser; its button."""
    browser = signed_in(district.maria)
    browser.raise_request_exception = False
    path = f"/riverside/people/{district.sam.pk}/reset-password/"
    ticket = browser.get(path).context["ticket"]
    return lambda: browser.post(path, {"ticket": ticket, "generate": "1"})


def test_a_person_whom_a_run_holds_is_a_page_that_says_so(impatient):
    press = pressing(impatient)
    with held(impatient, row_of(impatient.sam)):
        answer = press()
    assert answer.status_code == 503 and answer["Retry-After"] == "60"
    assert "Somebody else is changing the same" in answer.content.decode()
    assert results() == [Result.ATTEMPTED, Result.FAILURE]
    assert User.objects.get(pk=impatient.sam.pk).check_password(PASSWORD)


def test_it_is_done_once_nobody_holds_it(impatient):
    with held(impatient, row_of(impatient.sam)):
        pressing(impatient)()
    assert pressing(impatient)().status_code == 200
    assert results() == [Result.ATTEMPTED, Result.FAILURE, Result.ATTEMPTED, Result.SUCCESS]


def test_where_the_trail_is_held_nothing_is_begun_and_pages_open(impatient):
    press = pressing(impatient)
    with held(impatient, Head.locked):
        assert press().status_code == 503
        assert signed_in(impatient.maria).get(f"/riverside/people/{impatient.sam.pk}/").status_code == 200
    assert results() == []


def test_a_commit_that_waits_too_long_is_a_failure(impatient):
    """Nothing of it was done, and that is known: it is no commit whose answer was lost."""

    def change() -> None:
        with administering(Initiator(impatient.admin), verbs.UPDATE_SETTINGS, {"type": "Settings"}):
            # PostgreSQL looks up at the commit whether there is such a person.
            UnitMembership.objects.create(unit=impatient.jefferson, user_id=impatient.sam.pk)

    with held(impatient, row_of(impatient.sam)), pytest.raises(OperationalError):
        change()
    assert results() == [Result.ATTEMPTED, Result.FAILURE]
    assert not UnitMembership.objects.filter(unit=impatient.jefferson, user=impatient.sam).exists()


class Held(Memory):
    """A directory; as soon as it has a new password somebody holds the trail, longer than a page waits."""

    def __init__(self, district, error: Exception | None = None) -> None:
        super().__init__(error)
        self.district, self.taken, self.threads = district, Event(), ThreadPoolExecutor(1)

    def set_password(self, person: User, password: str, *, must_change: bool) -> None:
        self.holding = self.threads.submit(self._hold)
        assert self.taken.wait(PATIENCE)
        super().set_password(person, password, must_change=must_change)

    def _hold(self) -> None:
        with self.district.tenant.scope(), transaction.atomic():
            Head.locked()
            self.taken.set()
            for _try in range(PATIENCE * 50):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                    if cursor.fetchone()[0]:
                        break
                sleep(0.02)
            sleep(10 * waiting.LONGEST / 1000)
        connection.close()


@pytest.fixture
def elsewhere(impatient, monkeypatch):
    """Where Sam's password lives."""
    there = Held(impatient)
    monkeypatch.setitem(connectors.AUTHORITIES, "memory", lambda: there)
    impatient.sam.authority = "memory"
    impatient.sam.save(update_fields=["authority"])
    yield there
    there.holding.result(PATIENCE)


def test_what_a_directory_has_done_waits_for_the_trail(impatient, elsewhere):
    """The password is new over there: who asked for it has to be told it, and the trail has to have it."""
    actions.reset_password(impatient.sam, NEW, by=Initiator(impatient.maria))
    assert elsewhere.passwords == {impatient.sam.user_principal_name: (NEW, True)}
    assert results() == [Result.ATTEMPTED, Result.SUCCESS]


def test_what_a_directory_has_said_does_too(impatient, elsewhere):
    """It may be that nobody knows whether it was done: whoever asked has to be told that."""
    elsewhere.error = Unreachable("Riverside AD broke off. It may have done it all the same.")
    with pytest.raises(Unreachable, match="broke off"):
        actions.reset_password(impatient.sam, NEW, by=Initiator(impatient.maria))
    assert results() == [Result.ATTEMPTED, Result.FAILURE]
