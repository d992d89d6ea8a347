"""Role assignments: principal + role + scope. Nothing else gives anyone power."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory import roles
from directory.models.groups import Group
from directory.models.units import AdministrativeUnit
from directory.models.users import Invitation, User
from tenants.models import OPERATORS_ID, TenantModel


class RoleAssignmentQuerySet(models.QuerySet):
    def not_over(self) -> RoleAssignmentQuerySet:
        """In force now or later."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now()))

    def in_force(self) -> RoleAssignmentQuerySet:
        return self.not_over().filter(Q(starts_at=None) | Q(starts_at__lte=timezone.now()))

    def held_now_by(self, user: User) -> RoleAssignmentQuerySet:
        """What this person may use now: their own, and their groups' (owners hold nothing by owning)."""
        groups = user.groupmember_set.filter(group__is_role_assignable=True).values("group_id")
        own, groups_own = self.filter(user=user), self.filter(group__in=groups)
        # A union and not an OR: each half has an index of its own, the two together have none.
        return self.in_force().filter(pk__in=own.values("pk").union(groups_own.values("pk")))


def any_role_of(person: User) -> Q:
    """Whether a person holds any role: however scoped, themselves, through a group, as a guest, now or later.

    A place in a group that may be given one at any time counts: what protects role holders starts there.
    """
    groups = Group.objects.filter(is_role_assignable=True)
    return (
        Q(Exists(RoleAssignment.objects.not_over().filter(user=person)))
        | Q(Exists(groups.filter(groupmember__user=person)))
        | Q(Exists(groups.filter(groupowner__user=person)))
        # What they hold elsewhere as a guest the wall does not show: that they are one is enough.
        | Q(Exists(Invitation.objects.filter(user=person).exclude(accepted_at=None)))
    )


class RoleAssignment(TenantModel):
    """A person or a role-assignable group holds a role over a unit and all below it, or the whole tenant."""

    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="role_assignments")
    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True, related_name="role_assignments")
    role = models.CharField(_("role"), max_length=64)
    unit = models.ForeignKey(
        AdministrativeUnit,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="role_assignments",
        verbose_name=_("location"),
    )
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    source = models.CharField(max_length=64, blank=True, editable=False)

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("role assignment")
        verbose_name_plural = _("role assignments")
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, group__isnull=False) | Q(user__isnull=False, group=None),
                name="role_has_one_principal",
            ),
            models.CheckConstraint(
                condition=Q(unit=None) | Q(role__in=sorted(roles.UNIT_SCOPABLE)),
                name="role_fits_its_scope",
                violation_error_message=_("This role is held over the whole tenant only."),
            ),
            models.CheckConstraint(
                condition=~Q(role=roles.OPERATOR) | Q(tenant=OPERATORS_ID),
                name="operators_only_in_their_tenant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.unit or self.tenant_id}"

    def clean(self) -> None:
        """Refuse a group that cannot hold roles; raises ValidationError."""
        if self.group and not self.group.is_role_assignable:
            raise ValidationError({"group": _("Roles cannot be assigned to this group.")})

    def save(self, *args, **kwargs) -> None:
        self.clean()
        super().save(*args, **kwargs)
