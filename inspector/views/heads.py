"""HEAD: what GET would be answered, without its content."""

from __future__ import annotations

from collections.abc import Callable

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

#: Answers that never have content, nor a length of it.
_WITHOUT = (204, 304)


def send_no_content(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """A middleware. Neither Django nor every server of WSGI leaves the content out. On a connection that is kept, as a
    proxy keeps it for everybody, it would be read as the beginning of the next answer, which is somebody else's."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method == "HEAD" and isinstance(request, WSGIRequest):  # servers of ASGI do it themselves
            _empty(response)
        return response

    return answer


def _empty(response: HttpResponseBase) -> None:
    if isinstance(response, HttpResponse):
        if response.status_code not in _WITHOUT:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        response.content = b""
    elif isinstance(response, StreamingHttpResponse):
        response.streaming_content = ()
