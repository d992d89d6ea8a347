"""Who attacks, and what each of them may rightly see: all else is a finding."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from directory.models import User
from mystaff import registering
from tenants import scopes
from tenants.sessions import SessionStore
from tests.attack.canaries import Cell, Row

EVERY = frozenset({"*"})
NAMES = frozenset({"user_principal_name", "display_name", "given_name", "surname"})
# What the portal shows of the people in one's circles, and of the locations.
PORTAL = {
    "directory_user": NAMES | {"id", "job_title", "department", "employee_id"},
    "directory_phonemethod": frozenset({"number"}),
    "directory_emailmethod": frozenset({"address"}),
    "directory_administrativeunit": frozenset({"id", "name"}),
    "audit_entry": frozenset({"activity", "actor_name"}),
}
ACCOUNT = {name: PORTAL[name] for name in PORTAL if name != "audit_entry"} | {
    "directory_invitation": frozenset({"id"}),
    "django_admin_log": frozenset({"object_repr"}),  # the stock admin's "Recent actions"
}
# What the tenant tells everyone who comes to its own pages.
PUBLIC = {"directory_settings": frozenset({"help_contact", "help_phone"})}
TRAIL = {"audit_entry": EVERY, "audit_head": frozenset({"hash"})}  # the last entry has the same hash
REGISTERS = dict.fromkeys(
    ("tenants_hostname", "tenants_emaildomain", "tenants_tenant", "tenants_allowedhost"), EVERY
)


@dataclass(frozen=True)
class Actor:
    """Somebody with a cookie."""

    name: str
    person: User | None = None
    own: frozenset[str] = frozenset()  # ids of the rows that are this person
    tenant: str = ""  # where they may see anything
    circles: frozenset[str] = frozenset()
    tables: dict[str, frozenset[str]] = field(default_factory=dict, hash=False)  # over the whole tenant
    visitors: frozenset[str] = frozenset()  # ids of people from elsewhere whom the trail names
    ended: bool = False

    def sees(self, cell: Cell, place: str = "") -> bool:
        """Whether they may read this cell, on a page of this place (a tenant's id)."""
        row = cell.row
        if row.tenant == place and _names(PUBLIC, cell):
            return True
        if row.owner in self.own or (row.table == "directory_user" and row.pk in self.own):
            return _names(ACCOUNT, cell) or (row.tenant == self.tenant and _names(self.tables, cell))
        if row.pk in self.visitors and cell.column == "display_name":
            return True
        if row.tenant != self.tenant and row.table not in REGISTERS:
            return False
        helped = bool(self.circles & {row.circle, *EVERY})
        return _names(self.tables, cell) or (helped and _names(PORTAL, cell))

    def knows(self, row: Row) -> bool:
        """Whether the row is there for them at all."""
        return self.sees(Cell(row, "id"))

    @property
    def nobody(self) -> Actor:
        """With a cookie that is not theirs: a stranger, who may see what everyone may."""
        nothing = dict.fromkeys(("own", "circles", "visitors"), frozenset())
        return replace(self, person=None, tenant="", tables={}, **nothing)


def _names(tables: dict[str, frozenset[str]], cell: Cell) -> bool:
    return bool(tables.get(cell.row.table, frozenset()) & {cell.column, *EVERY})


def session_of(person: User) -> str:
    """A new session of this person: its key."""
    with scopes.scope(person.tenant_id):
        person = User.objects.get(pk=person.pk)
        store = SessionStore()
        store[SESSION_KEY] = str(person.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = person.get_session_auth_hash()
        # They have been asked for their security info: or each first page of a session writes into it.
        store[registering.DONE] = str(person.pk)
        store.save()
    return store.session_key


def cookie_of(key: str) -> str:
    """The header's text for a session key."""
    return f"{settings.SESSION_COOKIE_NAME}={key}" if key else ""
