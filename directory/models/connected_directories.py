"""Directories outside: where the passwords of some people live, and where sources read."""

from __future__ import annotations

from uuid import uuid4

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.fields import EncryptedTextField
from tenants.models import TenantModel

KEY = RegexValidator(r"^[a-z][a-z0-9-]*$", _("Small letters, digits and hyphens, beginning with a letter."))
LOCAL = "local"  # what `User.authority` holds where the password lives here


class DirectoryKind(models.TextChoices):
    ACTIVE_DIRECTORY = "ad", _("Active Directory")
    LDAP = "ldap", _("OpenLDAP or another LDAP server")
    ENTRA = "entra", _("Microsoft Entra ID")
    GOOGLE = "google", _("Google Workspace")


class ConnectedDirectory(TenantModel):
    """One directory of the tenant's, how it is reached, and what it is asked to do."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    key = models.CharField(
        _("short name"),
        max_length=32,
        validators=[KEY],
        help_text=_("In lists and in the trail, like “ad”. It cannot be changed later."),
    )
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=DirectoryKind.choices)
    enabled = models.BooleanField(_("enabled"), default=False, help_text=_("Test it first."))
    servers = models.TextField(
        _("servers"),
        max_length=2000,
        blank=True,
        help_text=_("LDAP: name and port, one in a line, the first one is asked first: dc1.ad.example:636"),
    )
    ca_certificates = models.TextField(
        _("certificate authority"),
        max_length=50000,
        blank=True,
        help_text=_("LDAP: what signed the servers’ certificates, as PEM. Left empty: the public ones."),
    )
    base_dn = models.CharField(
        _("base"), max_length=500, blank=True, help_text=_("LDAP: DC=ad,DC=example, or a part of it.")
    )
    match_attribute = models.CharField(
        _("attribute of the user name"),
        max_length=64,
        blank=True,
        help_text=_("LDAP: what holds the user name. Left empty: userPrincipalName, or mail for OpenLDAP."),
    )
    directory_id = models.CharField(
        _("directory (tenant) ID"), max_length=36, blank=True, help_text=_("Entra ID: of your directory.")
    )
    account = models.CharField(
        _("account"),
        max_length=500,
        blank=True,
        help_text=_(
            "LDAP: the service account’s DN or user name. Entra ID: the client ID. Google: the service "
            "account’s address."
        ),
    )
    acts_for = models.CharField(
        _("administrator to act for"),
        max_length=254,
        blank=True,
        help_text=_("Google: whose rights the service account is lent."),
    )
    secret = EncryptedTextField(
        _("secret"),
        blank=True,
        default="",
        help_text=_(
            "LDAP: the account’s password. Entra ID: the client secret. Google: the private key as PEM. "
            "It is never shown again; left empty, the one that is stored stays."
        ),
    )
    writes_passwords = models.BooleanField(
        _("passwords are written back"),
        default=False,
        help_text=_("For people whose password lives there. Off: it cannot be reset here."),
    )
    checks_passwords = models.BooleanField(
        _("passwords are checked there at sign-in"), default=False, help_text=_("LDAP: by a bind.")
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("connected directory")
        verbose_name_plural = _("connected directories")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "key"],
                name="directory_key_once_per_tenant",
                violation_error_message=_("There is one of this short name already."),
            ),
            models.CheckConstraint(condition=~models.Q(key=LOCAL), name="directory_is_not_local"),
        ]

    def __str__(self) -> str:
        return self.name
