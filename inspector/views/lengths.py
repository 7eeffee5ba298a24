"""Requests say how long their body is. Django reads none where that is no number, and breaks over a form that came."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_LENGTH = "CONTENT_LENGTH"


def hear_numbers(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """A middleware, above all that reads forms. Most servers refuse such a request before it comes here; not all do."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        given = request.META.get(_LENGTH, "")
        if not (given.isascii() and given.isdigit()):
            request.META[_LENGTH] = ""
        return get_response(request)

    return answer
