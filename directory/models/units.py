"""Administrative units: the locations of the portal. They nest."""

from __future__ import annotations

from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from directory.models.users import User
from tenants.models import TenantModel


class UnitQuerySet(models.QuerySet):
    def below(self, unit: AdministrativeUnit) -> UnitQuerySet:
        """The unit and all below it."""
        return self.filter(path__gte=unit.path, path__lt=after(unit.path))


def after(path: str) -> str:
    """The first path that is not below this one: paths end with `/`, and `0` follows it."""
    return path[:-1] + "0"


class Kind(models.TextChoices):
    SCHOOL = "school", _("School")
    DEPARTMENT = "department", _("Department")
    STUDENTS = "students", _("Students")
    STAFF = "staff", pgettext_lazy("people who work here", "Staff")
    CLASS = "class", _("Class")
    STORE = "store", _("Store")
    OTHER = "other", _("Location")


class AdministrativeUnit(TenantModel):
    """A school, a class, a department: people are members, roles are scoped to it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(_("name"), max_length=256)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.OTHER)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=1024, editable=False, db_collation="C")
    hidden_membership = models.BooleanField(_("hidden membership"), default=False)
    is_restricted = models.BooleanField(_("restricted management"), default=False)
    password_style = models.CharField(_("style of temporary passwords"), max_length=32, blank=True)
    registration_from = models.DateTimeField(_("registers again from"), null=True, editable=False)
    # Dynamic: who is in it is found by a rule, in the syntax of Microsoft Entra, and never by hand.
    membership_rule = models.TextField(_("membership rule"), max_length=3072, blank=True)
    rule_is_paused = models.BooleanField(_("paused"), default=False)
    source = models.CharField(max_length=64, blank=True, editable=False)
    source_id = models.CharField(max_length=256, blank=True, editable=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        # Every check of a permission asks for the restricted ones: a few among thousands.
        indexes = [
            models.Index(
                fields=["tenant", "path"], condition=models.Q(is_restricted=True), name="restricted_units"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "path"], name="unit_path_once"),
            models.UniqueConstraint(
                fields=["tenant", "source", "source_id"],
                condition=~models.Q(source=""),
                name="unit_once_per_source",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.prepare()
        super().save(*args, **kwargs)

    def prepare(self) -> None:
        """Set the path of a new unit; bulk writers call it themselves, parents first."""
        if not self.path:
            self.path = f"{self.parent.path if self.parent else '/'}{self.pk.hex}/"

    def move(self, parent: AdministrativeUnit | None) -> None:
        """Hang the unit, and all below it, under another one; raises ValidationError for a circle."""
        if parent and parent.is_below(self):
            raise ValidationError(_("A location cannot lie below itself."))
        old, new = self.path, f"{parent.path if parent else '/'}{self.pk.hex}/"
        subtree = list(type(self).objects.below(self))
        for unit in subtree:
            unit.path = new + unit.path[len(old) :]
        type(self).objects.bulk_update(subtree, ["path"])
        self.parent, self.path = parent, new
        self.save(update_fields=["parent", "path"])

    def is_below(self, unit: AdministrativeUnit, *, strictly: bool = False) -> bool:
        """Whether this unit is the other one or lies below it; strictly: lies below it."""
        return self.path.startswith(unit.path) and not (strictly and self.path == unit.path)

    @property
    def paths_above(self) -> list[str]:
        """Its own path and those of all units above it."""
        parts = self.path.strip("/").split("/")
        return ["/" + "/".join(parts[: n + 1]) + "/" for n in range(len(parts))]


class UnitMembershipQuerySet(models.QuerySet):
    def below(self, unit: AdministrativeUnit) -> UnitMembershipQuerySet:
        """Memberships in the unit and in all below it."""
        return self.filter(unit__in=AdministrativeUnit.objects.below(unit).values("pk"))


class UnitMembership(TenantModel):
    """A person is in a unit."""

    unit = models.ForeignKey(AdministrativeUnit, models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="unit_memberships")
    source = models.CharField(max_length=64, blank=True, editable=False)

    objects = UnitMembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "unit", "user"], name="member_of_unit_once"),
        ]
        indexes = [models.Index(fields=["unit", "user"], name="members_of_unit")]
