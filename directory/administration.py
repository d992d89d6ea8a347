"""The deeds of the admin: their words, and who may do them.

Names of activities: Microsoft's "Audit activity reference". Which role may do what: "Microsoft Entra built-in
roles", and narrower where two roles together would reach further than each of them.
"""

from django.utils.translation import gettext_noop

from directory import roles
from directory.verbs import Action

_GLOBAL = frozenset({roles.GLOBAL})
_PEOPLE = _GLOBAL | {roles.USER}
_PLAIN_GROUPS = _GLOBAL | {roles.GROUPS}
_ROLES = _GLOBAL | {roles.PRIVILEGED_ROLE}


def _on_person(word: str, activity: str, table: dict, operation: str = "Update") -> Action:
    return Action(word, activity, operation=operation, table=table)


# People: whom the tables let a role act on

ADD_USER = Action("add_user", gettext_noop("Add user"), operation="Create", needs=_PEOPLE)
UPDATE_USER = _on_person("update_user", gettext_noop("Update user"), roles.SENSITIVE_ACTIONS)
DELETE_USER = _on_person("delete_user", gettext_noop("Delete user"), roles.SENSITIVE_ACTIONS, "Delete")
ENABLE_ACCOUNT = _on_person("enable_account", gettext_noop("Enable account"), roles.SENSITIVE_ACTIONS)
DISABLE_ACCOUNT = _on_person("disable_account", gettext_noop("Disable account"), roles.SENSITIVE_ACTIONS)
ADD_EMAIL = _on_person(
    "add_email", gettext_noop("Admin registered security info"), roles.AUTHENTICATION_METHODS, "Create"
)
CHANGE_EMAIL = _on_person(
    "change_email", gettext_noop("Admin updated security info"), roles.AUTHENTICATION_METHODS
)
REMOVE_EMAIL = _on_person(
    "remove_email", gettext_noop("Admin deleted security info"), roles.AUTHENTICATION_METHODS, "Delete"
)
# Many at once: who they reach is asked for each of them, by the deeds above
_SHEET = {"category": "UserManagement", "needs": _PEOPLE}
IMPORT_PEOPLE = Action("import_people", gettext_noop("Import people"), operation="Import", **_SHEET)
EXPORT_PEOPLE = Action("export_people", gettext_noop("Export people"), operation="Export", **_SHEET)


# Locations: who is where decides who reaches whom, so only those change it who reach everyone

_UNITS = {"category": "AdministrativeUnit", "needs": _GLOBAL}
ADD_UNIT = Action("add_unit", gettext_noop("Add administrative unit"), operation="Create", **_UNITS)
UPDATE_UNIT = Action("update_unit", gettext_noop("Update administrative unit"), **_UNITS)
DELETE_UNIT = Action("delete_unit", gettext_noop("Delete administrative unit"), operation="Delete", **_UNITS)
ADD_UNIT_MEMBER = Action(
    "add_unit_member", gettext_noop("Add member to administrative unit"), operation="Assign", **_UNITS
)
REMOVE_UNIT_MEMBER = Action(
    "remove_unit_member",
    gettext_noop("Remove member from administrative unit"),
    operation="Unassign",
    **_UNITS,
)


# Groups: the needs are those of plain ones; see guarded()

_GROUPS = {"category": "GroupManagement", "needs": _PLAIN_GROUPS}
ADD_GROUP = Action("add_group", gettext_noop("Add group"), operation="Create", **_GROUPS)
UPDATE_GROUP = Action("update_group", gettext_noop("Update group"), **_GROUPS)
DELETE_GROUP = Action("delete_group", gettext_noop("Delete group"), operation="Delete", **_GROUPS)
ADD_GROUP_MEMBER = Action(
    "add_group_member", gettext_noop("Add member to group"), operation="Assign", **_GROUPS
)
REMOVE_GROUP_MEMBER = Action(
    "remove_group_member", gettext_noop("Remove member from group"), operation="Unassign", **_GROUPS
)
ADD_GROUP_OWNER = Action("add_group_owner", gettext_noop("Add owner to group"), operation="Assign", **_GROUPS)
REMOVE_GROUP_OWNER = Action(
    "remove_group_owner", gettext_noop("Remove owner from group"), operation="Unassign", **_GROUPS
)


# Roles

_GIVING = {"category": "RoleManagement", "needs": _ROLES}
ASSIGN_ROLE = Action("assign_role", gettext_noop("Add member to role"), operation="Assign", **_GIVING)
ASSIGN_SCOPED_ROLE = Action(
    "assign_role", gettext_noop("Add scoped member to role"), operation="Assign", **_GIVING
)
CHANGE_ROLE = Action("change_role", gettext_noop("Update role assignment"), **_GIVING)
REMOVE_ROLE = Action("remove_role", gettext_noop("Remove member from role"), operation="Unassign", **_GIVING)
REMOVE_SCOPED_ROLE = Action(
    "remove_role", gettext_noop("Remove scoped member from role"), operation="Unassign", **_GIVING
)


# Applications that people sign in to with the password kept here

_APPLICATIONS = {"category": "ApplicationManagement", "needs": _GLOBAL}
ADD_APPLICATION = Action(
    "add_application", gettext_noop("Add application"), operation="Create", **_APPLICATIONS
)
UPDATE_APPLICATION = Action("update_application", gettext_noop("Update application"), **_APPLICATIONS)
REMOVE_APPLICATION = Action(
    "remove_application", gettext_noop("Remove application"), operation="Delete", **_APPLICATIONS
)
RENEW_SECRET = Action(
    "renew_secret",
    gettext_noop("Update application – Certificates and secrets management"),
    **_APPLICATIONS,
)
ROTATE_SIGNING_KEY = Action("rotate_signing_key", gettext_noop("Update signing key"), **_APPLICATIONS)


# Sources and connected directories: whoever sets one says who is here, who helps whom, and where passwords go

_PROVISIONING = {"category": "ProvisioningManagement", "needs": _GLOBAL}
ADD_SOURCE = Action(
    "add_source", gettext_noop("Add synchronization source"), operation="Create", **_PROVISIONING
)
UPDATE_SOURCE = Action("update_source", gettext_noop("Update synchronization source"), **_PROVISIONING)
DELETE_SOURCE = Action(
    "delete_source", gettext_noop("Delete synchronization source"), operation="Delete", **_PROVISIONING
)
_DIRECTORIES = {"category": "DirectoryManagement", "needs": _GLOBAL}
ADD_DIRECTORY = Action(
    "add_directory", gettext_noop("Add connected directory"), operation="Create", **_DIRECTORIES
)
UPDATE_DIRECTORY = Action("update_directory", gettext_noop("Update connected directory"), **_DIRECTORIES)
DELETE_DIRECTORY = Action(
    "delete_directory", gettext_noop("Delete connected directory"), operation="Delete", **_DIRECTORIES
)
TEST_DIRECTORY = Action(
    "test_directory", gettext_noop("Test connected directory"), operation="Read", **_DIRECTORIES
)
ENABLE_WRITEBACK = Action(
    "enable_writeback", gettext_noop("Enable password writeback for directory"), **_DIRECTORIES
)
DISABLE_WRITEBACK = Action(
    "disable_writeback", gettext_noop("Disable password writeback for directory"), **_DIRECTORIES
)


# Operators, in their own tenant

_ENTERING = {"category": "DirectoryManagement", "needs": frozenset({roles.OPERATOR})}
ENTER_TENANT = Action(
    "enter_tenant", gettext_noop("Operator entered the tenant"), operation="Create", **_ENTERING
)
LEAVE_TENANT = Action(
    "leave_tenant", gettext_noop("Operator left the tenant"), operation="Delete", **_ENTERING
)


# Access policies. Microsoft's role for them, Conditional Access Administrator, is none of ours, and
# Authentication Policy Administrator must not be enough: who gets in from where is power over every
# administrator, and whoever takes a policy away opens what it guarded.

_POLICIES = {"category": "Policy", "needs": _GLOBAL | {roles.OPERATOR}}
ADD_ACCESS_POLICY = Action(
    "add_access_policy", gettext_noop("Add conditional access policy"), operation="Create", **_POLICIES
)
UPDATE_ACCESS_POLICY = Action(
    "update_access_policy", gettext_noop("Update conditional access policy"), **_POLICIES
)
DELETE_ACCESS_POLICY = Action(
    "delete_access_policy", gettext_noop("Delete conditional access policy"), operation="Delete", **_POLICIES
)
EVALUATE_ACCESS_POLICY = Action(
    "evaluate_access_policy",
    gettext_noop("Conditional access policy evaluated"),
    category="Policy",
    operation="Evaluate",
)
