"""The web server's application, which waits for a directory for minutes instead of seconds."""

from mystaff.wsgi import application

from directory import connectors, outgoing  # isort: skip  Django must be set up first
from directory.connectors import slots  # isort: skip

connectors.CONNECTED = 600
outgoing.LOOKED_UP = 600  # else a machine that is busy would give up on a name
slots.MOST = 8

__all__ = ["application"]
