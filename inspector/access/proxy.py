"""Who a proxy says has signed in with it. Asked at every request: the proxy keeps the session, not the dashboard."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from inspector.access.proxies import is_from_proxy

#: Characters of a name, as the tables hold it.
_LONGEST = 254


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody who a trusted proxy says is at the other end."""

    name: str
    groups: tuple[str, ...]


def is_proxy_configured() -> bool:
    config = settings.INSPECTOR
    return bool(config.proxy_addresses and config.proxy_user_header)


def vouched_for(request: HttpRequest) -> Vouched | None:
    """None where no proxy signs people in, the request is of no known proxy, or it names nobody who can be one."""
    if not is_proxy_configured() or not is_from_proxy(request):
        return None
    config = settings.INSPECTOR
    name = _text(request, config.proxy_user_header)
    if not name or len(name) > _LONGEST or not name.isprintable():
        return None
    groups = _text(request, config.proxy_groups_header) if config.proxy_groups_header else ""
    return Vouched(name, tuple(filter(None, (group.strip() for group in groups.split(",")))))


def is_made_up(request: HttpRequest) -> bool:
    """Whether the request names somebody in the proxies' header and is of no known proxy: the name is not believed, and
    whoever set the dashboard up wants to know why."""
    return (
        is_proxy_configured()
        and not is_from_proxy(request)
        and bool(_text(request, settings.INSPECTOR.proxy_user_header))
    )


def _text(request: HttpRequest, header: str) -> str:
    """A header's bytes come as Latin-1; names in UTF-8 are what proxies send."""
    text = request.headers.get(header, "")
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode()
    return text.strip()
