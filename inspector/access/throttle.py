"""How often somebody may try a password: django-axes counts by name and address, in the dashboard's own database."""

from __future__ import annotations

from ipaddress import IPv6Network, ip_address

from django.http import HttpRequest

from inspector.access.proxies import client_address


def throttle_address(request: HttpRequest) -> str:
    """What counts as the address. Without one, as over a Unix socket, all count as one: none would be counted. Whoever
    has one of IPv6 has 2**64 of them, which count as one."""
    address = client_address(request) or "::"
    return address if ip_address(address).version == 4 else str(IPv6Network((address, 64), strict=False)[0])
