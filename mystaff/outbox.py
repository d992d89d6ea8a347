"""The demo's message viewer: what would have left the machine, for whoever sits at it."""

from datetime import UTC
from ipaddress import ip_address

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from directory.models import OutboxMessage
from tenants.models import Tenant

SHOWN = 200


@login_not_required
@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Messages of every tenant, newest first; `?format=json` for programs. On loopback only."""
    if not ip_address(request.META["REMOTE_ADDR"]).is_loopback:
        raise Http404
    messages = newest_of_all()
    if request.GET.get("format") == "json":
        return JsonResponse([_as_json(message) for message in messages], safe=False)
    return render(request, "outbox.html", {"messages": messages})


def newest_of_all() -> list[OutboxMessage]:
    """There is no way past the wall: whoever reads across tenants walks from one to the next."""
    found: list[OutboxMessage] = []
    for tenant in Tenant.objects.all():
        with tenant.scope():
            found += OutboxMessage.objects.all()[:SHOWN]
    return sorted(found, key=lambda message: (message.at, message.pk), reverse=True)[:SHOWN]


def _as_json(message: OutboxMessage) -> dict[str, str]:
    at = message.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {
        "at": at,
        "channel": message.channel,
        "to": message.to,
        "subject": message.subject,
        "body": message.body,
    }
