"""A TLS end before a Postgres server, as stunnel, a pooler or a managed service has: the server of the tests was built
without TLS. Each connection is shown the certificate that is there when it is made."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Self

from tests.faults.certificates import Certificates

_AT_ONCE = 65_536
#: What libpq sends before anything else, to ask for TLS.
_REQUEST = bytes([0, 0, 0, 8, 4, 210, 22, 47])


class TlsEnd:
    """`with TlsEnd(made, reach) as end: ...`; `reach` connects to the server itself."""

    def __init__(self, made: Certificates, reach: Callable[[], socket.socket]) -> None:
        self._made = made
        self._reach = reach
        self._ended = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="tls", daemon=True)

    def end_all(self) -> None:
        """Whoever is connected has to connect anew."""
        for line in list(self._open):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._listener.close()
        self.end_all()

    def _accept(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), name="tls", daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(None)
        with plain, contextlib.suppress(OSError):
            if plain.recv(8) != _REQUEST:
                return
            plain.sendall(b"S")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._made.certificate, self._made.key)
            with context.wrap_socket(plain, server_side=True) as line, self._reach() as server:
                self._open.add(line)
                try:
                    _relay(line, server)
                finally:
                    self._open.discard(line)


def _relay(line: ssl.SSLSocket, server: socket.socket) -> None:
    """In one thread: two may not use one TLS connection at once."""
    other = {line: server, server: line}
    while True:
        ready = [line] if line.pending() else select.select([line, server], [], [])[0]
        for end in ready:
            data = end.recv(_AT_ONCE)
            if not data:
                return
            other[end].sendall(data)
