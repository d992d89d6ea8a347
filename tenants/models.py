"""The wall: tenants, the names they are reached by, and the base of every row that belongs to one."""

from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tenants import scopes

OPERATORS_ID = UUID("00000000-0000-4000-8000-000000000001")
OPERATORS_SLUG = "operators"

# First parts of paths that are not a tenant's: a tenant of that name could never be reached, or would
# stand in front of the instance's own pages.
RESERVED_SLUGS = frozenset(
    {"admin", "api", "account", "accounts", "outbox", "static", "media", "health", "healthz", "operators"}
    | {"sign-in", "sign-out", "update-password", "forgot-password", "switch", "search", "webhooks"}
    | {"second-factor", "passkey", "confirm", "accent.css"}
    | {"scim", "oauth", "openid", "saml", "robots.txt", "favicon.ico", ".well-known", "i18n", "jsi18n"}
)

slug_format = RegexValidator(
    r"\A[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?\Z",
    _("Use small letters, digits and hyphens, at most 48 characters."),
)
domain_format = RegexValidator(
    r"\A(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z",
    _("Use a domain name in small letters, like school.example."),
)


def refuse_reserved(slug: str) -> None:
    """Raise ValidationError for a slug that the instance keeps for itself."""
    if slug in RESERVED_SLUGS:
        raise ValidationError(_("“%(slug)s” is a name the system uses itself."), params={"slug": slug})


class Tenant(models.Model):
    """One organization behind the wall. That it exists, and its domains, is public."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    slug = models.CharField(
        _("short name"), max_length=48, unique=True, validators=[slug_format, refuse_reserved]
    )
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        ordering = ["name"]
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")

    def __str__(self) -> str:
        return self.name

    def scope(self):
        """Inside `with tenant.scope():` the database holds this tenant's rows and no others."""
        return scopes.scope(self.pk)

    @property
    def is_operators(self) -> bool:
        """The built-in tenant whose people run the instance."""
        return self.pk == OPERATORS_ID

    @property
    def prefix(self) -> str:
        """Where this tenant is mounted: the path before every page of its."""
        return "" if self.is_operators else f"/{self.slug}"

    @property
    def default_domain(self) -> str:
        """The domain that a user name without one gets, or ''."""
        return self.domains.filter(is_default=True).values_list("domain", flat=True).first() or ""


def operators() -> Tenant:
    """The built-in tenant; laid down by the first migration."""
    return Tenant(pk=OPERATORS_ID, slug=OPERATORS_SLUG, name="Operators")


class HostName(models.Model):
    """A second way in: this host shows one tenant, at its root. Only operators add one."""

    host = models.CharField(_("host name"), max_length=253, unique=True, validators=[domain_format])
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="hosts")

    class Meta:
        verbose_name = _("host name")
        verbose_name_plural = _("host names")

    def __str__(self) -> str:
        return self.host

    def clean(self) -> None:
        """Refuse a name that the instance itself answers to: it would show no tenant."""
        if self.host in settings.MYSTAFF_HOSTS:
            raise ValidationError({"host": _("This is the instance's own name.")})


class EmailDomain(models.Model):
    """A domain of a tenant's user names. Only operators add one, and it has one tenant."""

    domain = models.CharField(_("domain"), max_length=253, unique=True, validators=[domain_format])
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="domains")
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("e-mail domain")
        verbose_name_plural = _("e-mail domains")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], condition=models.Q(is_default=True), name="one_default_domain_per_tenant"
            )
        ]

    def __str__(self) -> str:
        return self.domain


class AllowedHost(models.Model):
    """A host inside the operators' own network that one tenant may have MyStaff connect to."""

    host = models.CharField(
        _("host"),
        max_length=253,
        help_text=_("A name in small letters or an address, just as the tenant types it."),
    )
    port = models.PositiveIntegerField(_("port"), validators=[MinValueValidator(1), MaxValueValidator(65535)])
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="allowed_hosts")

    class Meta:
        verbose_name = _("allowed host")
        verbose_name_plural = _("allowed hosts")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "host", "port"], name="host_allowed_once_per_tenant")
        ]

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def clean(self) -> None:
        self.host = self.host.strip().lower().strip("[]")


class TenantModel(models.Model):
    """A row that belongs to one tenant: stamped by the database from the scope it was written in."""

    tenant = models.ForeignKey(
        Tenant,
        models.PROTECT,
        editable=False,
        related_name="+",
        db_index=False,  # every index that matters starts with it already
        db_default=RawSQL(f"NULLIF(current_setting('{scopes.SETTING}', true), '')::uuid", ()),  # noqa: S611  no input in it
    )

    class Meta:
        abstract = True

    def validate_constraints(self, exclude=None) -> None:
        """Check the constraints that name the tenant too.

        Django skips those over a field that a form cannot edit, and a duplicate would be a server error.
        """
        self.tenant_id = scopes.require()
        super().validate_constraints(exclude=set(exclude or ()) - {"tenant"})


class Session(TenantModel):
    """A signed-in browser. Stands in the person's own tenant, under a hash of the key in the cookie."""

    key_hash = models.CharField(max_length=64, primary_key=True)
    data = models.TextField()
    expires_at = models.DateTimeField(db_index=True)
    owner = models.UUIDField(null=True)  # whoever is signed in; who that is, is none of the wall's business
    made_at = models.DateTimeField(default=timezone.now)
    # To the hour, so that a session costs a write an hour, and nobody is followed about.
    seen_at = models.DateTimeField(null=True)
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=256, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes = [models.Index(fields=["tenant", "owner"], name="sessions_of_somebody")]

    def __str__(self) -> str:
        return self.key_hash[:8]

    @property
    def handle(self) -> str:
        """What stands for it on a page: neither its key nor the hash in the table."""
        return salted_hmac("tenants.session.handle", self.key_hash, algorithm="sha256").hexdigest()[:32]


class Counter(TenantModel):
    """How often something was done since a period began; limits.py counts."""

    key = models.CharField(max_length=64)  # a hash: who steals the table reads no addresses
    begun_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="counter_once_per_tenant")]

    def __str__(self) -> str:
        return self.key[:8]
