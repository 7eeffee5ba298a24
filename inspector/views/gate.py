"""The gate: nobody gets past it whom the dashboard does not know, and who is let in stands on the request."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Callable

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django_htmx.middleware import HtmxDetails

from inspector.access.asking import Asker, asker_of
from inspector.access.bearer import has_metrics_token, has_some_token
from inspector.access.doors import login_address, login_hint
from inspector.errors import OwnDatabaseDown
from inspector.logs.faults import word_for
from inspector.views.page import draw, show_error, wants_json

logger = logging.getLogger(__name__)

#: Pages, by their names in `urls`, that answer anybody: those by which people come in and go, and whether the process
#: lives.
OPEN = frozenset({"login", "logout", "health", "oidc", "oidc-callback"})
#: What a program with the metrics token gets as well.
_BY_TOKEN = "metrics"  # noqa: S105  a page's name

MESSAGE = "Nobody is signed in."


class Gate:
    """Middleware, behind the sessions. A request that goes on has `viewer`, who looks; None on the few pages that are
    open, and for a program with the metrics token. `asker` is who is at the door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        page = _page(request)
        is_open = (
            page in OPEN or (not page and _is_static(request)) or (page == _BY_TOKEN and has_metrics_token(request))
        )
        try:
            asker = asker_of(request)
        except Error as error:
            logger.warning("Who asks cannot be told: %s", word_for(error))
            if not is_open:
                return show_error(request, OwnDatabaseDown())
            asker = Asker()
        request.asker, request.viewer = asker, asker.viewer  # type: ignore[attr-defined]
        if asker.viewer is None and not is_open:
            if page == _BY_TOKEN and has_some_token(request):
                return _kept_nowhere(HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"}))
            return _without_access(request, asker) if asker.name else _to_login(request)
        return self._get_response(request)


def _page(request: HttpRequest) -> str:
    try:
        return (request.resolver_match or resolve(request.path_info)).url_name or ""
    except Resolver404:
        return ""


def _is_static(request: HttpRequest) -> bool:
    """Files that are the same for everybody; those that there are were answered before."""
    return bool(settings.STATIC_URL) and request.path.startswith(settings.STATIC_URL)


def _to_login(request: HttpRequest) -> HttpResponse:
    """A browser is sent to sign in and back again; what is no page is told why it gets nothing."""
    htmx = HtmxDetails(request)
    if wants_json(request):
        return _kept_nowhere(JsonResponse({"error": MESSAGE, "hint": login_hint()}, status=401))
    if htmx:
        back = htmx.current_url_abs_path or ""
        return _kept_nowhere(HttpResponse(status=401, headers={"HX-Redirect": login_address(back)}))
    back = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    return _kept_nowhere(HttpResponse(status=303, headers={"Location": login_address(back)}))


def _without_access(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Somebody whom the dashboard knows by name, and who was given nothing."""
    if wants_json(request):
        error = f"You are signed in as {asker.name}, and have no access yet."
        hint = "Ask whoever runs the dashboard for it."
        return _kept_nowhere(JsonResponse({"error": error, "hint": hint}, status=403))
    return _kept_nowhere(
        draw(request, "no_access.html", {"asker": asker, "typed": shlex.quote(asker.name)}, status=403)
    )


def _kept_nowhere(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
