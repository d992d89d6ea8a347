"""How many of the web server's threads wait for directories: slow ones never stop the portal.

Of its sixteen threads a tenant's directories hold MOST, and LINE more wait a moment for one of these; all
tenants' together ALL. Whoever comes upon more is told to come again, at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Condition

from django.utils.translation import gettext as _

from directory.connectors import Unreachable
from tenants import scopes

MOST = 4  # of a tenant at once
LINE = 3  # of a tenant that wait for one of these: a class that signs in comes at the same moment
WAIT = 0.5  # seconds that they do
ALL = 12  # of all tenants, those that wait counted

_busy: Counter[Hashable] = Counter()
_in_line: Counter[Hashable] = Counter()
_changed = Condition()


@contextmanager
def slot(name: str) -> Iterator[None]:
    """One of this tenant's, as long as the block runs. Raises Unreachable if there is none."""
    tenant = scopes.require()
    with _changed:
        if not _taken(tenant):
            raise Unreachable(_("%(directory)s has too much to do. Try again later.") % {"directory": name})
    try:
        yield
    finally:
        with _changed:
            _leave(_busy, tenant)
            _changed.notify_all()


def _taken(tenant: Hashable) -> bool:
    """Take one, after a moment in the line where that has a place; False where there is none."""
    if _busy.total() + _in_line.total() >= ALL:
        return False
    if _busy[tenant] >= MOST and not (_in_line[tenant] < LINE and _came_free(tenant)):
        return False
    _busy[tenant] += 1
    return True


def _came_free(tenant: Hashable) -> bool:
    _in_line[tenant] += 1
    try:
        return _changed.wait_for(lambda: _busy[tenant] < MOST, WAIT)
    finally:
        _leave(_in_line, tenant)


def _leave(counter: Counter[Hashable], tenant: Hashable) -> None:
    """Counted down; at none it is forgotten, so that the counter does not grow with the tenants."""
    counter[tenant] -= 1
    counter += Counter()
