"""Django's own errors in the dashboard's clothes: an unknown address, a refused request, a fault of ours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from inspector.errors import BadRequest, InspectorError, NotFound
from inspector.views.page import show_error


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show_error(request, NotFound("There is no such page.", "Threads are listed under /threads/."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show_error(request, BadRequest("The request could not be read.", "Check the address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Plain on purpose: whatever broke may break the full page too."""
    error = InspectorError("The dashboard made a mistake.", "Its log has the details; please report it.")
    text = f"{error.message} {error.hint}\n"
    return HttpResponse(text, status=500, content_type="text/plain; charset=utf-8")
