"""How many threads may wait for a tenant's directories at once: a slow one never stops the portal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.utils.translation import gettext as _

from directory.connectors import Unreachable
from tenants import scopes

MOST = 4  # of the web server's sixteen threads
WAIT = 1  # second that the next one waits until it is told to come again

_slots: defaultdict[object, BoundedSemaphore] = defaultdict(lambda: BoundedSemaphore(MOST))


@contextmanager
def slot(name: str) -> Iterator[None]:
    """One of this tenant's, as long as the block runs. Raises Unreachable if all are taken."""
    mine = _slots[scopes.require()]
    if not mine.acquire(timeout=WAIT):
        raise Unreachable(_("%(directory)s has too much to do. Try again later.") % {"directory": name})
    try:
        yield
    finally:
        mine.release()
