"""The tenant's own identity providers: where each is, and what its word is good for."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from directory import outgoing
from tenants.fields import EncryptedTextField
from tenants.models import TenantModel

ENTRA = "https://login.microsoftonline.com/{directory}/v2.0"
GOOGLE = "https://accounts.google.com"
DIRECTORY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PEM = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")


class ProviderKind(models.TextChoices):
    OIDC = "oidc", _("OpenID Connect")
    ENTRA = "entra", _("Microsoft Entra ID")
    GOOGLE = "google", _("Google Workspace")
    SAML = "saml", _("SAML 2.0")


class UserNameClaim(models.TextChoices):
    EMAIL = "email", _("email, where the provider says that it is verified")
    PREFERRED = "preferred_username", "preferred_username"
    UPN = "upn", "upn"


class IdentityProvider(TenantModel):
    """One provider whose word a tenant takes for who somebody is. Only for people of this tenant."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=ProviderKind.choices, default=ProviderKind.OIDC)
    name = models.CharField(
        _("name"), max_length=60, help_text=_("On the button: Sign in with …, like “Riverside Google”.")
    )
    enabled = models.BooleanField(_("enabled"), default=False, help_text=_("Test it first."))
    issuer = models.CharField(
        _("issuer"),
        max_length=500,
        blank=True,
        help_text=_("OpenID Connect: the provider’s address, like https://id.example. Others: left empty."),
    )
    directory_id = models.CharField(
        _("directory (tenant) ID"), max_length=36, blank=True, help_text=_("Entra ID: of your directory.")
    )
    hosted_domain = models.CharField(
        _("Workspace domain"),
        max_length=253,
        blank=True,
        help_text=_("Google: the main domain of your Workspace. Accounts of others are refused."),
    )
    client_id = models.CharField(_("client ID"), max_length=255, blank=True)
    client_secret = EncryptedTextField(
        _("client secret"),
        blank=True,
        default="",
        help_text=_("It is never shown again; left empty, the one that is stored stays."),
    )
    user_name_claim = models.CharField(
        _("user name"),
        max_length=20,
        choices=UserNameClaim.choices,
        default=UserNameClaim.EMAIL,
        help_text=_(
            "OpenID Connect: what says the user name when somebody comes for the first time. Take another "
            "than email only if people cannot choose it themselves at your provider."
        ),
    )
    entity_id = models.CharField(
        _("entity ID"), max_length=500, blank=True, help_text=_("SAML: of your provider.")
    )
    sso_url = models.CharField(
        _("sign-on address"),
        max_length=1000,
        blank=True,
        help_text=_("SAML: its single sign-on address for HTTP-Redirect."),
    )
    certificates = models.TextField(
        _("certificates"),
        max_length=20000,
        blank=True,
        help_text=_("SAML: what it signs with, as PEM; one after the other while it changes."),
    )
    subject_attribute = models.CharField(
        _("attribute of the permanent ID"),
        max_length=200,
        blank=True,
        help_text=_("SAML: what never changes and is never given to anybody else. Left empty: the NameID."),
    )
    user_name_attribute = models.CharField(
        _("attribute of the user name"),
        max_length=200,
        blank=True,
        help_text=_("SAML: what says the user name when somebody comes for the first time."),
    )
    own_key = EncryptedTextField(editable=False, blank=True, default="")
    own_certificate = models.TextField(editable=False, blank=True, default="")
    links_administrators = models.BooleanField(
        _("also for people who hold a role"),
        default=False,
        help_text=_(
            "Off: whoever holds a role is not found by user name. Who looks after the provider could else "
            "become an administrator here."
        ),
    )
    creates_people = models.BooleanField(
        _("people are created by signing in"),
        default=False,
        help_text=_("Off: whoever is not in the directory is told so."),
    )
    trusts_factors = models.BooleanField(
        _("counts as a second factor"),
        default=False,
        help_text=_("Where the provider says that it has asked for one."),
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="provider_name_once_per_tenant",
                violation_error_message=_("There is a provider of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_saml(self) -> bool:
        return self.kind == ProviderKind.SAML

    @property
    def issuer_url(self) -> str:
        """The issuer that every answer must name, letter for letter (OpenID Connect Core, 3.1.3.7)."""
        known = {ProviderKind.ENTRA: ENTRA.format(directory=self.directory_id), ProviderKind.GOOGLE: GOOGLE}
        return self.issuer or known.get(self.kind, "")

    @property
    def certificate_list(self) -> list[str]:
        return PEM.findall(self.certificates)

    @property
    def source(self) -> tuple[str, ...]:
        """Whose subjects these are: with another source they would be other people's."""
        if self.is_saml:
            return (self.kind, self.entity_id, self.subject_attribute)
        return (self.kind, self.issuer_url, self.directory_id, self.hosted_domain)

    def uid(self, subject: str) -> str:
        """What a person is linked by: one tenant's provider can never claim another's people."""
        return f"{self.pk}:{subject}"

    # What can be saved

    def clean(self) -> None:
        """Refuse what cannot work, or would be reached without TLS; raises ValidationError."""
        for name in ("issuer", "directory_id", "hosted_domain", "client_id", "entity_id", "sso_url"):
            setattr(self, name, getattr(self, name).strip())
        self.hosted_domain, self.directory_id = self.hosted_domain.lower(), self.directory_id.lower()
        wanted = {
            ProviderKind.OIDC: ("issuer", "client_id", "client_secret"),
            ProviderKind.ENTRA: ("directory_id", "client_id", "client_secret"),
            ProviderKind.GOOGLE: ("hosted_domain", "client_id", "client_secret"),
            ProviderKind.SAML: ("entity_id", "sso_url", "certificates", "user_name_attribute"),
        }
        errors = {n: _t("This kind needs it.") for n in wanted[self.kind] if not getattr(self, n)}
        if errors := self._wrong_addresses() | self._wrong_parts() | errors:
            raise ValidationError(errors)

    def _wrong_addresses(self) -> dict[str, str]:
        typed = {"sso_url": self.sso_url} if self.is_saml else {"issuer": self.issuer}
        return {
            name: _t("Use an address that begins with https://")
            for name, url in typed.items()
            if url and not is_address(url)
        }

    def _wrong_parts(self) -> dict[str, str]:
        errors = {}
        if self.kind == ProviderKind.ENTRA and not DIRECTORY.fullmatch(self.directory_id):
            errors["directory_id"] = _t("A directory ID has 32 letters and digits in five groups.")
        if self.is_saml and not all(_is_certificate(pem) for pem in self.certificate_list or [""]):
            errors["certificates"] = _t("This is not a certificate in PEM form.")
        return errors


def is_address(url: str) -> bool:
    """Whether browsers and MyStaff may be led there: https, or a host that an operator allows."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and "@" not in parts.netloc
    if not (parts.hostname and plain):
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and outgoing.is_allowed(parts.hostname, port or 80)
    )


def _is_certificate(pem: str) -> bool:
    try:
        return isinstance(x509.load_pem_x509_certificate(pem.encode()).public_key(), rsa.RSAPublicKey)
    except ValueError:
        return False
