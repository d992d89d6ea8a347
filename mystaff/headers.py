"""What browsers may do with our pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# No inline script or style, nothing from other sites, no frames (W3C, Content Security Policy Level 3).
POLICY = "; ".join(
    (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
WITH_CAMERA = PERMISSIONS.replace("camera=()", "camera=(self)")  # the page that reads badges, and no other


class ContentSecurityPolicy:
    """Puts the policy on every answer that has none of its own, and keeps answers out of shared browsers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        # Error pages too; what may be kept (static files, the colour) says so itself.
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response
