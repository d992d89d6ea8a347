"""The roles, and whom each may act on: Microsoft's tables, "Privileged roles and permissions" (2026).

A row of a table is a role that the target holds; NO_ROLE, IN_ROLE_GROUP and IN_RESTRICTED_UNIT are rows too.
"""

from django.utils.translation import gettext_noop

PASSWORD = gettext_noop("Password Administrator")
HELPDESK = gettext_noop("Helpdesk Administrator")
AUTHENTICATION = gettext_noop("Authentication Administrator")
PRIVILEGED_AUTHENTICATION = gettext_noop("Privileged Authentication Administrator")
PRIVILEGED_ROLE = gettext_noop("Privileged Role Administrator")
USER = gettext_noop("User Administrator")
GLOBAL = gettext_noop("Global Administrator")
GROUPS = gettext_noop("Groups Administrator")
AUTHENTICATION_POLICY = gettext_noop("Authentication Policy Administrator")
GLOBAL_READER = gettext_noop("Global Reader")
OPERATOR = gettext_noop("Operator")

NO_ROLE = "User (no admin role)"
IN_ROLE_GROUP = "User (no admin role, but member or owner of a role-assignable group)"
IN_RESTRICTED_UNIT = "User with a role scoped to a restricted management administrative unit"
ANY_OTHER = "All other built-in and custom roles"

_READERS = {
    "Message Center Reader",
    "Reports Reader",
    "Usage Summary Reports Reader",
    "User Experience Success Manager",
}
_HARMLESS = {NO_ROLE, "Directory Readers", "Guest Inviter", PASSWORD}
_NAMED = (
    _HARMLESS
    | _READERS
    | {AUTHENTICATION, GLOBAL, GROUPS, HELPDESK, PRIVILEGED_AUTHENTICATION, PRIVILEGED_ROLE}
)
ROWS = frozenset(_NAMED | {USER, IN_ROLE_GROUP, IN_RESTRICTED_UNIT, ANY_OTHER})
_USERS = _HARMLESS | _READERS | {GROUPS, HELPDESK, USER}
_METHODS = _HARMLESS | _READERS | {AUTHENTICATION}

RESET_PASSWORD: dict[str, frozenset[str]] = {
    PASSWORD: frozenset(_HARMLESS),
    HELPDESK: frozenset(_HARMLESS | _READERS | {HELPDESK}),
    AUTHENTICATION: frozenset(_METHODS),
    USER: frozenset(_USERS),
    PRIVILEGED_AUTHENTICATION: ROWS,
    GLOBAL: ROWS,
}
AUTHENTICATION_METHODS: dict[str, frozenset[str]] = {
    AUTHENTICATION: frozenset(_METHODS),
    PRIVILEGED_AUTHENTICATION: ROWS,
    GLOBAL: ROWS,
}
SENSITIVE_ACTIONS: dict[str, frozenset[str]] = {
    AUTHENTICATION: frozenset(_METHODS),
    USER: frozenset(_USERS),
    PRIVILEGED_AUTHENTICATION: ROWS,
    GLOBAL: ROWS,
}
# Whoever holds one of these helps people: it opens the portal.
PORTAL = frozenset(RESET_PASSWORD) | frozenset(AUTHENTICATION_METHODS) | frozenset(SENSITIVE_ACTIONS)
# Whoever holds one of these over the whole tenant opens the admin; each page there asks for its own.
ADMIN = frozenset({GLOBAL, GLOBAL_READER, USER, GROUPS, PRIVILEGED_ROLE, AUTHENTICATION_POLICY})

UNIT_SCOPABLE = frozenset(
    {
        "Attribute Assignment Administrator",
        "Attribute Assignment Reader",
        AUTHENTICATION,
        "Cloud Device Administrator",
        GROUPS,
        HELPDESK,
        "License Administrator",
        PASSWORD,
        "Printer Administrator",
        PRIVILEGED_AUTHENTICATION,
        "SharePoint Administrator",
        "Teams Administrator",
        "Teams Devices Administrator",
        USER,
    }
)
EVERY_ROLE = tuple(
    sorted(
        UNIT_SCOPABLE
        | _READERS
        | {"Directory Readers", "Guest Inviter", "Partner Tier1 Support", "Partner Tier2 Support"}
        | {GLOBAL, GLOBAL_READER, PRIVILEGED_ROLE, AUTHENTICATION_POLICY}
    )
)
