"""A tenant's switches."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from directory import permissions
from directory.models import Settings
from mystaff.admin.door import DoorAdmin


class SettingsAdmin(DoorAdmin):
    """A tenant's switches: one page, no list."""

    action = permissions.UPDATE_SETTINGS

    def _before(self, obj) -> Settings:
        return Settings.current()  # a tenant that has saved none yet has the defaults

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request) and not Settings.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        if not self._may(request):
            raise PermissionDenied
        row = Settings.objects.first()
        opts = "admin:directory_settings"
        return redirect(f"{opts}_change", row.pk) if row else redirect(f"{opts}_add")
