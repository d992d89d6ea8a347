from directory.models.assignments import RoleAssignment
from directory.models.badges import Badge, BadgeKind, Pin
from directory.models.groups import Group, GroupMember, GroupOwner
from directory.models.lockout import FamiliarNetwork, SignInCount, SignInLock
from directory.models.messages import Channel, Message, MessageTemplate, OutboxMessage, State
from directory.models.methods import EmailMethod, PhoneMethod, PhoneType
from directory.models.password_policies import PasswordPolicy, Preset
from directory.models.policies import Access, Settings
from directory.models.recovery import PhoneSignIn, Recovery, Throttle, Way
from directory.models.texts import Gateway, Recipients, TextSettings
from directory.models.units import AdministrativeUnit, Kind, UnitMembership
from directory.models.uploads import Upload
from directory.models.users import Guest, Invitation, User
from directory.models.words import SearchWord

__all__ = [
    "Access",
    "AdministrativeUnit",
    "Badge",
    "BadgeKind",
    "Channel",
    "EmailMethod",
    "FamiliarNetwork",
    "Gateway",
    "Group",
    "GroupMember",
    "GroupOwner",
    "Guest",
    "Invitation",
    "Kind",
    "Message",
    "MessageTemplate",
    "OutboxMessage",
    "PasswordPolicy",
    "PhoneMethod",
    "PhoneSignIn",
    "PhoneType",
    "Pin",
    "Preset",
    "Recipients",
    "Recovery",
    "RoleAssignment",
    "SearchWord",
    "Settings",
    "SignInCount",
    "SignInLock",
    "State",
    "TextSettings",
    "Throttle",
    "UnitMembership",
    "Upload",
    "User",
    "Way",
]
