from directory.models.assignments import RoleAssignment
from directory.models.groups import Group, GroupMember, GroupOwner
from directory.models.messages import Channel, Message, MessageTemplate, OutboxMessage, State
from directory.models.methods import EmailMethod, PhoneMethod, PhoneType
from directory.models.policies import Access, Settings
from directory.models.texts import Gateway, Recipients, TextSettings
from directory.models.units import AdministrativeUnit, Kind, UnitMembership
from directory.models.users import Invitation, User
from directory.models.words import SearchWord

__all__ = [
    "Access",
    "AdministrativeUnit",
    "Channel",
    "EmailMethod",
    "Gateway",
    "Group",
    "GroupMember",
    "GroupOwner",
    "Invitation",
    "Kind",
    "Message",
    "MessageTemplate",
    "OutboxMessage",
    "PhoneMethod",
    "PhoneType",
    "Recipients",
    "RoleAssignment",
    "SearchWord",
    "Settings",
    "State",
    "TextSettings",
    "UnitMembership",
    "User",
]
