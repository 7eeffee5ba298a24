"""Whose page a request comes from, as far as the browser says. Programs say nothing, and are no browser's victims."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import is_same_domain

_SAME = ("", "same-origin", "none")  #: `none`: typed, or from a bookmark

FOREIGN = "Nothing was changed: this did not come from a page of the dashboard."


def origin_hint(request: HttpRequest) -> str:
    """What to do where it did, and the dashboard does not know its own address."""
    origin = request.headers.get("Origin", "")[:100]
    came = f"The page that sent this was opened at {origin}" if origin else "Another site's page sent this"
    known = "which the dashboard does not know as its own" if origin else "as the browser says"
    return f"{came}, {known}. Behind a proxy, set INSPECTOR_PUBLIC_URL to the address that people open."


def is_foreign(request: HttpRequest, trusted: Iterable[str]) -> bool:
    """Whether the page of another site sends it. `trusted` are origins that count as one's own, `https://*.a.example`
    among them. Reading a page that a link leads to is not foreign, wherever the link is."""
    origin = request.headers.get("Origin", "")
    if origin and not is_own(request, origin, trusted):
        return not (origin == "null" and _opens_a_page(request))  # what some redirects leave of an origin
    site = request.headers.get("Sec-Fetch-Site", "").strip().lower()
    return site not in _SAME and not origin and not _opens_a_page(request)


def is_own(request: HttpRequest, origin: str, trusted: Iterable[str]) -> bool:
    """As Django judges that of a form; the scheme is https where `access.proxies` knows it to be."""
    if origin == f"{request.scheme}://{request.get_host()}":
        return True
    try:
        asked = urlsplit(origin)
    except ValueError:
        return False
    return any(origin == one or _is_below(asked.scheme, asked.netloc, one) for one in trusted)


def _is_below(scheme: str, name: str, trusted: str) -> bool:
    own, _, pattern = trusted.partition("://*")
    return bool(pattern) and scheme == own and is_same_domain(name, pattern)


def _opens_a_page(request: HttpRequest) -> bool:
    """In a tab or window: not in a frame, and not as a picture or script of the other page."""
    return (
        request.method in ("GET", "HEAD")
        and request.headers.get("Sec-Fetch-Mode", "").strip().lower() == "navigate"
        and request.headers.get("Sec-Fetch-Dest", "").strip().lower() == "document"
    )
