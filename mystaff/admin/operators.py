"""What operators look after: tenants and the names they are reached by. To change something in a tenant they
enter it."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from directory import operators, verbs
from mystaff.admin.door import DoorAdmin
from mystaff.initiator import initiator
from tenants.models import OPERATORS_ID, Tenant


class TenantAdmin(DoorAdmin):
    action = verbs.MANAGE_TENANTS
    list_display = ["name", "slug"]
    search_fields = ["slug__startswith"]

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def get_urls(self) -> list:
        """With Enter and Leave before the stock ones, of which the last takes whatever comes."""
        own = [
            path(f"<uuid:pk>/{word}/", self.admin_site.admin_view(require_POST(view)), name=f"{word}_tenant")
            for word, view in (("enter", self.enter), ("leave", self.leave))
        ]
        return [*own, *super().get_urls()]

    def enter(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Become a guest there for an hour, and go there."""
        tenant = self._tenant(request, pk)
        operators.enter(tenant, by=initiator(request, "Admin"))
        return HttpResponseRedirect(f"{tenant.prefix}/admin/")

    def leave(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """End the stay at once."""
        operators.leave(self._tenant(request, pk), by=initiator(request, "Admin"))
        return redirect("admin:tenants_tenant_change", pk)

    def _tenant(self, request: HttpRequest, pk: UUID) -> Tenant:
        if not self._may(request):
            raise PermissionDenied
        return get_object_or_404(Tenant.objects.exclude(pk=OPERATORS_ID), pk=pk)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and not obj.is_operators:
            until = operators.stays(request.user).get(obj.pk)
            context |= {"enters": True, "stays_until": until and localtime(until)}
        return super().render_change_form(request, context, add, change, form_url, obj)


class HostNameAdmin(DoorAdmin):
    action = verbs.MANAGE_TENANTS
    list_display = ["host", "tenant"]


class EmailDomainAdmin(DoorAdmin):
    action = verbs.MANAGE_TENANTS
    list_display = ["domain", "tenant", "is_default"]


class AllowedHostAdmin(DoorAdmin):
    """Hosts inside the operators' network that a tenant may have its gateway at."""

    action = verbs.MANAGE_TENANTS
    list_display = ["host", "port", "tenant"]
