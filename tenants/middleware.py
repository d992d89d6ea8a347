"""Finds the tenant of a request, mounts the site there and enters its scope."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.urls import set_script_prefix
from django.utils.translation import gettext as _

from tenants.models import HostName, Tenant, operators

OUTSIDE_URLS = "mystaff.urls_outside"


class TenantMiddleware:
    """Moves `/<tenant>` into the script prefix, or finds the tenant by host.

    No URL pattern, view or template names the tenant. What belongs to no tenant runs outside, in the scope
    of the operators' tenant: nothing ever runs without a scope.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_understood(request):
            return HttpResponse(
                _("We did not understand this request."), status=400, content_type="text/plain"
            )
        host = split_domain_port(request.get_host())[0].rstrip(".")
        if validate_host(host, settings.MYSTAFF_HOSTS):
            return self._by_path(request)
        name = HostName.objects.select_related("tenant").filter(host=host).first()
        if name is None:
            # Before any page of ours: a made-up host must not end up in a link we write.
            return HttpResponse(_("This address is not served here."), status=400, content_type="text/plain")
        return self._inside(request, name.tenant, "")

    def _by_path(self, request: HttpRequest) -> HttpResponse:
        slug = request.path_info.split("/", 2)[1]
        tenant = Tenant.objects.filter(slug=slug).first() if slug else None
        if tenant is None or tenant.is_operators:
            return self._outside(request)
        if request.path_info == f"/{slug}":
            request.path_info += "/"
        return self._inside(request, tenant, f"/{slug}")

    def _outside(self, request: HttpRequest) -> HttpResponse:
        request.urlconf = OUTSIDE_URLS
        return self._inside(request, operators(), "")

    def _inside(self, request: HttpRequest, tenant: Tenant, prefix: str) -> HttpResponse:
        request.tenant = tenant
        request.path_info = request.path_info.removeprefix(prefix)
        request.META["SCRIPT_NAME"] = prefix
        request.META["PATH_INFO"] = request.path_info
        request.path = prefix + request.path_info
        set_script_prefix(prefix or "/")
        try:
            with tenant.scope():
                return self.get_response(request)
        finally:
            set_script_prefix("/")


def _is_understood(request: HttpRequest) -> bool:
    """Whether it asks for a path (RFC 9112, 3.2.1), without the one character PostgreSQL cannot compare."""
    return request.path_info.startswith("/") and "\0" not in request.path_info


def streamed(content, tenant: Tenant):
    """Read a stream inside its tenant's scope: by then the middleware has left it, and it would be empty."""
    iterator = iter(content)
    while True:
        with tenant.scope():
            try:
                chunk = next(iterator)
            except StopIteration:
                return
        yield chunk
