"""The school's other applications, into which the password kept here signs people in (OpenID Connect)."""

from __future__ import annotations

from urllib.parse import urlsplit

from allauth.idp.oidc.models import Client
from django.contrib.auth.hashers import is_password_usable
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from directory.models.groups import Group
from tenants.fields import EncryptedTextField
from tenants.models import TenantModel

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
LONGEST = 1000  # characters of a redirect URI
SCOPES = ("openid", "profile")


class Application(TenantModel, Client):
    """An OpenID client: allauth's row, and who may use it."""

    group = models.ForeignKey(
        Group,
        models.PROTECT,  # without its group it would be open to everyone
        null=True,
        blank=True,
        verbose_name=_("who may use it"),
        related_name="applications",
    )
    post_logout_redirect_uris = models.TextField(_("redirect URIs after signing out"), blank=True)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")

    def __str__(self) -> str:
        return self.name

    @property
    def is_public(self) -> bool:
        """Whether it runs where no secret stays one: in a browser, on a phone."""
        return self.type == Client.Type.PUBLIC

    @property
    def has_secret(self) -> bool:
        """Whether a secret was made."""
        return is_password_usable(self.secret)

    @property
    def secret_version(self) -> str:
        """Says which secret is stored, and nothing about it."""
        made = salted_hmac("directory.Application.secret", self.secret, algorithm="sha256")
        return made.hexdigest()[:32]

    def clean(self) -> None:
        """One exact redirect URI a line; scopes and grants are the same for all. Raises ValidationError."""
        self.name = self.name.strip()
        uris = list(dict.fromkeys(self.redirect_uris.split()))
        after = list(dict.fromkeys(self.post_logout_redirect_uris.split()))
        if errors := self._errors(uris) or self._wrong("post_logout_redirect_uris", after):
            raise ValidationError(errors)
        self.set_redirect_uris(uris)
        self.post_logout_redirect_uris = "\n".join(after)
        self.set_scopes(list(SCOPES))
        self.grant_types, self.response_types = Client.GrantType.AUTHORIZATION_CODE, Client.ResponseType.CODE
        self.allow_uri_wildcards, self.cors_origins, self.default_scopes = False, "", ""

    def _errors(self, uris: list[str]) -> dict[str, str]:
        if Application.objects.filter(name=self.name).exclude(pk=self.pk).exists():
            return {"name": _t("This name is taken.")}
        if not uris:
            return {"redirect_uris": _t("Type where the application wants people back.")}
        if wrong := self._wrong("redirect_uris", uris):
            return wrong
        if self.skip_consent and not all(uri.startswith("https://") for uri in uris):
            # Any program of the device may listen at the others (RFC 8252, 8.6).
            return {"skip_consent": _t("Only where every redirect URI begins with https://.")}
        return {}

    def _wrong(self, field: str, uris: list[str]) -> dict[str, str]:
        found = ((uri, _problem(uri, self.is_public)) for uri in uris)
        return next(({field: f"{uri[:100]}: {problem}"} for uri, problem in found if problem), {})


def _problem(uri: str, public: bool) -> str:
    """Why this is no redirect URI; '' for a good one (RFC 9700, 2.1; RFC 8252, 7.1)."""
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018  raises ValueError where it is no number
    except ValueError:
        return _t("This is no address.")
    if not uri.isascii() or not uri.isprintable() or set(uri) & set("*#\\<>\"'`{}|^") or len(uri) > LONGEST:
        return _t("Use an address without *, #, quotes and the like.")
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        whole = parts.hostname and "@" not in parts.netloc
        return "" if whole else _t("Use an address with a host, and without a user name.")
    if public and "." in parts.scheme:
        return ""  # an app's own scheme, after a domain of its maker's
    return _t("Use an address that begins with https://.")


class SigningKey(TenantModel):
    """A key that a tenant's tokens are signed with: the newest signs, older ones stay for a while."""

    pem = EncryptedTextField()
    made_at = models.DateTimeField(default=timezone.now)
    retires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")

    def __str__(self) -> str:
        return self.made_at.isoformat()
