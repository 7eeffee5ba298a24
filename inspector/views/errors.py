"""Django's own errors in the dashboard's clothes: an unknown address, a refused request, a fault of ours."""

from __future__ import annotations

import logging

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from inspector.errors import BadRequest, InspectorError, NotFound
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


def server_error(request: HttpRequest) -> HttpResponse:
    """Plain on purpose: whatever broke may break the full page too."""
    error = InspectorError("The dashboard made a mistake.", "Its log has the details; please report it.")
    text = f"{error.message} {error.hint}\n"
    return HttpResponse(text, status=500, content_type="text/plain; charset=utf-8")
