"""From where a request comes: the visitor's own address, also behind proxies that are trusted."""

import ipaddress
from collections.abc import Iterable
from typing import Any

from litestar.connection import ASGIConnection

from app.settings import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

IPV6_SITE_BITS = 64  # one household or office has a whole /64, so it is treated as one
IPV4_SHOWN_BITS = 24


def address_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """Return the visitor's address, or None where the server does not know it.

    `X-Forwarded-For` is anybody's word, so it is read from its end, and only as far as each hop
    was told by a proxy that `LINLI_PROXIES` names: the first address that is no such proxy is the
    visitor's.
    """
    peer = _parsed(connection.client.host) if connection.client else None
    if peer is None:
        return None
    told = [
        hop for line in connection.headers.getall("x-forwarded-for", []) for hop in line.split(",")
    ]
    return str(visitor(peer, told, settings().trusted_proxies))


def visitor(peer: Address, told: list[str], proxies: Iterable[Network]) -> Address:
    """Return who stands behind the peer, believing only what trusted proxies told."""
    trusted = tuple(proxies)
    seen = peer
    for hop in reversed(told):
        if not any(seen in network for network in trusted):
            break
        before = _parsed(hop.strip())
        if before is None:
            break  # the proxy passed on what is no address: it stands for the visitor itself
        seen = before
    return seen


def site_of(address: str | None) -> str:
    """Return what counts as one place: an IPv4 address, or the /64 that an IPv6 one is in."""
    parsed = _parsed(address or "")
    if parsed is None:
        return "nowhere"
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, IPV6_SITE_BITS), strict=False))
    return str(parsed)


def is_local(address: str | None) -> bool:
    """Say whether an address belongs to a house's or an office's own network."""
    parsed = _parsed(address or "")
    return parsed is not None and (parsed.is_private or parsed.is_loopback)


def shown(address: str | None) -> str:
    """Return an address as its owner may see it among their sign-ins: without its last part."""
    parsed = _parsed(address or "")
    if parsed is None:
        return ""
    bits = IPV6_SITE_BITS if isinstance(parsed, ipaddress.IPv6Address) else IPV4_SHOWN_BITS
    return str(ipaddress.ip_network((parsed, bits), strict=False).network_address)


def _parsed(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    if mapped is not None:
        return mapped
    if isinstance(found, ipaddress.IPv6Address) and found.scope_id:
        return ipaddress.ip_address(int(found))
    return found
