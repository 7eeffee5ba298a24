"""Django's own errors in the dashboard's clothes: an unknown address, a refused request, a fault of ours."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE

from inspector.addresses import address_of
from inspector.errors import BadRequest, InspectorError, NotFound, Refused
from inspector.index.trouble import explain
from inspector.logs.request_id import current_id
from inspector.views.origins import FOREIGN, origin_hint
from inspector.views.page import show_error


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show_error(request, NotFound("There is no such page.", f"Threads are listed under {address_of('threads')}."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show_error(request, BadRequest("The request could not be read.", "Check the address."))


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What `settings.CSRF_FAILURE_VIEW` names: nothing was changed."""
    if reason == REASON_NO_CSRF_COOKIE:
        hint = "The browser sent no cookie along. Allow cookies for this address, reload the page and send it again."
    elif reason.startswith("Origin checking failed"):
        hint = origin_hint(request)
    else:
        hint = "The page may be older than the browser's cookie. Reload it and send it again."
    return show_error(request, Refused(FOREIGN, hint))


def server_error(request: HttpRequest) -> HttpResponse:
    """Plain on purpose: whatever broke may break the full page too. The index that fails outside of a view, as where a
    session is looked up, is no mistake."""
    trouble = explain(sys.exc_info()[1])
    if trouble is not None:
        return plain(trouble, trouble.status)
    request_id = current_id()
    where = f"Its log has the details, at the request {request_id}" if request_id else "Its log has the details"
    error = InspectorError("The dashboard made a mistake.", f"{where}; please report it.")
    return plain(error, 500)


def plain(error: InspectorError, status: int) -> HttpResponse:
    """For what fails where no page can be made."""
    text = f"{error.message} {error.hint}\n"
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
