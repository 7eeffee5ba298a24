"""A limit on our side of the line. The server's own timeouts end what it runs, but a server that is frozen (a paused
container, a stuck disk) runs nothing and still holds its connections: the reader would wait for ever."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from inspector.errors import StoreTimeout


@contextmanager
def cut_after(connection: psycopg.Connection[Any], seconds: float, safe_url: str) -> Iterator[None]:
    """Cuts the connection when the block takes longer. What then fails in the block is raised as `StoreTimeout`."""
    fired = threading.Event()

    def cut() -> None:
        fired.set()
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except psycopg.OperationalError as error:
        if not fired.is_set():
            raise
        raise StoreTimeout(
            f"{safe_url} holds the connection but does not answer.",
            "The server may be frozen or its disk stuck. The page recovers by itself.",
        ) from error
    finally:
        timer.cancel()
