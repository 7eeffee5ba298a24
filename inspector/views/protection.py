"""Requests that a foreign page makes somebody's browser send, and what keeps a browser from handing answers on."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware

from inspector.access.bearer import has_metrics_token
from inspector.access.proxies import came_by_https
from inspector.addresses import address_of
from inspector.views.origins import FOREIGN, is_foreign, origin_hint
from inspector.views.turned_away import turn_away

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponseBase]

#: Asked for by machines, by whatever address they have of this process, which is rarely a name.
_PROBED, _SCRAPED = "health", "metrics"

_HEADERS = {
    # Other sites' pages cannot even load an answer as a picture or script of theirs.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
    ),
    # Conversations do not belong in a disk cache. Pages say so themselves; this is for what forgets to.
    "Cache-Control": "no-store",
}


class SecurityHeaders:
    """Middleware: what Django's own do not say."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class KnownAddresses:
    """Middleware: 403 for a name that is not the dashboard's, by which a foreign page could reach it, and for a request
    that another site's page makes a browser send. A link to a page is no such request."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = refuse_foreign(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost:
            if not _is_machine(request):
                return _unknown_name(request)
            _by_address(request)
        return self._get_response(request)


def refuse_foreign(get_response: GetResponse) -> GetResponse:
    """A middleware: 403 for a request that another site's page makes a browser send."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if is_foreign(request, settings.CSRF_TRUSTED_ORIGINS):
            return _foreign_page(request)
        return get_response(request)

    return answer


class FormProtection(CsrfViewMiddleware):
    """Django's own, with a cookie that is for https only wherever the page came by it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.CSRF_COOKIE_NAME)
        if cookie is not None and came_by_https(request):
            cookie["secure"] = True
        return response


def _is_machine(request: HttpRequest) -> bool:
    """A probe, or a scraper with its token: they ask by whatever address they have."""
    return request.path == address_of(_PROBED) or (request.path == address_of(_SCRAPED) and has_metrics_token(request))


def _by_address(request: HttpRequest) -> None:
    """Lets it in under a name that is known, and as nobody: a page that reached the dashboard by a name of its own
    would else be taken for the person whose browser it runs in, as by a proxy's headers."""
    kept: dict[str, str] = {
        name: request.META[name] for name in ("HTTP_AUTHORIZATION", "HTTP_ACCEPT") if name in request.META
    }
    for name in [name for name in request.META if name.startswith("HTTP_")]:
        del request.META[name]
    request.META.update({**kept, "HTTP_HOST": "localhost"})
    request.__dict__.pop("headers", None)  # made of META once
    request.COOKIES = {}


def _unknown_name(request: HttpRequest) -> HttpResponseBase:
    name = request.META.get("HTTP_HOST", "").partition(":")[0][:100]
    message = f"The dashboard does not answer to the name {name!r}."
    hint = "Start it with that name in INSPECTOR_ALLOWED_HOSTS, or open it by one that it knows."
    logger.warning("%s %s", message, hint)
    return turn_away(request, "Not a name of the dashboard", message, hint)


def _foreign_page(request: HttpRequest) -> HttpResponseBase:
    logger.warning("%s %s: %s %s", request.method, request.path, FOREIGN, hint := origin_hint(request))
    return turn_away(request, "Not done", FOREIGN, hint)
