"""People of a tenant."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from directory import roles
from directory.models.connected_directories import LOCAL
from directory.models.words import SearchWord
from tenants import scopes
from tenants.models import OPERATORS_ID, EmailDomain, Tenant, TenantModel
from tenants.words import normalise, words_of

OTHER_DOMAIN = _("The user name needs a domain of this organization.")


class UserQuerySet(models.QuerySet):
    """Facts about many people."""

    def members(self) -> UserQuerySet:
        """People of this tenant; guests are somebody else's."""
        return self.filter(home_tenant=None)

    def search(self, text: str) -> UserQuerySet:
        """People with, for every word typed, a word that begins so; accents and case are ignored."""
        return self.filter(pk__in=SearchWord.search(text))

    def in_unit(self, unit) -> UserQuerySet:
        """People in a unit and in all below it, once each."""
        from directory.models.units import UnitMembership

        return self.filter(pk__in=UnitMembership.objects.below(unit).values("user_id"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def get_by_natural_key(self, username: str) -> User:
        return self.get(user_principal_name=username.lower())

    def index(self, users: Iterable[User]) -> None:
        """Write the search words of these people anew, in bulk."""
        users = list(users)
        SearchWord.objects.filter(user__in=[user.pk for user in users]).delete()
        SearchWord.objects.bulk_create(
            [SearchWord(user=user, word=word) for user in users for word in user.search_words],
            batch_size=5000,
        )


class User(AbstractBaseUser, TenantModel):
    """A person in one tenant's directory, or a guest: a row without password whose home is another tenant."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user_principal_name = models.CharField(_("user name"), max_length=256, db_collation="C")
    display_name = models.CharField(_("name"), max_length=256)
    given_name = models.CharField(_("first name"), max_length=128, blank=True)
    surname = models.CharField(_("last name"), max_length=128, blank=True)
    job_title = models.CharField(_("job"), max_length=128, blank=True)
    department = models.CharField(_("department"), max_length=128, blank=True)
    employee_id = models.CharField(_("employee number"), max_length=64, blank=True)
    is_active = models.BooleanField(_("account enabled"), default=True)
    must_change_password = models.BooleanField(_("must change password"), default=False)
    password_changed_at = models.DateTimeField(_("last password change"), null=True, blank=True)
    sessions_valid_from = models.DateTimeField(default=timezone.now, editable=False)
    # What was proved before is to be proved again; and when they last said that all is right.
    registration_from = models.DateTimeField(_("registers again from"), null=True, editable=False)
    security_info_reviewed_at = models.DateTimeField(null=True, editable=False)
    sort_name = models.CharField(max_length=256, editable=False, db_collation="C")
    authority = models.CharField(
        _("where the password lives"), max_length=32, default="local", editable=False
    )
    source = models.CharField(_("source"), max_length=64, blank=True, editable=False)
    source_id = models.CharField(max_length=256, blank=True, editable=False)
    # Since when the source no longer knows them; whether it was the source that disabled them, not a person.
    vanished_at = models.DateTimeField(null=True, editable=False)
    disabled_by_source = models.BooleanField(default=False, editable=False)
    home_tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, editable=False, related_name="+")
    home_user_id = models.UUIDField(null=True, editable=False)
    accepted_at = models.DateTimeField(_("invitation accepted"), null=True, editable=False)

    USERNAME_FIELD = "user_principal_name"
    REQUIRED_FIELDS = ["display_name"]
    objects = UserManager()

    class Meta:
        ordering = ["sort_name", "id"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "user_principal_name"],
                name="user_name_once_per_tenant",
                violation_error_message=_("This user name is taken."),
            ),
            models.UniqueConstraint(
                fields=["tenant", "source", "source_id"],
                condition=~models.Q(source=""),
                name="person_once_per_source",
            ),
            models.UniqueConstraint(
                fields=["tenant", "home_user_id"],
                condition=~models.Q(home_user_id=None),
                name="guest_once_per_tenant",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "sort_name", "id"], name="people_by_name"),
            # Few among many, and asked for by the admin.
            models.Index(
                fields=["tenant", "sort_name", "id"],
                condition=models.Q(is_active=False),
                name="disabled_people_by_name",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def save(self, *args, **kwargs) -> None:
        self.prepare()
        fields = kwargs.get("update_fields")
        super().save(*args, **kwargs)
        if fields is None or SEARCHED & set(fields):
            type(self).objects.index([self])

    def clean(self) -> None:
        """A user name's domain is one of the tenant's own: else sign-in would lead elsewhere with it."""
        domain = self.user_principal_name.rpartition("@")[2].lower()
        if (
            not self.is_guest
            and not EmailDomain.objects.filter(domain=domain, tenant=scopes.require()).exists()
        ):
            raise ValidationError({"user_principal_name": OTHER_DOMAIN})

    def prepare(self) -> None:
        """Bring the stored forms in line with the names; bulk writers call it themselves."""
        self.user_principal_name = self.user_principal_name.strip().lower()
        self.sort_name = normalise(self.display_name)[:256]

    @property
    def search_words(self) -> set[str]:
        return words_of(
            self.display_name, self.given_name, self.surname, self.user_principal_name, self.employee_id
        )

    @property
    def names(self) -> list[str]:
        """What a password of theirs must not contain."""
        return [self.display_name, self.given_name, self.surname, self.user_principal_name.partition("@")[0]]

    @property
    def initials(self) -> str:
        """Two letters for the picture that nobody has."""
        parts = self.display_name.split()
        return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()

    @property
    def first_name(self) -> str:
        """What to call this person."""
        return self.given_name or self.display_name

    @property
    def tone(self) -> int:
        """One of six tints for the picture, from the id and never from the status."""
        return self.pk.int % 6 + 1

    def check_password(self, raw_password: str) -> bool:
        """Whether it is the one that lives here; a hash that is left of one that moved away opens nothing."""
        return super().check_password(raw_password) and self.authority == LOCAL

    # Sessions

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Ends every session when the password changes or the sessions are revoked."""
        value = f"{self.password}|{self.sessions_valid_from.isoformat()}"
        return salted_hmac("directory.User.session", value, secret=secret, algorithm="sha256").hexdigest()

    def revoke_sessions(self) -> None:
        """Make every session up to now worthless; takes effect on save."""
        self.sessions_valid_from = timezone.now()

    # Guests

    @property
    def is_guest(self) -> bool:
        return self.home_tenant_id is not None

    @property
    def is_entered_operator(self) -> bool:
        """Whether this row stands for an operator who has entered the tenant."""
        return self.home_tenant_id == OPERATORS_ID

    # Power: derived from role assignments, never stored

    @cached_property
    def assignments(self) -> list:
        """Role assignments in force now, direct and through groups."""
        from directory.models.assignments import RoleAssignment

        return list(RoleAssignment.objects.held_now_by(self).select_related("unit")) if self.is_active else []

    def holds(self, *names: str) -> bool:
        """Whether one of these roles is held now over the whole tenant."""
        return any(held.unit_id is None and held.role in names for held in self.assignments)

    @property
    def is_administrator(self) -> bool:
        """Whether any role is held now over the whole tenant."""
        return any(held.unit_id is None for held in self.assignments)

    @property
    def is_operator(self) -> bool:
        return scopes.current() == OPERATORS_ID and self.holds(roles.OPERATOR)

    @property
    def may_read_trail(self) -> bool:
        return self.is_operator or self.holds(roles.GLOBAL, roles.GLOBAL_READER)

    @property
    def is_staff(self) -> bool:
        """Whether the stock admin opens; what it shows is asked for each model."""
        return self.may_read_trail or self.holds(*roles.ADMIN)

    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, perm: str, obj=None) -> bool:
        """The stock admin's own permissions give nothing: each ModelAdmin asks for a role."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


SEARCHED = {"display_name", "given_name", "surname", "user_principal_name", "employee_id"}


class Guest(User):
    """A guest's row, as the admin lists them."""

    class Meta:
        proxy = True
        verbose_name = _("guest")
        verbose_name_plural = _("guests")


class InvitationQuerySet(models.QuerySet):
    def standing(self) -> InvitationQuerySet:
        """Those that open the other tenant now: accepted, and not over."""
        lasting = models.Q(ends_at=None) | models.Q(ends_at__gt=timezone.now())
        return self.filter(lasting).exclude(accepted_at=None)


class Invitation(TenantModel):
    """The home side of a guest: which tenant asked, and whether the person said yes."""

    user = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    host = models.ForeignKey(Tenant, models.CASCADE, related_name="+")
    guest_id = models.UUIDField()
    invited_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)  # an operator's stay in a tenant ends by itself

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["invited_at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user", "host"], name="invited_once_by_each_tenant"),
        ]
