"""Groups: people under one name; a role-assignable group can hold roles."""

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.models.users import User
from tenants.models import TenantModel


class Group(TenantModel):
    """People under one name."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(_("name"), max_length=256)
    is_role_assignable = models.BooleanField(
        _("roles can be assigned to it"),
        default=False,
        help_text=_(
            "Fixed when the group is made: otherwise whoever manages groups could make administrators."
        ),
    )
    source = models.CharField(max_length=64, blank=True, editable=False)
    source_id = models.CharField(max_length=256, blank=True, editable=False)
    members = models.ManyToManyField(User, through="GroupMember", related_name="member_of")
    owners = models.ManyToManyField(User, through="GroupOwner", related_name="owner_of")

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="group_name_once_per_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "source", "source_id"],
                condition=~models.Q(source=""),
                name="group_once_per_source",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(TenantModel):
    """A person is in a group."""

    group = models.ForeignKey(Group, models.CASCADE, db_index=False)
    user = models.ForeignKey(User, models.CASCADE)
    source = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "group", "user"], name="member_of_group_once")
        ]
        indexes = [models.Index(fields=["group", "user"], name="members_of_group")]


class GroupOwner(TenantModel):
    """A person looks after a group."""

    group = models.ForeignKey(Group, models.CASCADE, db_index=False)
    user = models.ForeignKey(User, models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "group", "user"], name="owner_of_group_once")
        ]
        indexes = [models.Index(fields=["group", "user"], name="owners_of_group")]
