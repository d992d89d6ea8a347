from directory.models.assignments import RoleAssignment
from directory.models.groups import Group, GroupMember, GroupOwner
from directory.models.messages import OutboxMessage
from directory.models.methods import EmailMethod, PhoneMethod, PhoneType
from directory.models.password_policies import PasswordPolicy, Preset
from directory.models.policies import Access, Settings
from directory.models.recovery import Recovery, Throttle, Way
from directory.models.units import AdministrativeUnit, Kind, UnitMembership
from directory.models.users import Guest, Invitation, User
from directory.models.words import SearchWord

__all__ = [
    "Access",
    "AdministrativeUnit",
    "EmailMethod",
    "Group",
    "GroupMember",
    "GroupOwner",
    "Guest",
    "Invitation",
    "Kind",
    "OutboxMessage",
    "PasswordPolicy",
    "PhoneMethod",
    "PhoneType",
    "Preset",
    "Recovery",
    "RoleAssignment",
    "SearchWord",
    "Settings",
    "Throttle",
    "UnitMembership",
    "User",
    "Way",
]
