"""The stock Django admin, mounted twice: in each tenant, and outside for the operators.

Both stand behind our own sign-in (the stock one skips second factors), and every change goes through the
door of directory/door.py.
"""

from django.utils.translation import gettext_lazy as _

from audit.admin import EntryAdmin
from audit.models import Entry
from directory.models import (
    AccessPolicy,
    AdministrativeUnit,
    Application,
    ConnectedDirectory,
    FederatedIdentity,
    Group,
    Guest,
    IdentityProvider,
    Message,
    MessageTemplate,
    PasswordPolicy,
    RoleAssignment,
    Settings,
    Source,
    TextSettings,
    User,
)
from mystaff.admin.access_policies import AccessPolicyAdmin
from mystaff.admin.applications import ApplicationAdmin
from mystaff.admin.connected_directories import ConnectedDirectoryAdmin
from mystaff.admin.groups import GroupAdmin
from mystaff.admin.guests import GuestAdmin
from mystaff.admin.identity_providers import IdentityAdmin, IdentityProviderAdmin
from mystaff.admin.messages import MessageAdmin, MessageTemplateAdmin, TextSettingsAdmin
from mystaff.admin.operators import AllowedHostAdmin, EmailDomainAdmin, HostNameAdmin, TenantAdmin
from mystaff.admin.people import PersonAdmin
from mystaff.admin.places import UnitAdmin
from mystaff.admin.policies import PasswordPolicyAdmin
from mystaff.admin.roles import RoleAdmin
from mystaff.admin.settings import SettingsAdmin
from mystaff.admin.site import Inside, Site
from mystaff.admin.sources import SourceAdmin
from tenants.models import AllowedHost, EmailDomain, HostName, Tenant

inside = Inside(name="admin")
inside.index_title = _("Administration")
inside.register(Entry, EntryAdmin)
inside.register(User, PersonAdmin)
inside.register(AdministrativeUnit, UnitAdmin)
inside.register(Group, GroupAdmin)
inside.register(RoleAssignment, RoleAdmin)
inside.register(Guest, GuestAdmin)
inside.register(Settings, SettingsAdmin)
inside.register(PasswordPolicy, PasswordPolicyAdmin)
inside.register(AccessPolicy, AccessPolicyAdmin)
inside.register(IdentityProvider, IdentityProviderAdmin)
inside.register(FederatedIdentity, IdentityAdmin)
inside.register(TextSettings, TextSettingsAdmin)
inside.register(MessageTemplate, MessageTemplateAdmin)
inside.register(Message, MessageAdmin)
inside.register(Application, ApplicationAdmin)
inside.register(Source, SourceAdmin)
inside.register(ConnectedDirectory, ConnectedDirectoryAdmin)

outside = Site(name="admin")
outside.index_title = _("Operators")
outside.register(Entry, EntryAdmin)
outside.register(Tenant, TenantAdmin)
outside.register(HostName, HostNameAdmin)
outside.register(EmailDomain, EmailDomainAdmin)
outside.register(AllowedHost, AllowedHostAdmin)
outside.register(AccessPolicy, AccessPolicyAdmin)
