"""The server that answers pages, and its end in good order."""

from __future__ import annotations

import signal
import socket
from types import FrameType
from typing import Any

from django.core.wsgi import get_wsgi_application
from waitress import wasyncore
from waitress.server import create_server

_THREADS = 16  # more than the connections to a slow store can hold up, so that the others still answer


class WebServer:
    """Listens from the start; answers in `run()`, which returns after SIGTERM or Ctrl-C; `close()` leaves no socket.

    Raises `OSError` or `ValueError` where it cannot listen.
    """

    def __init__(self, host: str, port: int) -> None:
        self._sockets: dict[int, Any] = {}  # listeners, connections and the bell, by descriptor
        self._ends = False
        self._server = create_server(
            get_wsgi_application(),
            map=self._sockets,
            host=host,
            port=port,
            threads=_THREADS,
            ident="inspector",
            clear_untrusted_proxy_headers=False,  # by them a cookie gets stricter, and nothing else: `views.protection`
        )
        self._bell = _Bell(self._sockets)

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        self._server.run()

    def close(self) -> None:
        """The server's own close leaves connections open: those that clients keep, and those not yet closed."""
        self._server.close()
        wasyncore.close_all(self._sockets)

    def _end(self, signum: int, frame: FrameType | None) -> None:
        if self._ends:  # told twice: whoever waits for what hangs will wait no longer
            raise KeyboardInterrupt
        self._ends = True
        self._bell.ring()


class _Bell(wasyncore.dispatcher):
    """Ends the server's loop between two events. An exception out of a signal may strike while a connection is taken or
    closed, which is then in nobody's hands."""

    def __init__(self, sockets: dict[int, Any]) -> None:
        heard, self._cord = socket.socketpair()
        super().__init__(heard, sockets)

    def ring(self) -> None:
        self._cord.send(b"!")

    def writable(self) -> bool:
        return False

    def handle_read(self) -> None:
        raise KeyboardInterrupt  # which the server takes for the wish to end

    def close(self) -> None:
        super().close()
        self._cord.close()
