"""An authenticator app, and people who have one."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from directory import factors
from directory.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(ago: int = 0, secret: str = SECRET) -> str:
    """What the app shows now, or showed so many periods ago."""
    return format_hotp_value(hotp_value(secret, int(time.time() // 30) - ago))


def wrong() -> str:
    """Six digits that are none of those that count now, whatever the clock does meanwhile."""
    near = {code(ago) for ago in range(-4, 5)}
    return next(number for number in map("{:06}".format, range(10)) if number not in near)


def give_app(person: User) -> Authenticator:
    return Authenticator.objects.create(user=person, type=factors.APP, data={"secret": factors.seal(SECRET)})


def give_codes(person: User) -> list[str]:
    """Recovery codes, as they are shown once."""
    row = Authenticator(
        user=person,
        type=factors.CODES,
        data={"seed": factors.seal(RecoveryCodes.generate_seed()), "used_mask": 0},
    )
    row.save()
    return row.wrap().generate_codes()
