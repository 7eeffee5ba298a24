"""The server that answers pages, and its end in good order."""

from __future__ import annotations

import logging
import os
import resource
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from django.core.wsgi import get_wsgi_application
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server

from inspector.access.charset import in_utf8
from inspector.index.ready import say_not_ready

logger = logging.getLogger(__name__)

_THREADS = 16  # more than the connections to a slow store can hold up, so that the others still answer
#: Seconds that requests under way have to end, once the server takes no more. A page has its own limits, and a download
#: that takes longer is begun anew.
GRACE = 10.0
_BREATH = 0.25  #: seconds between two looks at whether they have
_FIRST_WORD = 1.0  #: seconds that a new connection has to say what it asks for, which may be on its way
_THREADS_END = 1  #: seconds for threads that answered to end
#: Bytes of a form, with room for what multipart adds: more is refused before it is taken, and none goes to a disk.
_LONGEST_BODY = 131_072
#: Connections at once. Each browser keeps several open between its requests, and whoever comes when all are taken waits
#: for minutes.
_CONNECTIONS, _FILES_KEPT = 1_000, 256


class WebServer:
    """Listens from the start; answers in `run()`, which returns after SIGTERM or Ctrl-C; `close()` leaves no socket.

    Told to end, it says so to whoever asks whether it is ready, and goes on for `drain` seconds; then it listens no
    more, and what is under way has `GRACE` seconds. Told a second time, the process ends at once.

    `listening` are its sockets, as `listen` gives them; other processes may share them.
    """

    def __init__(
        self,
        listening: Sequence[socket.socket],
        *,
        drain: float = 0.0,
        grace: float = GRACE,
    ) -> None:
        self._sockets: dict[int, Any] = {}  # listeners, connections and the bell, by descriptor
        self._drain, self._grace = drain, grace
        self._ends = self._is_led = False
        self._drain_until = 0.0
        self._server = create_server(
            in_utf8(get_wsgi_application()),
            map=self._sockets,
            sockets=list(listening),  # made by itself, they would stay open where it cannot listen
            threads=_THREADS,
            connection_limit=_connections(),
            asyncore_use_poll=True,  # `select` takes no descriptor above 1,023
            max_request_body_size=_LONGEST_BODY,
            ident="inspector",
            clear_untrusted_proxy_headers=False,  # whose are believed is judged in one place: `access.proxies`
        )
        self._bell = _Bell(self._sockets)

    def run(self, at_end: Callable[[], None]) -> None:
        """`at_end` is called once, when no more is taken and what is under way still goes on."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        self.answer(at_end)

    def answer(self, at_end: Callable[[], None]) -> None:
        """The same, in any thread; `end()` ends it."""
        while not self._ends:
            self._turn(self._server.adj.asyncore_loop_timeout)
        say_not_ready()
        self._drain_until = time.monotonic() + self._drain
        while (left := self._drain_until - time.monotonic()) > 0:
            self._turn(min(left, _BREATH))
        self._stop_listening()
        at_end()
        if cut := self._finish():
            logger.warning("%d requests were cut: they had not ended within %g s.", cut, self._grace)
        for channel in self._channels():
            channel.handle_close()
        self._server.task_dispatcher.shutdown(timeout=_THREADS_END)

    def end(self) -> None:
        """From a signal or another thread."""
        self._ends = True
        self._bell.ring()

    def end_with(self, line: socket.socket) -> None:
        """Ends when the other end of this line is closed, without a drain: nobody is left who would tell it to. Whoever
        has that end decides when it is enough: systemd tells all processes of a service to end, and so does he."""
        self._is_led = True
        _Line(line, self._sockets, self._end_soon)

    def _end_soon(self) -> None:
        self._drain = 0.0
        self.end()

    def close(self) -> None:
        """The server's own close leaves connections open: those that clients keep, and those not yet closed."""
        wasyncore.close_all(self._sockets)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        if self._ends and not self._is_led:  # told twice: whoever waits for what hangs will wait no longer
            os._exit(128 + signum)
        self.end()

    def _turn(self, seconds: float) -> None:
        """One look at all sockets, after so many seconds at most."""
        wasyncore.loop(timeout=seconds, use_poll=self._server.adj.asyncore_use_poll, map=self._sockets, count=1)

    def _stop_listening(self) -> None:
        """Whoever has connected by now is heard: the system has told them that they are."""
        listeners = [one for one in self._sockets.values() if isinstance(one, BaseWSGIServer)]
        until = time.monotonic() + _FIRST_WORD
        while _is_called(listeners) and time.monotonic() < until:
            self._turn(0.0)
        for listener in listeners:
            wasyncore.dispatcher.close(listener)  # its own close would take what wakes us when an answer is ready

    def _finish(self) -> int:
        """How many requests were left when the time was up. A connection that waits for its next request is closed, so
        that clients which keep asking find another server."""
        until = time.monotonic() + self._grace
        while True:
            self._turn(0.0)
            busy = [channel for channel in self._channels() if _is_busy(channel)]
            for channel in self._channels():
                if channel not in busy:
                    channel.handle_close()
            left = until - time.monotonic()
            if not busy or left <= 0:
                return len(busy)
            self._turn(min(left, _BREATH))

    def _channels(self) -> list[HTTPChannel]:
        return [one for one in self._sockets.values() if isinstance(one, HTTPChannel)]


def _connections() -> int:
    """As many as the system lets this process have, with some files left for stores and the index."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _CONNECTIONS if most == resource.RLIM_INFINITY else max(100, min(_CONNECTIONS, most - _FILES_KEPT))


def _is_called(listeners: Sequence[BaseWSGIServer]) -> bool:
    """Whether somebody has connected whom nobody has taken yet."""
    line = select.poll()
    for listener in listeners:
        if listener.socket is not None:
            line.register(listener.socket.fileno(), select.POLLIN)
    return bool(line.poll(0))


def _is_busy(channel: HTTPChannel) -> bool:
    """Whether a request has come in part or whole, or its answer is not sent; or a first one may be on its way."""
    is_new = channel.last_activity == channel.creation_time and time.time() - channel.creation_time < _FIRST_WORD
    return bool(is_new or channel.requests or channel.request is not None or channel.total_outbufs_len)


class _Bell(wasyncore.dispatcher):
    """Wakes the server's loop between two events. An exception out of a signal may strike while a connection is taken
    or closed, which is then in nobody's hands."""

    def __init__(self, sockets: dict[int, Any]) -> None:
        heard, self._cord = socket.socketpair()
        super().__init__(heard, sockets)

    def ring(self) -> None:
        self._cord.send(b"!")

    def writable(self) -> bool:
        return False

    def handle_read(self) -> None:
        self.recv(16)

    def close(self) -> None:
        super().close()
        self._cord.close()


class _Line(wasyncore.dispatcher):
    """Nobody speaks on it: it tells that whoever has its other end lives."""

    def __init__(self, line: socket.socket, sockets: dict[int, Any], closed: Callable[[], None]) -> None:
        super().__init__(line, sockets)
        self._closed = closed

    def writable(self) -> bool:
        return False

    def handle_read(self) -> None:
        self.recv(16)  # nothing comes: its end was reached, and that closes it

    def handle_close(self) -> None:
        self.close()
        self._closed()
