"""Networks that a tenant types, and whether an address lies in one of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.utils.translation import gettext as _

Network = IPv4Network | IPv6Network
WRAPPED = IPv6Network("::ffff:0:0/96")  # IPv4 addresses as IPv6 writes them (RFC 4291, 2.5.5.2)


def network(typed: str) -> Network:
    """A network in CIDR notation, or the one of a single address.

    Raises ValueError with a sentence. Bits beyond the prefix are refused: whoever typed them may have meant
    a smaller network.
    """
    try:
        # A part that names a network card, after a percent sign, means nothing on another machine.
        found = ip_network("" if "%" in typed else typed, strict=False)
    except ValueError as error:
        raise ValueError(_("“%s” is no network. Write it like 203.0.113.0/24.") % typed) from error
    if "/" in typed and found.network_address != ip_address(typed.partition("/")[0]):
        raise ValueError(_("“%(typed)s” is not a network. Did you mean %(network)s?") % _both(typed, found))
    return _unwrapped(found)


def _both(typed: str, found: Network) -> dict[str, str]:
    return {"typed": typed, "network": str(found)}


def _unwrapped(found: Network) -> Network:
    if found.version == 6 and found.subnet_of(WRAPPED):
        return IPv4Network((found.network_address.ipv4_mapped, found.prefixlen - 96))
    return found


@lru_cache(maxsize=1024)  # asked before every page
def networks(lines: str) -> tuple[Network, ...]:
    """One on each line; empty lines do not count. Raises ValueError with a sentence."""
    return tuple(network(line.strip()) for line in lines.splitlines() if line.strip())


def address(typed: str | None) -> IPv4Address | IPv6Address | None:
    """An address, unwrapped; None for what is none."""
    try:
        found = ip_address(typed or "")
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def within(typed: str | None, these: Iterable[Network]) -> bool:
    """Whether the address lies in one of these networks."""
    found = address(typed)
    return found is not None and any(found in one for one in these if one.version == found.version)
