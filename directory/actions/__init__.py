"""Every deed, one function each. What they share is the door, in door.py."""

from directory.actions.badges import add_badge, change_pin, end_badge, reset_pin
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
from directory.actions.units import (
    add_unit,
    add_unit_member,
    move_unit,
    remove_unit,
    remove_unit_member,
    update_unit,
)

__all__ = [
    "add_badge",
    "add_group",
    "add_group_member",
    "add_group_owner",
    "add_unit",
    "add_unit_member",
    "add_user",
    "assign_role",
    "change_password",
    "change_pin",
    "change_role",
    "disable_user",
    "enable_user",
    "end_badge",
    "move_unit",
    "recover_password",
    "remove_alternate_email",
    "remove_group",
    "remove_group_member",
    "remove_group_owner",
    "remove_phone",
    "remove_role",
    "remove_unit",
    "remove_unit_member",
    "remove_user",
    "reset_password",
    "reset_pin",
    "set_alternate_email",
    "set_phone",
    "set_sms_sign_in",
    "unlock",
    "unlock_own",
    "update_group",
    "update_unit",
    "update_user",
]
