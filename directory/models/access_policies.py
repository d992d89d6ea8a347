"""A tenant's access policies: who gets where from which network, with what proof and how recent."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directory.access_policies import AppliesTo, Rule, State, Surface
from directory.models.groups import Group
from directory.models.users import User
from directory.networks import networks
from tenants.models import TenantModel

MOST, MOST_NETWORKS = 100, 200  # all of them are judged before every page
SHORTEST, LONGEST = 5, 60 * 24 * 365  # minutes; under five nobody gets anything done
AGE = {
    "null": True,
    "blank": True,
    "validators": [MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)],
}


# Asked before every page: written by hand, for putting it together takes ten times as long as answering it.
IN_USE = """
    SELECT policy.*, EXISTS (
        SELECT FROM directory_groupmember member
        WHERE member.group_id = policy.group_id AND member.user_id = %s
    ) AS has_in_group
    FROM directory_accesspolicy policy
    WHERE policy.state <> 'off' AND NOT EXISTS (SELECT FROM directory_settings WHERE NOT access_policies)
    ORDER BY policy.id
"""


class AccessPolicyManager(models.Manager):
    def in_use(self, person: User | None = None) -> list[AccessPolicy]:
        """Those that are looked at, each with whether the person is in its group. One query.

        None while the tenant's switch is off.
        """
        return list(self.raw(IN_USE, [person and person.pk]))


class AccessPolicy(TenantModel):
    """One policy. All that cover a request must be met."""

    SURFACES = {
        "on_portal": Surface.PORTAL,
        "on_self_service": Surface.SELF_SERVICE,
        "on_account": Surface.ACCOUNT,
        "on_admin": Surface.ADMIN,
    }

    name = models.CharField(_("name"), max_length=128)
    state = models.CharField(
        _("state"),
        max_length=16,
        choices=State.choices,
        default=State.REPORT_ONLY,
        help_text=_(
            "Report only: nobody is stopped, and the trail says who would have been. Begin with that."
        ),
    )
    on_portal = models.BooleanField("My Staff", default=False)
    on_self_service = models.BooleanField(
        _("Self-service"), default=False, help_text=_("Only the networks count: nobody is known there yet.")
    )
    on_account = models.BooleanField(_("My account"), default=False)
    on_admin = models.BooleanField(_("Admin"), default=False)
    applies_to = models.CharField(
        _("applies to"), max_length=16, choices=AppliesTo.choices, default=AppliesTo.EVERYONE
    )
    group = models.ForeignKey(
        Group, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("group")
    )
    allowed_networks = models.TextField(
        _("allowed networks"),
        blank=True,
        help_text=_("One a line, like 203.0.113.0/24 or 2001:db8::/32. Empty: all that are not blocked."),
    )
    blocked_networks = models.TextField(
        _("blocked networks"), blank=True, help_text=_("They come before the allowed ones.")
    )
    second_factor = models.BooleanField(
        _("require a second factor"),
        default=False,
        help_text=_("Whoever has none yet can only open the page where they add one."),
    )
    sign_in_age = models.PositiveIntegerField(
        _("sign-in no older than"), help_text=_("Minutes. Empty: as long as the session lasts."), **AGE
    )
    confirm_age = models.PositiveIntegerField(
        _("proof before a change no older than"),
        help_text=_(
            "Minutes. Whoever resets a password, changes a phone number or saves anything in the "
            "admin shows again that it is them if the last time is longer ago. Empty: never."
        ),
        **AGE,
    )

    objects = AccessPolicyManager()

    class Meta:
        verbose_name = _("access policy")
        verbose_name_plural = _("access policies")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="access_policy_name_once_per_tenant",
                violation_error_message=_("There is a policy of this name already."),
            ),
            models.CheckConstraint(
                condition=Q(on_portal=True) | Q(on_self_service=True) | Q(on_account=True) | Q(on_admin=True),
                name="access_policy_covers_something",
                violation_error_message=_("Choose what it covers."),
            ),
            models.CheckConstraint(
                condition=Q(applies_to=AppliesTo.GROUP, group__isnull=False)
                | (~Q(applies_to=AppliesTo.GROUP) & Q(group=None)),
                name="access_policy_group_where_needed",
                violation_error_message=_("Choose a group for “A group”, and none for the others."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rule(self) -> Rule:
        """The policy as it is applied."""
        return Rule(
            name=self.name,
            state=self.state,
            surfaces=frozenset(surface for field, surface in self.SURFACES.items() if getattr(self, field)),
            applies_to=self.applies_to,
            group=self.group_id,
            allowed=networks(self.allowed_networks),
            blocked=networks(self.blocked_networks),
            second_factor=self.second_factor,
            sign_in_age=self.sign_in_age,
            confirm_age=self.confirm_age,
            key=str(self.pk or ""),
        )

    def clean(self) -> None:
        self._clean_networks()
        if self.on_self_service and self.applies_to != AppliesTo.EVERYONE:
            reason = _("Self-service knows nobody yet: a policy that covers it is for everyone.")
            raise ValidationError({"applies_to": reason})
        if self._state.adding and AccessPolicy.objects.count() >= MOST:
            raise ValidationError(_("At most 100 policies."))
        asks = self.second_factor or self.sign_in_age or self.confirm_age
        if not (asks or self.allowed_networks or self.blocked_networks):
            raise ValidationError(_("This policy asks for nothing yet."))

    def _clean_networks(self) -> None:
        """Write each network as it is read, one a line."""
        for name in ("allowed_networks", "blocked_networks"):
            try:
                found = networks(getattr(self, name))
            except ValueError as error:
                raise ValidationError({name: str(error)}) from error
            if len(found) > MOST_NETWORKS:
                raise ValidationError({name: _("At most 200 networks.")})
            setattr(self, name, "\n".join(str(one) for one in found))
