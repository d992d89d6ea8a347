"""The sites themselves: behind our sign-in."""

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from directory import operators
from directory.administration import ADD_SOURCE
from directory.sync import attention
from mystaff.initiator import initiator
from tenants.models import operators as operators_tenant


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


class Inside(Site):
    """A tenant's: an operator who has entered leaves from here."""

    def get_urls(self) -> list:
        leave = path("leave/", self.admin_view(require_POST(self.leave)), name="leave_tenant")
        return [leave, *super().get_urls()]

    def index(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """With a line for each source that somebody should look at, for who may change them."""
        shown = {"attention": attention.notices()} if request.user.holds(*ADD_SOURCE.needs) else {}
        return super().index(request, shown | (extra_context or {}))

    def leave(self, request: HttpRequest) -> HttpResponse:
        """End an operator's stay, and lead them back to the tenant's page in their own admin."""
        if not request.user.is_entered_operator:
            raise PermissionDenied
        by = initiator(request, "Admin").at_home()
        with operators_tenant().scope():
            operators.leave(request.tenant, by=by)
        return HttpResponseRedirect(f"/admin/tenants/tenant/{request.tenant.pk}/change/")
