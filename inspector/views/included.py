"""Pages of a dashboard that is an app in somebody else's project: what its middleware does where it runs alone is done
around each of its pages, so that no other page of the project is touched."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_protect
from django_htmx.middleware import HtmxMiddleware

from inspector.access.audit.middleware import AuditLog
from inspector.errors import InspectorError
from inspector.logs.faults import lines
from inspector.parts import POLICY
from inspector.views import errors
from inspector.views.gate import Gate
from inspector.views.page import View, show_error
from inspector.views.patience import wait_briefly
from inspector.views.protection import SecurityHeaders, refuse_foreign
from inspector.views.requests import RequestLog

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
#: What of the policy static files need, which may lie on another host.
_STATIC = ("script-src", "style-src", "img-src", "font-src")


def included(view: View) -> View:
    """The view behind the gate, with the headers, the log and the protection that it has where the dashboard runs
    alone."""
    inner = view if getattr(view, "csrf_exempt", False) else csrf_protect(view)

    @functools.wraps(view)
    def answer(request: HttpRequest, **held: str) -> HttpResponseBase:
        request.inspector_view = functools.partial(inner, **held)  # type: ignore[attr-defined]
        return _chain()(request)

    return answer


@functools.cache
def _chain() -> GetResponse:
    """One for all pages, as some of it remembers what it has noted. The last is the nearest to the page."""
    chain: GetResponse = _view
    for middleware in (HtmxMiddleware, AuditLog, Gate, wait_briefly, _told, refuse_foreign, _headed, SecurityHeaders):
        chain = cast("GetResponse", middleware(chain))
    return RequestLog(chain)


def _view(request: HttpRequest) -> HttpResponseBase:
    found: HttpResponseBase = request.inspector_view(request)  # type: ignore[attr-defined]
    return found


def _told(get_response: GetResponse) -> GetResponse:
    """What went wrong is told here. The project would write its text to a log or into a mail, with the values that were
    at hand, and these may be what people said."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        try:
            return get_response(request)
        except InspectorError as error:
            return show_error(request, error)
        except Http404 as error:
            return errors.not_found(request, error)
        except SuspiciousOperation as error:
            return errors.bad_request(request, error)
        except Exception as error:
            logger.error("%s cannot be answered:\n%s", request.path, "\n".join(lines(error)))
            return errors.server_error(request)

    return answer


def _headed(get_response: GetResponse) -> GetResponse:
    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in {**_HEADERS, "Content-Security-Policy": policy()}.items():
            response.headers.setdefault(name, value)
        return response

    return answer


def policy() -> str:
    address = urlsplit(settings.STATIC_URL or "")
    static = [f"{address.scheme or 'https'}://{address.netloc}"] if address.netloc else []
    parts = {name: [*value, *(static if name in _STATIC else ())] for name, value in POLICY.items()}
    return "; ".join(f"{name} {' '.join(value)}" for name, value in parts.items())
