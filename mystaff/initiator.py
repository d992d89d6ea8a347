from django.http import HttpRequest

from directory.actions import Initiator


def initiator(request: HttpRequest, surface: str = "My Staff") -> Initiator:
    """Who acts in this request, from where: what the trail will say."""
    return Initiator(request.user, request.META.get("REMOTE_ADDR") or None, surface)
