"""A tenant's switches."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from directory import permissions
from directory.actions.settings import fields_open_to, update_settings
from directory.models import Settings
from mystaff.admin.door import DoorAdmin
from mystaff.initiator import initiator


class SettingsAdmin(DoorAdmin):
    """One page, no list. Everyone sees the switches that are theirs to change, and no others."""

    action = permissions.UPDATE_SETTINGS

    def _may(self, request: HttpRequest, obj=None) -> bool:
        return bool(fields_open_to(initiator(request)))

    has_view_permission = has_change_permission = _may

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request) and not Settings.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj=None) -> list[str]:
        opened = fields_open_to(initiator(request))
        return [field.name for field in Settings._meta.fields if field.name in opened]

    def save_model(self, request: HttpRequest, obj: Settings, form, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        update_settings(values, by=initiator(request, "Admin"))
        obj.pk = Settings.current().pk

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        if not self._may(request):
            raise PermissionDenied
        row = Settings.objects.first()
        opts = "admin:directory_settings"
        return redirect(f"{opts}_change", row.pk) if row else redirect(f"{opts}_add")
