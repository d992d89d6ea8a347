"""Deeds: one word each, which is the permission, the event in the trail and the button.

Names of activities: Microsoft's "Audit activity reference".
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from directory import roles


@dataclass(frozen=True)
class Action:
    """One deed: its word is the permission, the event in the trail and the button."""

    word: str
    activity: str = ""  # Microsoft Entra's name of the event, "Audit activity reference"
    category: str = "UserManagement"
    operation: str = "Update"
    table: dict[str, frozenset[str]] | None = None  # whom the roles let act on whom
    needs: frozenset[str] = frozenset()  # deeds on the tenant: one of these roles, over the whole tenant
    own: bool = False  # deeds on oneself

    def __str__(self) -> str:
        return self.word


VIEW = Action("view", table=dict.fromkeys(roles.PORTAL, roles.ROWS))
RESET_PASSWORD = Action(
    "reset_password", gettext_noop("Reset password (by admin)"), table=roles.RESET_PASSWORD
)
ADD_PHONE = Action(
    "add_phone",
    gettext_noop("Admin registered security info"),
    operation="Create",
    table=roles.AUTHENTICATION_METHODS,
)
CHANGE_PHONE = Action(
    "change_phone", gettext_noop("Admin updated security info"), table=roles.AUTHENTICATION_METHODS
)
REMOVE_PHONE = Action(
    "remove_phone",
    gettext_noop("Admin deleted security info"),
    operation="Delete",
    table=roles.AUTHENTICATION_METHODS,
)
ENABLE_SMS_SIGN_IN = Action(
    "enable_sms_sign_in", gettext_noop("Enable phone sign-in"), table=roles.AUTHENTICATION_METHODS
)
DISABLE_SMS_SIGN_IN = Action(
    "disable_sms_sign_in", gettext_noop("Disable phone sign-in"), table=roles.AUTHENTICATION_METHODS
)
ADD_BADGE = Action(
    "add_badge",
    gettext_noop("Admin registered security info"),
    operation="Create",
    table=roles.RESET_PASSWORD,
)
END_BADGE = Action(
    "end_badge", gettext_noop("Admin deleted security info"), operation="Delete", table=roles.RESET_PASSWORD
)
RESET_PIN = Action("reset_pin", gettext_noop("Admin updated security info"), table=roles.RESET_PASSWORD)
CHANGE_PIN = Action("change_pin", gettext_noop("User updated security info"), own=True)
CHANGE_PASSWORD = Action("change_password", gettext_noop("Change password (self-service)"), own=True)
RECOVER_PASSWORD = Action("recover_password", gettext_noop("Reset password (self-service)"), own=True)
RECOVERY_STEP = Action(
    "recovery_step", gettext_noop("Self-service password reset flow activity progress"), own=True
)
BLOCK_SELF_SERVICE = Action(
    "block_self_service", gettext_noop("Blocked from self-service password reset"), own=True
)
LOCK_SIGN_IN = Action("lock_sign_in", gettext_noop("Sign-in locked"), own=True)
LOCK_BADGE = Action("lock_badge", gettext_noop("Sign-in locked"), own=True)
UNLOCK_OWN = Action("unlock_own", gettext_noop("Unlock user account (self-service)"), own=True)
SIGN_IN_TO_APPLICATION = Action(
    "sign_in_to_application",
    gettext_noop("Sign in to application"),
    category="ApplicationManagement",
    operation="SignIn",
    own=True,
)
UNLOCK = Action("unlock", gettext_noop("Unlock user account (by admin)"), table=roles.RESET_PASSWORD)
REGISTER_FACTOR = Action(
    "register_factor", gettext_noop("User registered security info"), operation="Create", own=True
)
RENAME_KEY = Action("rename_key", gettext_noop("User updated security info"), own=True)
DELETE_FACTOR = Action(
    "delete_factor", gettext_noop("User deleted security info"), operation="Delete", own=True
)
CLEAR_FACTORS = Action(
    "clear_factors",
    gettext_noop("Admin deleted security info"),
    operation="Delete",
    table=roles.AUTHENTICATION_METHODS,
)
GIVE_ACCESS_PASS = Action(
    "give_access_pass",
    gettext_noop("Admin registered security info"),
    operation="Create",
    table=roles.AUTHENTICATION_METHODS,
)
END_ACCESS_PASS = Action(
    "end_access_pass",
    gettext_noop("Admin deleted security info"),
    operation="Delete",
    table=roles.AUTHENTICATION_METHODS,
)
USE_ACCESS_PASS = Action("use_access_pass", gettext_noop("Sign-in with temporary access pass"), own=True)
INVITE_GUEST = Action(
    "invite_guest", gettext_noop("Invite guest"), operation="Create", needs=frozenset({roles.GLOBAL})
)
REMOVE_GUEST = Action(
    "remove_guest", gettext_noop("Remove guest"), operation="Delete", needs=frozenset({roles.GLOBAL})
)
ACCEPT_INVITATION = Action("accept_invitation", gettext_noop("Accept invitation"), own=True)
DECLINE_INVITATION = Action("decline_invitation", gettext_noop("Decline invitation"), own=True)
REGISTER_SECURITY_INFO = Action(
    "register_security_info", gettext_noop("User registered security info"), operation="Create", own=True
)
CHANGE_SECURITY_INFO = Action(
    "change_security_info", gettext_noop("User changed default security info"), own=True
)
REMOVE_SECURITY_INFO = Action(
    "remove_security_info", gettext_noop("User deleted security info"), operation="Delete", own=True
)
REGISTERED_ALL = Action(
    "registered_all", gettext_noop("User registered all required security info"), own=True
)
REVIEW_SECURITY_INFO = Action("review_security_info", gettext_noop("User reviewed security info"), own=True)
REQUIRE_REGISTRATION = Action(
    "require_registration", gettext_noop("Admin updated security info"), table=roles.AUTHENTICATION_METHODS
)
END_SESSION = Action("end_session", gettext_noop("Revoke session"), operation="Delete", own=True)
END_OTHER_SESSIONS = Action(
    "end_other_sessions", gettext_noop("Update StsRefreshTokenValidFrom Timestamp"), own=True
)
UPDATE_SETTINGS = Action(
    "update_settings",
    gettext_noop("Update company settings"),
    category="Policy",
    needs=frozenset({roles.GLOBAL}),
)
UPDATE_PORTAL_ACCESS = Action(
    "update_portal_access",
    gettext_noop("Update company settings"),
    category="Policy",
    needs=frozenset({roles.GLOBAL, roles.USER}),
)
UPDATE_METHODS = Action(
    "update_methods",
    gettext_noop("Update authorization policy"),
    category="Policy",
    needs=frozenset({roles.GLOBAL, roles.AUTHENTICATION_POLICY}),
)
UPDATE_PASSWORD_POLICY = Action(
    "update_password_policy",
    gettext_noop("Update password policy"),
    category="Policy",
    needs=frozenset({roles.GLOBAL, roles.AUTHENTICATION_POLICY}),
)
UPDATE_TEXT_SETTINGS = Action(
    "update_text_settings",
    gettext_noop("Update text message settings"),
    category="Policy",
    needs=frozenset({roles.GLOBAL}),
)
SEND_TEST_TEXT = Action(
    "send_test_text", gettext_noop("Send test text"), category="Policy", needs=frozenset({roles.GLOBAL})
)
UPDATE_MESSAGE_TEMPLATE = Action(
    "update_message_template",
    gettext_noop("Update message template"),
    category="Policy",
    needs=frozenset({roles.GLOBAL}),
)
UPDATE_IDENTITY_PROVIDER = Action(
    "update_identity_provider",
    gettext_noop("Update identity provider"),
    category="Policy",
    needs=frozenset({roles.GLOBAL}),
)
TEST_IDENTITY_PROVIDER = Action(
    "test_identity_provider",
    gettext_noop("Test sign-in (identity provider)"),
    category="Policy",
    needs=frozenset({roles.GLOBAL}),
)
FEDERATED_SIGN_IN = Action(
    "federated_sign_in",
    gettext_noop("Sign-in failed (identity provider)"),
    category="Authentication",
    operation="SignIn",
    own=True,
)
LINK_IDENTITY = Action(
    "link_identity", gettext_noop("Link identity provider account"), operation="Create", own=True
)
JOIN_BY_SIGNING_IN = Action("join_by_signing_in", gettext_noop("Add user"), operation="Create", own=True)
UNLINK_IDENTITY = Action(
    "unlink_identity",
    gettext_noop("Unlink identity provider account"),
    operation="Delete",
    needs=frozenset({roles.GLOBAL}),
)
IMPORT_ROSTER = Action("import_roster", gettext_noop("Import roster"), needs=frozenset({roles.GLOBAL}))
START_IMPORT = Action(
    "start_import",
    gettext_noop("Start roster import"),
    category="ProvisioningManagement",
    operation="Start",
    needs=frozenset({roles.GLOBAL}),
)
MANAGE_TENANTS = Action(
    "manage_tenants",
    gettext_noop("Update tenant"),
    category="DirectoryManagement",
    needs=frozenset({roles.OPERATOR}),
)
