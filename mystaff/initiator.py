from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from directory.door import Initiator


def initiator(request: HttpRequest, surface: str = "My Staff") -> Initiator:
    """Who acts in this request, from where: what the trail will say."""
    return Initiator(request.user, client_ip(request), surface)


def client_ip(request: HttpRequest) -> str | None:
    """The visitor's address: behind a proxy of ours the last it added, for anyone may write those before."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.MYSTAFF_PROXY:
        address = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or address
    try:
        # A link-local one may name its network card, for which the trail's column has no place.
        return str(ip_address(address.partition("%")[0]))
    except ValueError:
        return None


def network(request: HttpRequest) -> str:
    """Whom throttles count together: an IPv4 address, or the 64 bits of IPv6 that one household has."""
    address = client_ip(request) or "local"
    return str(ip_network((address, 64), strict=False)) if ":" in address else address
