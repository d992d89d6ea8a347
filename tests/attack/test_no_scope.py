"""With the middleware's scope taken away by hand nothing comes back, rather than everything."""

from contextlib import nullcontext

import pytest
from django.test import Client, override_settings

from directory.permissions import opens_portal
from tenants import scopes
from tenants.models import Tenant
from tests.attack import snapshot
from tests.attack.actors import Actor, session_of
from tests.attack.cast import cast
from tests.attack.kinds import NUMBER
from tests.attack.targets import ID, MOUNTS, Mount, Target
from tests.attack.world import World, build

INSIDE, OUTSIDE = MOUNTS[0], MOUNTS[4]
WHO = ("manager", "helpdesk", "admin", "guest", "operator")
# The demo's messages, which walk from one tenant's scope to the next by themselves; the ends of the session;
# and what no view answers to: the scope ends only before a view.
LEFT_OUT = ("outbox", "admin:logout", "sign_out", "openid_signed_out", "nothing")
FORM = {"generate": "1", "phone_number": NUMBER, "on": "1", "accept": "1", "_save": "1", "post": "yes"}


@pytest.fixture
def world(transactional_db, administrator) -> World:
    return build(administrator, 1)


@pytest.fixture
def administrator(transactional_db, database_copy):
    with database_copy.server.administrator(database_copy.name) as connection:
        yield connection


class EndsTheScope:
    """Stands last: the person is known, with all their roles, and then the scope is gone."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs) -> None:
        if request.user.is_authenticated:
            assert request.user.assignments is not None
            request.portal_opens = opens_portal(request.user)
        self.end()

    def end(self) -> None:
        """Put back by the middleware at the end of the request, like any scope."""
        scopes._current.set(None)
        scopes._tell_connections()


class LeavesAWrongOne(EndsTheScope):
    """Another tenant's scope was entered meanwhile, and left for none."""

    def end(self) -> None:
        with Tenant.objects.get(slug="lakeshore").scope():
            super().end()
        super().end()


def browser(actor: Actor) -> Client:
    client = Client(raise_request_exception=False, HTTP_HOST="127.0.0.1")
    client.cookies["mystaff"] = session_of(actor.person)
    return client


def mount_of(actor: Actor) -> Mount:
    return OUTSIDE if actor.name == "operator" else INSIDE


def heard(world: World) -> dict[str, set[str]]:
    """What each of them reads of others, on all pages, with ids that are rightfully theirs."""
    actors = {actor.name: actor for actor in cast(world)}
    return {name: heard_by(world, actors[name]) for name in WHO}


def heard_by(world: World, actor: Actor) -> set[str]:
    client, found, asked = browser(actor), set(), set()
    for target in mount_of(actor).targets:
        if target.name not in LEFT_OUT:
            key = id_for(world, mount_of(actor), target)
            asked |= world.canaries.found(key)
            for answer in answers(client, mount_of(actor), target, key):
                found |= world.canaries.found(answer)
    return told(world, {word for word in found - asked if not is_own(world, actor, word)})


def answers(client: Client, mount: Mount, target: Target, key: str) -> list[str]:
    """Of a GET and a POST."""
    path = f"{mount.prefix}/{target.route}".replace(ID, key)
    search = {"q": "zq", "everyone": "1"}
    both = [client.get(path, search), client.post(path, FORM)]
    return [f"{dict(answer.headers)}{answer.getvalue().decode()}" for answer in both]


def id_for(world: World, mount: Mount, target: Target) -> str:
    tenant = str(world.tenants[mount.slug].pk)
    rows = [row for row in world.rows if row.table == target.table and tenant in (row.tenant, row.pk)]
    rows = [row for row in rows if row.circle in ("lincoln", "tenant")] or rows
    return rows[0].pk if rows else tenant


def told(world: World, words: set[str]) -> set[str]:
    """Where they stand: for whoever reads that this test failed."""
    return {str(world.canaries.cells[word]) for word in words}


def is_own(world: World, actor: Actor, word: str) -> bool:
    """They know who they are: that was read while the scope was there."""
    cell = world.canaries.cells[word]
    return cell.row.owner in actor.own or cell.row.pk in actor.own


def test_with_the_scope_they_read_what_is_theirs(world):
    """The control: else the other tests would hear nothing whatever came back."""
    found = heard(world)
    assert all(len(words) > 5 for words in found.values()), {
        name: len(words) for name, words in found.items()
    }


def test_without_any_scope_nothing_comes_back(world, administrator, monkeypatch):
    monkeypatch.setattr(Tenant, "scope", lambda tenant: nullcontext())
    nothing_is_read_or_written(world, administrator)


@pytest.mark.parametrize("last", [EndsTheScope, LeavesAWrongOne])
def test_when_the_scope_ends_before_the_view_nothing_comes_back(world, administrator, settings, last):
    with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, f"{__name__}.{last.__name__}"]):
        nothing_is_read_or_written(world, administrator)


def nothing_is_read_or_written(world: World, administrator) -> None:
    before = snapshot.take(administrator)
    assert heard(world) == dict.fromkeys(WHO, set())
    wrong = snapshot.changes(before, snapshot.take(administrator))
    assert [str(change) for change in wrong if change.table != "tenants_session"] == []
