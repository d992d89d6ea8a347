"""Every deed, one function each. What they share is the door, in door.py."""

from directory.actions.passwords import change_password, recover_password, reset_password, unlock
from directory.actions.phones import remove_phone, set_phone, set_sms_sign_in

__all__ = [
    "recover_password",
    "unlock",
    "change_password",
    "remove_phone",
    "reset_password",
    "set_phone",
    "set_sms_sign_in",
]
