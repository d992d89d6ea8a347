"""What a rule can ask about a person: Entra's names, and what they are here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from directory.models import EmailMethod, PhoneMethod, PhoneType


class Kind(Enum):
    TEXT = auto()  # a column of the person
    METHOD = auto()  # a text that is a row of its own, if there is one
    BOOLEAN = auto()
    ID = auto()
    TYPE = auto()  # member or guest
    GROUPS = auto()


@dataclass(frozen=True)
class Property:
    """One property: of what kind, and where its value is kept."""

    name: str
    kind: Kind
    field: str = ""
    model: type | None = None
    only: tuple[tuple[str, str], ...] = ()  # which rows of the model


_PHONE = {"kind": Kind.METHOD, "field": "number", "model": PhoneMethod}
USER_TYPE, OTHER_MAILS, MEMBER_OF = "userType", "otherMails", "memberOf"

ALL = [
    Property("accountEnabled", Kind.BOOLEAN, "is_active"),
    Property("department", Kind.TEXT, "department"),
    Property("displayName", Kind.TEXT, "display_name"),
    Property("employeeId", Kind.TEXT, "employee_id"),
    Property("givenName", Kind.TEXT, "given_name"),
    Property("jobTitle", Kind.TEXT, "job_title"),
    Property(MEMBER_OF, Kind.GROUPS),
    Property("mobile", only=(("phone_type", PhoneType.MOBILE),), **_PHONE),
    Property("objectId", Kind.ID, "pk"),
    Property(OTHER_MAILS, Kind.METHOD, "address", EmailMethod),
    Property("surname", Kind.TEXT, "surname"),
    Property("telephoneNumber", only=(("phone_type", PhoneType.OFFICE),), **_PHONE),
    Property("userPrincipalName", Kind.TEXT, "user_principal_name"),
    Property(USER_TYPE, Kind.TYPE),
]
USER_TYPES = ("member", "guest")
NAMES = [one.name for one in ALL]
# Entra asks for the names as they are written; its pages write some of them in two ways.
BY_NAME = {one.name.lower(): one for one in ALL} | {"mobilephone": next(p for p in ALL if p.name == "mobile")}
EACH = Property("_", Kind.TEXT, "address")  # one of several, within -any and -all
GROUP_ID = "group.objectid"
