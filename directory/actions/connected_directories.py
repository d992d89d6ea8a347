"""Connected directories: added, changed, tried, deleted; passwords written back to them or not."""

from __future__ import annotations

from typing import Any

from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory import administration, connectors
from directory.actions.saving import inside, note_changes, note_secret, refused_if_taken
from directory.connectors import Refused
from directory.door import Initiator, administering
from directory.models import ConnectedDirectory, Source, User
from directory.source_kinds import check_directory

FIELDS = {
    "name": "displayName",
    "key": "shortName",
    "kind": "kind",
    "enabled": "enabled",
    "servers": "servers",
    "ca_certificates": "caCertificates",
    "base_dn": "baseDN",
    "match_attribute": "matchAttribute",
    "directory_id": "directoryId",
    "account": "account",
    "acts_for": "actsFor",
    "checks_passwords": "checksPasswords",
}
CHANGEABLE = tuple(name for name in FIELDS if name not in ("key", "kind"))
TAKEN = gettext_lazy("There is one of this short name already.")


def _target(row: ConnectedDirectory) -> dict[str, Any]:
    return {"id": row.pk, "type": "ConnectedDirectory", "name": row.name}


def add_directory(row: ConnectedDirectory, *, by: Initiator) -> None:
    """Add one. Raises ValidationError for what cannot work, Refused for a short name that is taken."""
    writes, row.writes_passwords = row.writes_passwords, False
    row.full_clean()
    check_directory(row)
    with administering(by, administration.ADD_DIRECTORY, _target(row)) as deed:
        note_changes(deed, None, row, FIELDS)
        note_secret(deed, row.secret)
        with refused_if_taken(str(TAKEN)):
            row.save(force_insert=True)
    if writes:
        set_writeback(row, True, by=by)


def update_directory(row: ConnectedDirectory, values: dict[str, Any], *, by: Initiator) -> None:
    """Change some of CHANGEABLE, the secret (where one is given), and whether passwords are written back.

    Raises ValidationError for what cannot work.
    """
    old, new = inside(row), inside(row)
    for name in set(CHANGEABLE) & values.keys():
        setattr(new, name, values[name])
    if secret := values.get("secret"):
        new.secret = secret
    new.full_clean()
    check_directory(new)
    if secret or any(getattr(old, name) != getattr(new, name) for name in CHANGEABLE):
        with administering(by, administration.UPDATE_DIRECTORY, _target(old)) as deed:
            changed = note_changes(deed, old, new, FIELDS) + note_secret(deed, secret)
            new.save(update_fields=changed)
    set_writeback(new, values.get("writes_passwords", old.writes_passwords), by=by)


def set_writeback(row: ConnectedDirectory, on: bool, *, by: Initiator) -> None:
    """Let passwords be written back, or not; what is as it was is no deed."""
    row = inside(row)
    if row.writes_passwords == on:
        return
    action = administration.ENABLE_WRITEBACK if on else administration.DISABLE_WRITEBACK
    with administering(by, action, _target(row)) as deed:
        deed.change("writesPasswords", row.writes_passwords, on)
        row.writes_passwords = on
        row.save(update_fields=["writes_passwords"])


def probe_directory(row: ConnectedDirectory, *, by: Initiator) -> None:
    """Ask a directory, with what is stored, whether it would let us in. Raises Refused or Unreachable."""
    row = inside(row)
    with administering(by, administration.TEST_DIRECTORY, _target(row)):
        connectors.connect(row).probe()


def delete_directory(row: ConnectedDirectory, *, by: Initiator) -> None:
    """Delete one that nothing uses. Raises Refused where passwords of people live or a source reads."""
    row = inside(row)
    with administering(by, administration.DELETE_DIRECTORY, _target(row)) as deed:
        note_changes(deed, row, None, FIELDS)
        if reason := in_use(row):
            raise Refused(reason)
        try:
            row.delete()
        except ProtectedError as error:
            raise Refused(_("A source uses this directory.")) from error


def in_use(row: ConnectedDirectory) -> str:
    """Why it cannot be deleted, as a sentence; '' if it can."""
    if source := Source.objects.filter(Q(directory=row) | Q(authority=row)).first():
        return _("The source %(source)s uses this directory.") % {"source": source.name}
    if User.objects.filter(authority=row.key).exists():
        return _("The passwords of people here live in this directory.")
    return ""
