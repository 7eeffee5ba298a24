"""Where people sign in: on the dashboard's own page, or on that of the project that it is a part of."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.shortcuts import resolve_url

from inspector.addresses import address_of, is_alone


def login_address(back: str = "") -> str:
    """`back` is a path of the dashboard, to which they go on; alone, its first page needs no word."""
    address = address_of("login") if is_alone() else resolve_url(settings.LOGIN_URL)
    if is_alone() and urlsplit(back).path in (address_of("home"), address):
        back = ""
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'next': back})}" if back else address


def login_hint() -> str:
    return f"Sign in under {login_address()}."
