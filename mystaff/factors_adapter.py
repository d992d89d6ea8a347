"""What allauth's second factors ask of us."""

from __future__ import annotations

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter

from directory import factors


class MFAAdapter(DefaultMFAAdapter):
    """Secrets are sealed in their tenant; apps and browsers show the organization's name."""

    def encrypt(self, text: str) -> str:
        return factors.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return factors.unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        return self._get_site_name()

    def _get_site_name(self) -> str:
        tenant = context.request.tenant
        return "MyStaff" if tenant.is_operators else tenant.name

    def send_notification_mail(self, *args, **kwargs) -> None:
        """Deeds tell people themselves."""
