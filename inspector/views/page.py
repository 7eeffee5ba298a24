"""One address, three sizes: a whole page, the part of it that htmx asks for, or the same dataclass as JSON.

This is the only place that asks how a page was requested.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django_htmx.middleware import HtmxDetails

from inspector.domain.value import Absent, to_json
from inspector.errors import (
    BadRequest,
    ConfigError,
    IndexTrouble,
    InspectorError,
    NotACheckpointStore,
    NotAllowed,
    OwnDatabaseDown,
    StoreDenied,
)
from inspector.index.once import one_look
from inspector.index.trouble import told
from inspector.parts import ENGINE
from inspector.stores.guard import deadline
from inspector.stores.together import read_all, together
from inspector.views.bar import make_bar
from inspector.views.contexts import PAGE_ONLY, ErrorPage, Tree

logger = logging.getLogger(__name__)

#: Takes the request, and what its address holds by name.
View = Callable[..., HttpResponseBase]

#: Whether an answer is whole, a part or data is told by these.
_VARY = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")
_TITLES = {
    400: "This address cannot be read",
    403: "Not done",
    404: "Not found",
    405: "Not done",
    503: "The store does not answer",
}
#: Of errors that say more than their status.
_OWN_TITLES: dict[type[InspectorError], str] = {
    ConfigError: "Not set up yet",
    OwnDatabaseDown: "Not available now",
    IndexTrouble: "The index does not answer",
    NotACheckpointStore: "This is no checkpoint store",
    NotAllowed: "You may not see this",
    StoreDenied: "The store refused the login",
}


def show(request: HttpRequest, name: str, page: Any, *, status: int = 200) -> HttpResponse:
    """`templates/NAME.html` whole, `templates/_NAME.html` for htmx, or `page` as JSON."""
    read_all()
    if wants_json(request):
        response: HttpResponse = JsonResponse(as_data(page), status=status, json_dumps_params={"ensure_ascii": False})
    else:
        template = f"_{name}.html" if _wants_part(request) else f"{name}.html"
        response = draw(request, template, {"page": page}, status=status)
    patch_vary_headers(response, _VARY)
    response["Cache-Control"] = "no-store"  # conversations do not belong in a disk cache
    return response


def draw(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """A template of ours, whatever others of its name there are."""
    return render(request, template, context, status=status, using=ENGINE)


def page_view(view: View) -> View:
    """Errors made for people become pages (or JSON) with their status; only GET and HEAD are answered."""

    @functools.wraps(view)
    def answer(request: HttpRequest, **held: str) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        with one_look():
            return answer_in_time(view, request, held)

    return csrf_exempt(answer)  # nothing changes, so that 405 is all that needs to be said to a POST


def answer_in_time(view: View, request: HttpRequest, held: Mapping[str, str]) -> HttpResponseBase:
    """What the view answers, or what went wrong, told to people."""
    try:
        _check_format(request)
        with told(), deadline(settings.INSPECTOR.statement_timeout), together():
            return view(request, **held)
    except InspectorError as error:
        if error.status >= 500:
            logger.warning("%s: %s", request.path, error.message)
        return show_error(request, error)


def show_error(request: HttpRequest, error: InspectorError) -> HttpResponse:
    """The error as a page that names cause and remedy, whatever was asked for."""
    page = ErrorPage(
        error=error.message,
        hint=error.hint,
        status=error.status,
        title=title_of(error),
        bar=make_bar(request, ""),
    )
    return show(request, "error", page, status=error.status)


def title_of(error: InspectorError) -> str:
    """What happened, in a heading's length."""
    return _OWN_TITLES.get(type(error)) or _TITLES.get(error.status, "This did not work")


def wants_json(request: HttpRequest) -> bool:
    try:
        return request.GET.get("format") == "json"
    except SuspiciousOperation:  # more parameters than Django takes, which is told in the form that was asked for
        return "format=json" in request.META["QUERY_STRING"].split("&")


def _check_format(request: HttpRequest) -> None:
    if request.GET.get("format", "") not in ("", "json"):
        raise BadRequest("`format` can only be `json`.", "Leave it out for the page.")


@functools.cache
def _shown(kind: type) -> tuple[str, ...]:
    return tuple(item.name for item in dataclasses.fields(kind) if not item.metadata.get(PAGE_ONLY))


def as_data(value: Any) -> Any:
    """A context as JSON data: times in ISO 8601 UTC, value trees by `to_json`, without what only the page needs."""
    if value is None or isinstance(value, str | int):  # most of it, and a file of a million threads asks for each
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Tree):
        return None if isinstance(value.value, Absent) else to_json(value.value)
    if isinstance(value, float):
        return to_json(value)  # metadata may hold 1e999, which JSON has no word for
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: as_data(getattr(value, name)) for name in _shown(type(value))}
    if isinstance(value, dict):
        return {key: as_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(item) for item in value]
    return value


def _wants_part(request: HttpRequest) -> bool:
    """htmx wants the whole page when it restores history or follows a boosted link."""
    htmx = HtmxDetails(request)  # not `request.htmx`: an error before the middleware has no such thing
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request
