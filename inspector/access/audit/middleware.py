"""Listens while a request is answered, and writes down whose content it showed before anybody gets to see it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field

from asgiref.sync import sync_to_async
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from inspector.access.audit.lines import FILE, Line, tell, write
from inspector.access.audit.memory import Recent, Waiting
from inspector.access.proxies import client_address
from inspector.access.viewer import Viewer
from inspector.logs.request_id import current_id
from inspector.stores.watched import listening


class AuditLog:
    """Middleware, behind the one that says who looks. Of an answer that tells an error nothing is noted: errors hold no
    content."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._recent = Recent()
        self._waiting = Waiting()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        seen = _Seen()
        with listening(seen.add):
            response = self._get_response(request)
        if response.status_code >= 400:
            seen.take()
        self._note(request, response, seen)
        if isinstance(response, StreamingHttpResponse):
            self._go_on(request, response, seen)
        return response

    def _note(self, request: HttpRequest, response: HttpResponseBase, seen: _Seen) -> None:
        lines = [line for line in _lines(request, response, seen) if line.page == FILE or self._is_new(line)]
        late = self._waiting.take(now=bool(lines))
        if not lines and not late:
            return
        written = write([*late, *lines])
        if not written:
            self._waiting.put([*late, *lines])
        for line in lines:
            tell(line, written=written)

    def _is_new(self, line: Line) -> bool:
        return self._recent.is_new((line.username, line.via, line.store, line.thread_id, line.page))

    def _go_on(self, request: HttpRequest, response: StreamingHttpResponse, seen: _Seen) -> None:
        """A file is read while it is sent: each part of it waits until it is noted whose content it is."""

        def noted(chunks: Iterator[bytes]) -> Iterator[bytes]:
            while True:
                with listening(seen.add):  # not around the `yield`: the thread goes on with other requests
                    chunk = next(chunks, None)
                self._note(request, response, seen)
                if chunk is None:
                    return
                yield chunk

        async def noted_apart(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
            while True:
                with listening(seen.add):
                    chunk = await anext(chunks, None)
                await sync_to_async(self._note)(request, response, seen)
                if chunk is None:
                    return
                yield chunk

        content = response.streaming_content
        if isinstance(content, AsyncIterator):
            response.streaming_content = noted_apart(content)
        else:
            response.streaming_content = noted(iter(content))


@dataclass(slots=True)
class _Seen:
    """Names of stores and threads, each once a request."""

    _new: dict[tuple[str, str], None] = field(default_factory=dict)
    _noted: set[tuple[str, str]] = field(default_factory=set)

    def add(self, store: str, thread_id: str) -> None:
        if (store, thread_id) not in self._noted:
            self._new[store, thread_id] = None

    def take(self) -> Iterable[tuple[str, str]]:
        """Those that came since the last time."""
        taken = list(self._new)
        self._noted.update(taken)
        self._new.clear()
        return taken


def _lines(request: HttpRequest, response: HttpResponseBase, seen: _Seen) -> Iterator[Line]:
    viewer: Viewer | None = getattr(request, "viewer", None)
    route = request.resolver_match
    page = (route.url_name if route else None) or ""
    if response.get("Content-Disposition", "").startswith("attachment"):
        page = FILE
    for store, thread_id in seen.take():
        yield Line(
            at=timezone.now(),
            username=viewer.name if viewer else "",
            via=viewer.via if viewer else "",
            address=client_address(request),
            store=store,
            thread_id=thread_id,
            page=page,
            request_id=current_id(),
        )
