"""Which page belongs to which surface: what access policies cover. A test refuses a URL that is not here."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import ResolverMatch

from directory.access_policies import Surface


@dataclass(frozen=True)
class Place:
    """A page as policies see it."""

    surface: str | None
    is_deed: bool = False  # a newer proof may be asked for
    networks_only: bool = False
    registers: tuple[str, ...] = ()  # with these methods somebody without a second factor gets one here
    back: str = ""  # for what has no page of its own: where to go on after confirming


# Open whatever a policy says, each with its reason.
FREE = {
    "sign_in": "Who somebody is must be known before a policy can say anything.",
    "sign_out": "Whoever is refused must be able to leave.",
    "confirm": "What a policy asks for is done here.",
    "mfa_authenticate": "A step of signing in: nobody is signed in yet.",
    **dict.fromkeys(
        (
            "mfa_login_webauthn",
            "access_pass",
            "sms_sign_in",
            "sms_sign_in_code",
            "badge",
            "badge_pin",
            "badge_new_pin",
            "federation_begin",
            "federation_complete",
            "federation_acs",
            "federation_metadata",
        ),
        "A way of signing in: what comes after it is covered.",
    ),
    **dict.fromkeys(
        (
            "openid_configuration",
            "openid_keys",
            "openid_token",
            "openid_userinfo",
            "openid_revoke",
        ),
        "Asked by applications, not by people; what people open on the way is covered.",
    ),
    "choose": "The front page knows nobody.",
    "accent": "A colour, and public.",
    "health": "Load balancers ask it; it says nothing but ok.",
    "outbox": "The demo's messages, on loopback only and in the demo only.",
    "openid_end_session": "Signing out, from an application.",
    "openid_signed_out": "Says that they are signed out.",
    "admin:login": "Does nothing but lead to our own sign-in.",
    "admin:logout": "Whoever is refused must be able to leave.",
}
SELF_SERVICE = Place(Surface.SELF_SERVICE, networks_only=True)
ACCOUNT, PORTAL = Place(Surface.ACCOUNT), Place(Surface.PORTAL)
READING = ("GET", "HEAD")
REGISTERING = Place(Surface.ACCOUNT, registers=(*READING, "POST"))
DEED = Place(Surface.PORTAL, is_deed=True)
BUTTON = Place(Surface.PORTAL, is_deed=True, back="person")
PLACES = {
    "forgot_password": SELF_SERVICE,
    "recovery_send": SELF_SERVICE,
    "recovery_code": SELF_SERVICE,
    "recovery_password": SELF_SERVICE,
    "recovery_unlock": SELF_SERVICE,
    # After a temporary password nothing else opens: what is asked for there could not be done.
    "update_password": Place(Surface.ACCOUNT, networks_only=True),
    "account": Place(Surface.ACCOUNT, registers=READING),
    "change_password": ACCOUNT,
    "add_app": REGISTERING,
    "add_key": REGISTERING,
    "rename_key": ACCOUNT,
    "remove_factor": ACCOUNT,
    "recovery_codes": ACCOUNT,
    # Where a tenant wants them first, factors can only be added after these.
    "security_info": REGISTERING,
    "security_info_code": REGISTERING,
    "prove_security_info": REGISTERING,
    "remove_security_info": ACCOUNT,
    "review_security_info": ACCOUNT,
    "end_session": ACCOUNT,
    "openid_authorize": ACCOUNT,
    "openid_continue": ACCOUNT,
    "openid_answer": ACCOUNT,
    "switch_organization": ACCOUNT,
    "locations": PORTAL,
    "location": PORTAL,
    "search": PORTAL,
    "person": PORTAL,
    "reset_password": DEED,
    "unlock": BUTTON,
    "phone": DEED,
    "remove_phone": DEED,
    "phone_sign_in": DEED,
    "add_badge": DEED,
    "end_badge": DEED,
    "reset_pin": DEED,
    "give_access_pass": DEED,
    "end_access_pass": DEED,
    "clear_factors": DEED,
    "register_again": DEED,
}
ADMIN, ADMIN_DEED = Place(Surface.ADMIN), Place(Surface.ADMIN, is_deed=True)
ADMIN_DEEDS = ("_add", "_change", "_delete", "_import", "_secret", "_test", "_start", "_confirm")
ADMIN_DEEDS += ("enter_tenant",)
UNKNOWN = Place(None, is_deed=True)


def place_of(match: ResolverMatch) -> Place | None:
    """The page of this URL; None for one that is open whatever a policy says."""
    name = match.view_name
    if name in FREE:
        return None
    if name.startswith("admin:"):
        return ADMIN_DEED if name.endswith(ADMIN_DEEDS) else ADMIN
    return PLACES.get(name, UNKNOWN)
