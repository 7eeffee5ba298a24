"""Django's own errors in the dashboard's clothes: an unknown address, a refused request, a fault of ours."""

from __future__ import annotations

import logging

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE

from inspector.errors import BadRequest, InspectorError, NotFound, Refused
from inspector.views.page import show_error

logger = logging.getLogger(__name__)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show_error(request, NotFound("There is no such page.", "Threads are listed under /threads/."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, DisallowedHost):
        return show_error(request, _unknown_name(request))
    return show_error(request, BadRequest("The request could not be read.", "Check the address."))


def _unknown_name(request: HttpRequest) -> BadRequest:
    """Names are checked so that no foreign page can reach a dashboard through a name of its own."""
    name = request.META.get("HTTP_HOST", "").partition(":")[0][:100]
    error = BadRequest(
        f"The dashboard does not answer to the name {name!r}.",
        "Start it with that name in INSPECTOR_ALLOWED_HOSTS, or open it by one that it knows.",
    )
    logger.warning("%s %s", error.message, error.hint)
    return error


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What `settings.CSRF_FAILURE_VIEW` names: nothing was changed."""
    if reason == REASON_NO_CSRF_COOKIE:
        hint = "The browser sent no cookie along. Allow cookies for this address, reload the page and send it again."
    elif reason.startswith("Origin checking failed"):
        hint = (
            f"The page that sent this was opened at {request.headers.get('Origin', '')[:100]}, which the dashboard "
            "does not know as its own. Behind a proxy, set INSPECTOR_PUBLIC_URL to the address that people open."
        )
    else:
        hint = "The page may be older than the browser's cookie. Reload it and send it again."
    return show_error(request, Refused("Nothing was changed: this did not come from a page of the dashboard.", hint))


def server_error(request: HttpRequest) -> HttpResponse:
    """Plain on purpose: whatever broke may break the full page too."""
    error = InspectorError("The dashboard made a mistake.", "Its log has the details; please report it.")
    text = f"{error.message} {error.hint}\n"
    return HttpResponse(text, status=500, content_type="text/plain; charset=utf-8")
