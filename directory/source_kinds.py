"""What each kind of connected directory and of source is given, and what it cannot work without."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from directory import roles
from directory.models import LOCAL, ConnectedDirectory, DirectoryKind, ManagersGroups, Source, SourceKind
from directory.models.identity_providers import DIRECTORY, is_address

AD, LDAP, ENTRA, GOOGLE = DirectoryKind
_OF_LDAP = ("servers", "ca_certificates", "base_dn", "match_attribute", "account", "secret")
# Beside name and switches, which all have.
FIELDS_OF_DIRECTORY = {
    AD: _OF_LDAP,
    LDAP: _OF_LDAP,
    ENTRA: ("directory_id", "account", "secret"),
    GOOGLE: ("account", "acts_for", "secret"),
}
OPTIONAL = {"ca_certificates", "base_dn", "match_attribute"}
CHECKING = {AD, LDAP}  # where a password can be checked by trying it

READS_FILES = {SourceKind.ONEROSTER_CSV, SourceKind.CSV}
# Which directories a source of this kind may read.
READS = {SourceKind.LDAP: {AD, LDAP}, SourceKind.ENTRA: {ENTRA}, SourceKind.GOOGLE: {GOOGLE}}
# Directories that say of a group whether administrators alone make and fill it.
TELLS_WHO_MADE = {SourceKind.ENTRA, SourceKind.GOOGLE}
ONEROSTER = {SourceKind.ONEROSTER_CSV, SourceKind.ONEROSTER_REST}

# Names that mean something else where a row says what keeps it.
RESERVED = {LOCAL, "rule"}
SERVER = re.compile(r"([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?")
MOST_SERVERS = 8
_PART = r"[A-Za-z0-9][A-Za-z0-9.-]*\s*=(?:\\.|[^,\\])+"
DN = re.compile(rf"\s*{_PART}(?:,\s*{_PART})*", re.DOTALL)  # RFC 4514, loosely: the server knows better
ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")  # RFC 4512, 2.5: a short name


def check_directory(row: ConnectedDirectory) -> None:
    """Bring its texts into form; raises ValidationError, by field, for what cannot work."""
    row.servers = "\n".join(_lines(row.servers.lower()))
    row.directory_id = row.directory_id.strip().lower()
    row.account, row.base_dn = row.account.strip(), row.base_dn.strip()
    wanted = set(FIELDS_OF_DIRECTORY[DirectoryKind(row.kind)]) - OPTIONAL
    refuse_reserved(row.key)
    errors = _missing(row, wanted)
    errors |= {name: said for name, said in _wrong_parts(row).items() if name not in errors}
    if errors:
        raise ValidationError(errors)


def _wrong_parts(row: ConnectedDirectory) -> dict[str, str]:
    """What is there, and is not what it should be."""
    errors = {}
    if row.servers and (wrong := _wrong_server(_lines(row.servers))):
        errors["servers"] = wrong
    if row.ca_certificates.strip() and not _are_certificates(row.ca_certificates):
        errors["ca_certificates"] = _("This is not a certificate in PEM form.")
    if row.kind == GOOGLE and row.secret and not _is_key(row.secret):
        errors["secret"] = _("This is not a private key in PEM form.")
    if row.checks_passwords and row.kind not in CHECKING:
        errors["checks_passwords"] = _("Only Active Directory and LDAP can be asked for this.")
    return errors | _wrong_names(row)


def _wrong_names(row: ConnectedDirectory) -> dict[str, str]:
    """What cannot be the name of anything over there."""
    errors = {}
    if row.kind == ENTRA and not DIRECTORY.fullmatch(row.directory_id):
        errors["directory_id"] = _("A directory ID has 32 letters and digits in five groups.")
    if row.kind == ENTRA and not DIRECTORY.fullmatch(row.account.lower()):
        errors["account"] = _("A client ID has 32 letters and digits in five groups.")
    if row.kind == GOOGLE and not _is_mail(row.account):
        errors["account"] = _("This is not an address like mystaff@project.iam.gserviceaccount.com.")
    if row.kind == GOOGLE and not _is_mail(row.acts_for):
        errors["acts_for"] = _("This is not an address like admin@school.example.")
    if row.kind in CHECKING and row.base_dn and not DN.fullmatch(row.base_dn):
        errors["base_dn"] = _("This is not a distinguished name, like DC=ad,DC=example.")
    if row.kind in CHECKING and row.match_attribute and not ATTRIBUTE.fullmatch(row.match_attribute):
        errors["match_attribute"] = _("This is not the name of an attribute, like mail.")
    return errors


def _wrong_server(servers: list[str]) -> str:
    if len(servers) > MOST_SERVERS:
        return _("At most %(most)d servers.") % {"most": MOST_SERVERS}
    for server in servers:
        found = SERVER.fullmatch(server)
        if found is None or not 0 < int(found[2] or 1) < 65536:
            return _("“%(server)s” is not a name and a port, like dc1.ad.example:636.") % {"server": server}
    return ""


def _is_mail(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _are_certificates(pem: str) -> bool:
    try:
        return bool(x509.load_pem_x509_certificates(pem.encode()))
    except ValueError:
        return False


def _is_key(pem: str) -> bool:
    try:
        load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError):
        return False
    return True


def check_source(row: Source) -> None:
    """Bring its texts into form; raises ValidationError, by field, for what cannot work."""
    row.groups = "\n".join(_lines(row.groups))
    row.address, row.client_id = row.address.strip(), row.client_id.strip()
    refuse_reserved(row.key)
    errors = _of_connection(row)
    if any(role and role not in roles.UNIT_SCOPABLE for role in row.roles.values()):
        errors["roles"] = _("A source gives roles over locations only.")
    if row.managers_groups == ManagersGroups.GUARDED and row.kind not in TELLS_WHO_MADE:
        errors["managers_groups"] = _("This kind of directory does not say who made a group.")
    if errors:
        raise ValidationError(errors)


def _of_connection(row: Source) -> dict[str, str]:
    """How the source is reached."""
    if row.kind == SourceKind.ONEROSTER_REST:
        errors = _missing(row, ("address", "client_id", "secret"))
        addresses = row.address.split()  # of the service, and of its tokens where that is another
        if len(addresses) > 2 or not all(map(is_address, addresses)):
            errors["address"] = _("Use an address that begins with https://")
        return errors
    if row.kind in READS:
        if row.directory is None:
            return {"directory": _("This kind needs it.")}
        if row.directory.kind not in READS[SourceKind(row.kind)]:
            return {"directory": _("This directory is of another kind.")}
    return {}


def refuse_reserved(key: str) -> None:
    """Raise ValidationError for a short name that rows which no source keeps have there."""
    if key in RESERVED:
        raise ValidationError(_("“%(key)s” means something else here."), params={"key": key})


def _missing(row: Source | ConnectedDirectory, names: Iterable[str]) -> dict[str, str]:
    return {name: _("This kind needs it.") for name in names if not getattr(row, name)}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
