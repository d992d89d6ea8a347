"""Guests: asked by user name, removed; who they are is their own organization's to say."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory import guests, verbs
from directory.door import Initiator
from directory.models import Guest, RoleAssignment, SearchWord
from mystaff.admin.door import DeedAdmin, DeedForm
from mystaff.admin.listing import listed, role_and_scope
from mystaff.initiator import initiator


class GuestForm(DeedForm):
    """The name of somebody of another organization."""

    user_name = forms.EmailField(
        label=gettext_lazy("User name"),
        max_length=256,
        help_text=gettext_lazy("They are asked on their own account page, if anybody has that name."),
    )

    class Meta:
        model = Guest
        fields = []

    def _post_clean(self) -> None:
        """Nothing is checked of a row: whether there is somebody of that name is not told."""


class GuestAdmin(DeedAdmin):
    """Who helps here and belongs to another organization."""

    may = verbs.INVITE_GUEST.needs
    form = GuestForm
    list_display = ["display_name", "user_principal_name", "home_tenant", "accepted_at"]
    list_select_related = ["home_tenant"]
    search_fields = ["words"]  # shows the box; what is found says get_search_results
    ordering = ["sort_name", "id"]
    readonly_fields = ["display_name", "user_principal_name", "home_tenant", "accepted_at", "roles"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Guest]:
        return super().get_queryset(request).exclude(home_tenant=None)

    def get_search_results(self, request, queryset, search_term) -> tuple[QuerySet, bool]:
        found = queryset.filter(pk__in=SearchWord.search(search_term)) if search_term else queryset
        return found, False

    def get_fields(self, request, obj=None) -> list[str]:
        return self.readonly_fields if obj else ["user_name"]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return self.readonly_fields if obj else []

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def notes(self, request: HttpRequest, obj: Guest) -> list[str]:
        if obj.is_entered_operator:
            return [_("An operator of this system, here for an hour. Deleting the guest ends it at once.")]
        return []

    def save_form(self, request, form, change) -> Guest:
        return Guest(display_name=form.cleaned_data["user_name"])

    def save_model(self, request, obj: Guest, form: GuestForm, change: bool) -> None:
        guests.invite(form.cleaned_data["user_name"], by=initiator(request, "Admin"))

    def response_add(self, request, obj, post_url_continue=None) -> HttpResponse:
        """The same whether there is somebody of that name or not."""
        messages.success(request, _("If there is somebody with this user name, they have been asked."))
        return redirect("admin:directory_guest_changelist")

    def remove(self, obj: Guest, by: Initiator) -> None:
        guests.remove(obj, by=by)

    def hanging(self, obj: Guest) -> dict[str, int]:
        return {_("role assignments"): obj.role_assignments.count()}

    def history_words(self, obj: Guest) -> dict[str, str]:
        return {"q": obj.user_principal_name}

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, obj: Guest) -> str:
        held = RoleAssignment.objects.not_over().filter(user=obj).select_related("unit")
        return listed(obj, RoleAssignment, [(one.pk, role_and_scope(one)) for one in held])
