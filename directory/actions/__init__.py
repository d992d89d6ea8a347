"""Every deed, one function each. What they share is the door, in door.py."""

from directory.actions.passwords import change_password, reset_password
from directory.actions.phones import remove_phone, set_phone, set_sms_sign_in

__all__ = ["change_password", "remove_phone", "reset_password", "set_phone", "set_sms_sign_in"]
