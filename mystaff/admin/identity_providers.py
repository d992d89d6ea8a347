"""The tenant's own identity providers, and whose account is whose there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from directory import actions, saml_keys, verbs
from directory.door import administering
from directory.models import FederatedIdentity, IdentityProvider, User
from mystaff.admin.door import DoorAdmin
from mystaff.admin.listing import ListAdmin
from mystaff.admin.stored_secrets import SecretStays
from mystaff.initiator import initiator
from mystaff.signin.federation import flow


class ProviderForm(SecretStays):
    secret_field = "client_secret"  # noqa: S105  a name
    way_out = frozenset({"kind", "issuer", "directory_id"})
    moved = gettext_lazy("Type the secret again: where it is sent has changed.")

    class Meta:
        model = IdentityProvider
        fields = "__all__"  # noqa: DJ007  the admin's own pages, for who may set them all

    def stores_something(self, cleaned: dict[str, Any]) -> bool:
        """Always: a key of our own is made for SAML."""
        return True


class IdentityProviderAdmin(DoorAdmin):
    """Nothing secret is ever shown or written into the trail."""

    action = verbs.UPDATE_IDENTITY_PROVIDER
    form = ProviderForm
    withheld = ("client_secret", "certificates")
    list_display = ["name", "kind", "enabled"]
    change_form_template = "admin/directory/identity_provider.html"
    fieldsets = [
        (None, {"fields": ["name", "kind", "enabled"]}),
        (
            gettext_lazy("OpenID Connect, Entra ID, Google Workspace"),
            {"fields": ["issuer", "directory_id", "hosted_domain", "client_id", "client_secret"]},
        ),
        (gettext_lazy("SAML 2.0"), {"fields": ["entity_id", "sso_url", "certificates", "subject_attribute"]}),
        (gettext_lazy("Who is who"), {"fields": ["user_name_claim", "user_name_attribute"]}),
        (
            gettext_lazy("What its word is good for"),
            {"fields": ["links_administrators", "creates_people", "trusts_factors"]},
        ),
    ]

    def get_urls(self) -> list:
        test = self.admin_site.admin_view(require_POST(self.test))
        own = path("<uuid:pk>/test/", test, name="directory_identityprovider_test")
        return [own, *super().get_urls()]

    def test(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """**Test sign-in**: to the provider and back, to a page that says what came."""
        if not self._may(request):
            raise PermissionDenied
        provider = get_object_or_404(IdentityProvider, pk=pk)
        with administering(initiator(request, "Admin"), verbs.TEST_IDENTITY_PROVIDER, self._target(provider)):
            pass  # who may is all that the door is asked: the answer comes later
        return flow.begin(request, provider, test=True)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context["addresses"] = flow.addresses(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(
        self, request: HttpRequest, obj: IdentityProvider, form: forms.ModelForm, change: bool
    ) -> None:
        if obj.is_saml and not obj.own_key:
            obj.own_key, obj.own_certificate = saml_keys.make()
        before = self._before(obj)
        if before and before.source != obj.source and obj.identities.exists():
            self._unlink_all(request, obj)
        super().save_model(request, obj, form, change)

    def _unlink_all(self, request: HttpRequest, provider: IdentityProvider) -> None:
        """The same subject is somebody else's at another provider."""
        with administering(
            initiator(request, "Admin"), verbs.UNLINK_IDENTITY, self._target(provider)
        ) as deed:
            deed.change("linkedAccounts", provider.identities.count(), 0)
            provider.identities.all().delete()
        messages.warning(request, _("It is another provider now: no account is linked to a person any more."))


class IdentityAdmin(ListAdmin, DoorAdmin):
    """Linked accounts: to look at, and to unlink."""

    action = verbs.UNLINK_IDENTITY
    list_display = ["user", "provider", "uid", "linked_at"]
    list_select_related = ["user", "provider"]
    search_fields = ["user"]  # opens the box; what is found is get_search_results' own
    search_help_text = gettext_lazy("A name or user name of a person.")
    fields = readonly_fields = list_display

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[FederatedIdentity], text: str
    ) -> tuple[QuerySet[FederatedIdentity], bool]:
        return (queryset.filter(user__in=User.objects.search(text)) if text.strip() else queryset), False

    def delete_model(self, request: HttpRequest, obj: FederatedIdentity) -> None:
        actions.unlink_identity(obj, by=initiator(request, "Admin"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    has_change_permission = lambda self, request, obj=None: False  # noqa: E731
