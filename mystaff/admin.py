"""The stock Django admin, mounted twice: in each tenant, and outside for the operators.

Both stand behind our own sign-in (the stock one skips second factors), and every change goes through the
door of directory/actions.py.
"""

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from audit.admin import EntryAdmin
from audit.models import Entry
from directory import actions, permissions
from directory.models import Settings
from mystaff.initiator import initiator
from tenants.models import AllowedHost, EmailDomain, HostName, Tenant


@method_decorator(login_not_required, name="login")
class Site(AdminSite):
    """The admin behind our sign-in."""

    site_header = site_title = "MyStaff"
    site_url = None
    enable_nav_sidebar = False

    def get_urls(self) -> list:
        """Without the stock way from a row to its page: no row has one, and it fails on our ids."""
        return [url for url in super().get_urls() if getattr(url, "name", None) != "view_on_site"]

    def has_permission(self, request: HttpRequest) -> bool:
        """Strangers are led to sign in; whoever is signed in and may not be here is refused."""
        if request.user.is_authenticated and not super().has_permission(request):
            raise PermissionDenied(_("Only administrators may open this."))
        return request.user.is_authenticated

    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Send strangers to our sign-in."""
        where = request.GET.get("next") or reverse("admin:index")
        return HttpResponseRedirect(f"{reverse('sign_in')}?{urlencode({'next': where})}")

    def logout(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        from mystaff.signin.views import sign_out

        return sign_out(request)

    def password_change(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """A password is changed on one page only, and not on the stock one."""
        return redirect("change_password")


class DoorAdmin(ModelAdmin):
    """A ModelAdmin without a write path of its own: what it saves goes through the door."""

    action: permissions.Action
    withheld: tuple[str, ...] = ()  # fields of which the trail says only that they changed

    def _may(self, request: HttpRequest, obj=None) -> bool:
        return request.user.holds(*self.action.needs)

    has_view_permission = has_add_permission = has_change_permission = has_delete_permission = _may

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None) -> HttpResponse:
        # Without the stock transaction around it: the attempt must be committed before the deed.
        return self._changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None) -> HttpResponse:
        return self._delete_view(request, object_id, extra_context)

    def get_actions(self, request) -> dict:
        return {}

    def save_model(self, request, obj, form, change) -> None:
        with actions.administering(initiator(request, "Admin"), self.action, self._target(obj)) as deed:
            before = self._before(obj)
            for name in form.changed_data:
                deed.change(name, self._said(before, name) if before else None, self._said(obj, name))
            super().save_model(request, obj, form, change)

    def delete_model(self, request, obj) -> None:
        with actions.administering(initiator(request, "Admin"), self.action, self._target(obj)) as deed:
            deed.change("deleted", str(obj), None)
            super().delete_model(request, obj)

    def _said(self, obj, name: str) -> str:
        """A value as the trail shows it."""
        return _("(not shown)") if name in self.withheld else str(getattr(obj, name))

    def _before(self, obj):
        """What was in force until now, or None."""
        return self.model.objects.filter(pk=obj.pk).first()

    def _target(self, obj) -> dict:
        key = obj.pk if isinstance(obj, Tenant) else None
        return {"id": key, "type": obj._meta.object_name, "name": str(obj)[:256]}

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        where = reverse("admin:audit_entry_changelist")
        return redirect(f"{where}?{urlencode({'activity': self.action.activity})}")

    # The trail is ours; the stock history would say it a second time.
    def log_addition(self, request, obj, message) -> None: ...
    def log_change(self, request, obj, message) -> None: ...
    def log_deletions(self, request, queryset) -> None: ...


class OnePageAdmin(DoorAdmin):
    """For a model of which a tenant has one row or, with the defaults, none: one page, no list."""

    def _before(self, obj):
        return self.model.current()  # a tenant that has saved none yet has the defaults

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request) and not self.model.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        if not self._may(request):
            raise PermissionDenied
        row = self.model.objects.first()
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return redirect(f"{page}_change", row.pk) if row else redirect(f"{page}_add")


class SettingsAdmin(OnePageAdmin):
    """A tenant's switches."""

    action = permissions.UPDATE_SETTINGS


class TenantAdmin(DoorAdmin):
    action = permissions.MANAGE_TENANTS
    list_display = ["name", "slug"]
    search_fields = ["slug__startswith"]

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class HostNameAdmin(DoorAdmin):
    action = permissions.MANAGE_TENANTS
    list_display = ["host", "tenant"]


class EmailDomainAdmin(DoorAdmin):
    action = permissions.MANAGE_TENANTS
    list_display = ["domain", "tenant", "is_default"]


class AllowedHostAdmin(DoorAdmin):
    action = permissions.MANAGE_TENANTS
    list_display = ["host", "port", "tenant"]


inside = Site(name="admin")
inside.index_title = _("Administration")
inside.register(Entry, EntryAdmin)
inside.register(Settings, SettingsAdmin)

outside = Site(name="admin")
outside.index_title = _("Operators")
outside.register(Entry, EntryAdmin)
outside.register(Tenant, TenantAdmin)
outside.register(HostName, HostNameAdmin)
outside.register(EmailDomain, EmailDomainAdmin)
outside.register(AllowedHost, AllowedHostAdmin)
