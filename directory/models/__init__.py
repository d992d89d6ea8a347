from directory.models.access_passes import AccessPass
from directory.models.access_policies import AccessPolicy
from directory.models.applications import Application, SigningKey
from directory.models.assignments import RoleAssignment
from directory.models.badges import Badge, BadgeKind, Pin
from directory.models.connected_directories import LOCAL, ConnectedDirectory, DirectoryKind
from directory.models.federation import FederatedIdentity, FederationTicket
from directory.models.groups import Group, GroupMember, GroupOwner
from directory.models.identity_providers import IdentityProvider, ProviderKind, UserNameClaim
from directory.models.lockout import FamiliarNetwork, SignInCount, SignInLock
from directory.models.messages import Channel, Message, MessageTemplate, OutboxMessage, State
from directory.models.methods import EmailMethod, PhoneMethod, PhoneType
from directory.models.password_policies import PasswordPolicy, Preset
from directory.models.policies import Access, Registrants, Settings
from directory.models.recovery import PhoneSignIn, Recovery, Throttle, Way
from directory.models.security_info import InfoKind, Proof
from directory.models.sources import (
    ManagersGroups,
    Rhythm,
    RosterFile,
    Run,
    RunChange,
    RunState,
    Source,
    SourceKind,
)
from directory.models.texts import Gateway, Recipients, TextSettings
from directory.models.units import AdministrativeUnit, Kind, UnitMembership
from directory.models.uploads import Upload
from directory.models.users import Guest, Invitation, User
from directory.models.words import SearchWord

__all__ = [
    "Access",
    "AccessPass",
    "AccessPolicy",
    "AdministrativeUnit",
    "Application",
    "Badge",
    "BadgeKind",
    "Channel",
    "ConnectedDirectory",
    "DirectoryKind",
    "EmailMethod",
    "FamiliarNetwork",
    "FederatedIdentity",
    "FederationTicket",
    "Gateway",
    "Group",
    "GroupMember",
    "GroupOwner",
    "Guest",
    "IdentityProvider",
    "InfoKind",
    "Invitation",
    "Kind",
    "LOCAL",
    "ManagersGroups",
    "Message",
    "MessageTemplate",
    "OutboxMessage",
    "PasswordPolicy",
    "PhoneMethod",
    "PhoneSignIn",
    "PhoneType",
    "Pin",
    "Preset",
    "Proof",
    "ProviderKind",
    "Recipients",
    "Recovery",
    "Registrants",
    "Rhythm",
    "RosterFile",
    "RoleAssignment",
    "Run",
    "RunChange",
    "RunState",
    "SearchWord",
    "Settings",
    "SignInCount",
    "SignInLock",
    "SigningKey",
    "Source",
    "SourceKind",
    "State",
    "TextSettings",
    "Throttle",
    "UnitMembership",
    "Upload",
    "User",
    "UserNameClaim",
    "Way",
]
