"""No page waits long for the index: neither for a lock on its file nor for a server that hangs."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from inspector.errors import IndexTrouble
from inspector.index.trouble import briefly, told
from inspector.views.errors import plain
from inspector.views.health import asks_no_index, without_index


def wait_briefly(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """A middleware, above all that asks the index. Whether the process lives is told without it."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if asks_no_index(request):
            return get_response(request)
        try:
            with told(), briefly():
                return get_response(request)
        except IndexTrouble as trouble:
            return without_index(request) or plain(trouble, trouble.status)

    return answer
