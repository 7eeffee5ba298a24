"""What a proxy in front of the dashboard says of a request, believed only of the addresses that are set as proxies.

Any client can write these headers. They are read here and nowhere else; the web server hands them on as they came.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def is_from_proxy(request: HttpRequest) -> bool:
    """Whether a proxy that is known made the connection."""
    peer = _parsed(request.META.get("REMOTE_ADDR", ""))
    return peer is not None and _is_proxy(peer)


def client_address(request: HttpRequest) -> str:
    """Who asks: whoever made the connection, or, where that was a known proxy, the nearest address in X-Forwarded-For
    that is none. What lies beyond that may be made up. "" where the connection has no address, as of a Unix socket."""
    peer = _parsed(request.META.get("REMOTE_ADDR", ""))
    if peer is None:
        return ""
    for text in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not _is_proxy(peer):
            break
        before = _parsed(text)
        if before is None:
            break
        peer = before
    return str(peer)


def came_by_https(request: HttpRequest) -> bool:
    """As far as it is known: by the connection, by what a known proxy says of it, or by the address that people are
    given. The last can be made up in `Host`: whoever does so gets stricter cookies, and nothing else."""
    if request.is_secure():
        return True
    if is_from_proxy(request):
        said = request.headers.get("X-Forwarded-Proto", "").rpartition(",")[2]  # by the nearest proxy
        if said:
            return said.strip().lower() == "https"
    public = urlsplit(settings.INSPECTOR.public_url)
    return public.scheme == "https" and public.netloc.lower() == request.META.get("HTTP_HOST", "").lower()


def _is_proxy(address: Address) -> bool:
    return any(address in network for network in settings.INSPECTOR.proxy_addresses)


def _parsed(text: str) -> Address | None:
    """Without the port that some proxies write behind it, and without the network card of a link-local one; an IPv4
    address in IPv6 clothes as what it is."""
    text = text.strip().removeprefix("[").partition("]")[0]
    if text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
