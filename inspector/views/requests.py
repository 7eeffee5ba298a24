"""The first and last to see a request: it gets an id, and a line in the log once it is answered."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeGuard, cast

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from inspector.access.proxies import came_by_https, is_from_proxy
from inspector.addresses import address_of
from inspector.logs.formats import FIELDS
from inspector.logs.request_id import HEADER, answering, is_id, new_id
from inspector.logs.settings import REQUESTS

logger = logging.getLogger(REQUESTS)

#: What a machine asks for every few seconds, and files that are the same for everybody.
_QUIET = "-/"


class RequestLog:
    """Middleware, before all others. The id comes back in X-Request-ID and stands in each line of the log meanwhile;
    one that a known proxy gave is kept. Of the address only the path is told: what people search for is behind it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        given = request.headers.get(HEADER, "")
        name = given if is_id(given) and is_from_proxy(request) else new_id()
        _tell_scheme(request)
        with answering(name):
            response = self._get_response(request)
            response[HEADER] = name
            if _is_made_while_sent(response, request):
                chunks = cast("Iterator[bytes]", response.streaming_content)
                response.streaming_content = _told_at_its_end(request, response, chunks, name, began)
            else:
                _tell(request, response.status_code, began)
        return response


def _is_made_while_sent(response: HttpResponseBase, request: HttpRequest) -> TypeGuard[StreamingHttpResponse]:
    return isinstance(response, StreamingHttpResponse) and not response.is_async and not _is_quiet(request)


def _is_quiet(request: HttpRequest) -> bool:
    return request.path.startswith((address_of("home") + _QUIET, settings.STATIC_URL or "/static/"))


def _tell_scheme(request: HttpRequest) -> None:
    """Once it is known that the browser speaks TLS with the proxy, all of Django goes by it: HSTS, secure cookies, and
    where a form may come from."""
    if isinstance(request, WSGIRequest) and came_by_https(request):
        request.META["wsgi.url_scheme"] = "https"  # what Django asks; `SECURE_PROXY_SSL_HEADER` would believe anybody


def _told_at_its_end(
    request: HttpRequest, response: HttpResponseBase, chunks: Iterator[bytes], name: str, began: float
) -> Iterator[bytes]:
    """A file that is sent while it is read, up to where it ends or the client leaves."""
    whole = False
    try:
        while True:
            with answering(name):  # not around the `yield`: the thread goes on with other requests' lines
                chunk = next(chunks, None)
            if chunk is None:
                break
            yield chunk
        whole = True
    finally:
        close = getattr(chunks, "close", None)
        with answering(name):
            if close is not None:
                close()
            _tell(request, response.status_code, began, whole=whole)


def _tell(request: HttpRequest, status: int, began: float, *, whole: bool = True) -> None:
    took = round((time.perf_counter() - began) * 1_000)
    level = logging.DEBUG if _is_quiet(request) and status < 500 else logging.INFO
    cut = "" if whole else ", not sent to its end"
    logger.log(
        level,
        "%s %s %d in %d ms%s",
        request.method,
        request.path,
        status,
        took,
        cut,
        extra={FIELDS: {**_about(request), "status": status, "milliseconds": took, "whole": whole}},
    )


def _about(request: HttpRequest) -> dict[str, Any]:
    """`store` is told where it is the name of one: anything can be written there."""
    route = getattr(request, "resolver_match", None)
    viewer = getattr(request, "viewer", None)
    store = _query(request)
    return {
        "method": request.method,
        "path": request.path,
        "route": route.url_name if route else None,
        "store": store if store in {setting.name for setting in settings.INSPECTOR.stores} else None,
        "viewer": viewer.name if viewer else None,
    }


def _query(request: HttpRequest) -> str:
    try:
        return request.GET.get("store", "")
    except Exception:  # more parameters than Django takes: it has been answered with 400
        return ""
