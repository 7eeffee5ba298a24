"""The answer to a request that gets no further: a page of its own that tells nothing of the stores."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from inspector.views.page import draw, wants_json


def turn_away(request: HttpRequest, title: str, message: str, hint: str) -> HttpResponse:
    """403, as page or as data. Before anybody is known to look."""
    if wants_json(request):
        response: HttpResponse = JsonResponse({"error": message, "hint": hint}, status=403)
    else:
        context = {"title": title, "message": message, "hint": hint}
        response = draw(request, "turned_away.html", context, status=403)
    response["Cache-Control"] = "no-store"
    return response
