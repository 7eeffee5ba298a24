"""A host's colour, the same on every page and after every restart: one of eight, by its name. The name always stands
beside it."""

from __future__ import annotations

import zlib

from django.template import Library

register = Library()

COLOURS = 8


@register.filter
def host_class(hostname: str) -> str:
    """ "h0" to "h7"; "hx" for the host that the metadata does not name. Numbered hosts get neighbouring colours."""
    if not hostname:
        return "hx"
    stem = hostname.rstrip("0123456789")
    digits = hostname[len(stem) :][-6:]
    # The prefix is as good as any other; with it, usual names (web, worker, api) get colours that lie apart.
    place = zlib.crc32(b"h/" + stem.encode("utf-8", "replace")) + (int(digits) if digits.isdecimal() else 0)
    return f"h{place % COLOURS}"


@register.filter
def host_name(hostname: str) -> str:
    return hostname or "host not named"
