"""users.csv and, in 1.2, roles.csv: people and what they are where."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from directory.sync.findings import Findings
from directory.sync.limits import MOST_ROLES, at_most
from directory.sync.oneroster.cells import LONGEST_NAME, Row, may_be_user_name
from directory.sync.records import USER_ROLES, OrgRecord, PersonRecord, RoleRecord

# 1.1 has one word for all administrators; 1.2 tells them apart by where they are.
_ADMINISTRATOR = "administrator"
_KNOWN_ROLES = USER_ROLES | {_ADMINISTRATOR}
_DISTRICT_KINDS = frozenset({"district", "local", "state", "national"})

Roles = dict[str, list[RoleRecord]]


def read_roles(rows: Iterable[Row], orgs: dict[str, OrgRecord]) -> Roles:
    """The roles of 1.2, by user."""
    held: Roles = defaultdict(list)
    for row in at_most(MOST_ROLES, rows):
        user, org = row.needed("userSourcedId"), row.needed("orgSourcedId")
        primary = row.one_of("roleType", ("primary", "secondary")) == "primary"
        begin, end = row.days("beginDate", "endDate")
        word = _known_role(row)
        if _is_there(row, org, orgs):
            word = _placed(word, orgs[org])
            held[user].append(RoleRecord(word, org, primary, begin, end, row.table.name, row.line))
    return held


def read_people(
    rows: Iterable[Row], orgs: dict[str, OrgRecord], roles: Roles | None, findings: Findings
) -> Iterator[PersonRecord]:
    """People, one after the other; `roles` is None for 1.1, where they stand in the same row."""
    first: dict[str, int] = {}
    for row in rows:
        person = _person(row, _roles_11(row, orgs) if roles is None else _roles_12(row, roles))
        line = first.setdefault(person.username.casefold(), row.line)
        if line != row.line and person.username:
            text = _("The username “%(name)s” stands in line %(first)d too.")
            text = text if line else _("The username “%(name)s” is somebody else’s already.")
            row.refuse(text, name=person.username, first=line)
        yield person
    _mention_strangers(roles or {}, findings)


def _person(row: Row, held: list[RoleRecord]) -> PersonRecord:
    """Everything we keep of a row: never its password."""
    if not held:
        row.warn(_("“%(id)s” has no role at any organization that is there."), id=row.text("sourcedId"))
    held = sorted(held, key=lambda role: not role.primary)
    return PersonRecord(
        source_id=row.text("sourcedId"),
        username=_username(row),
        given_name=row.needed("givenName", 128),
        family_name=row.needed("familyName", 128),
        middle_name=row.text("middleName", 128),
        preferred_given_name=row.text("preferredGivenName", 128),
        preferred_family_name=row.text("preferredFamilyName", 128),
        email=row.text("email", 254),
        sms=row.text("sms", 64),
        phone=row.text("phone", 64),
        identifier=row.text("identifier", 64),
        grades=row.many("grades"),
        enabled=row.boolean("enabledUser"),
        primary_org=row.text("primaryOrgSourcedId") or (held[0].org if held else ""),
        roles=tuple(held),
        line=row.line,
    )


def _username(row: Row) -> str:
    name = row.needed("username", LONGEST_NAME)
    if len(name) <= LONGEST_NAME and not may_be_user_name(name):
        row.refuse(_("“%(name)s” cannot be a user name."), name=name)
    return name


def _roles_11(row: Row, orgs: dict[str, OrgRecord]) -> list[RoleRecord]:
    """1.1: one role for all organizations of the person; the first of them leads."""
    listed = list(dict.fromkeys(row.many("orgSourcedIds")))
    here = [org for org in listed if _is_there(row, org, orgs)]
    word = _known_role(row)
    return [
        RoleRecord(_placed(word, orgs[org]), org, org == here[0], file=row.table.name, line=row.line)
        for org in here
    ]


def _roles_12(row: Row, roles: Roles) -> list[RoleRecord]:
    return roles.pop(row.text("sourcedId"), [])


def _known_role(row: Row) -> str:
    """The role; one that nobody knows is kept and gives no rights."""
    row.needed("role")
    role = row.word("role", _KNOWN_ROLES)
    if role and role not in _KNOWN_ROLES:
        row.warn(_("The role “%(role)s” is not known and gives no rights."), role=role)
    return role


def _placed(role: str, org: OrgRecord) -> str:
    """The role in the words of 1.2, at this organization."""
    if role != _ADMINISTRATOR:
        return role
    return "districtAdministrator" if org.kind in _DISTRICT_KINDS else "siteAdministrator"


def _is_there(row: Row, org: str, orgs: dict[str, OrgRecord]) -> bool:
    if org and org not in orgs:
        row.warn(_("The organization “%(id)s” is not in orgs.csv; the role there is held back."), id=org)
    return org in orgs


def _mention_strangers(roles: Roles, findings: Findings) -> None:
    text = _("The user “%(id)s” is not in users.csv; the role is held back.")
    for user, held in roles.items():
        for role in held:
            if role.line:  # of a known row it was said when it came
                findings.warn(role.file, role.line, text, id=user)
