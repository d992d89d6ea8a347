"""The cookie that says which way back into an account this browser is on."""

from directory.recovery import flow
from mystaff.one_time_codes import TokenCookie

_cookie = TokenCookie("mystaff_recovery", flow.under_way)
NAME, carry, under_way, drop = _cookie.key, _cookie.carry, _cookie.under_way, _cookie.drop
