"""Every deed, one function each. What they share is the door, in door.py."""

from directory.actions.access_passes import end_access_pass, give_access_pass, note_access_pass
from directory.actions.applications import (
    add_application,
    remove_application,
    renew_secret,
    update_application,
)
from directory.actions.badges import add_badge, change_pin, end_badge, reset_pin
from directory.actions.factors import (
    add_app,
    add_key,
    clear_factors,
    remove_factor,
    rename_key,
    renew_recovery_codes,
)
from directory.actions.federation import join, link_identity, unlink_identity
from directory.actions.groups import (
    add_group,
    add_group_member,
    add_group_owner,
    remove_group,
    remove_group_member,
    remove_group_owner,
    update_group,
)
from directory.actions.passwords import change_password, recover_password, reset_password, unlock, unlock_own
from directory.actions.people import (
    add_user,
    disable_user,
    enable_user,
    remove_alternate_email,
    remove_user,
    set_alternate_email,
    update_user,
)
from directory.actions.phones import remove_phone, set_phone, set_sms_sign_in
from directory.actions.roles import assign_role, change_role, remove_role
from directory.actions.security_info import (
    ask_to_prove,
    prove_security_info,
    remove_security_info,
    require_registration,
    review_security_info,
    set_office_phone,
)
from directory.actions.sessions import end_other_sessions, end_session
from directory.actions.unit_rules import check_rule, set_rule
from directory.actions.units import (
    add_unit,
    add_unit_member,
    move_unit,
    remove_unit,
    remove_unit_member,
    require_registration_in,
    update_unit,
)

__all__ = [
    "add_app",
    "add_application",
    "add_badge",
    "add_group",
    "add_group_member",
    "add_group_owner",
    "add_key",
    "add_unit",
    "add_unit_member",
    "add_user",
    "ask_to_prove",
    "assign_role",
    "change_password",
    "change_pin",
    "change_role",
    "check_rule",
    "clear_factors",
    "disable_user",
    "enable_user",
    "end_access_pass",
    "end_badge",
    "end_other_sessions",
    "end_session",
    "give_access_pass",
    "join",
    "link_identity",
    "move_unit",
    "note_access_pass",
    "prove_security_info",
    "recover_password",
    "remove_alternate_email",
    "remove_application",
    "remove_factor",
    "remove_group",
    "remove_group_member",
    "remove_group_owner",
    "remove_phone",
    "remove_role",
    "remove_security_info",
    "remove_unit",
    "remove_unit_member",
    "remove_user",
    "rename_key",
    "renew_recovery_codes",
    "renew_secret",
    "require_registration",
    "require_registration_in",
    "reset_password",
    "reset_pin",
    "review_security_info",
    "set_alternate_email",
    "set_office_phone",
    "set_phone",
    "set_rule",
    "set_sms_sign_in",
    "unlink_identity",
    "unlock",
    "unlock_own",
    "update_application",
    "update_group",
    "update_unit",
    "update_user",
]
