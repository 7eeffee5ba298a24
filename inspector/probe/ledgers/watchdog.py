"""Cuts a connection that a batch is on for too long: the server's own timeouts end what it runs, but a frozen server
runs nothing and still holds the connection."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Protocol


class Line(Protocol):
    def fileno(self) -> int: ...


class Watchdog:
    """One thread for as long as the ledger is open: at the end of an interpreter no other one can be started."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._line: Line | None = None
        self._until = 0.0

    @contextmanager
    def watching(self, line: Line, seconds: float) -> Iterator[None]:
        """Where no thread can be started, nobody watches: the process ends, and waits for no batch for long."""
        with self._changed:
            self._line, self._until = line, monotonic() + seconds
            self._start()
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:  # a cut that has begun has ended then: never one of a line that is given up
                self._line = None

    def stop(self) -> None:
        with self._changed:
            self._thread = None
            self._changed.notify_all()

    def _start(self) -> None:
        """Only with the lock."""
        if self._thread is not None:
            return
        thread = threading.Thread(target=self._run, name="checkpoint-inspector-watchdog", daemon=True)
        with suppress(RuntimeError):
            thread.start()
            self._thread = thread

    def _run(self) -> None:
        with self._changed:
            while self._thread is threading.current_thread():
                left = self._until - monotonic() if self._line is not None else None
                if self._line is not None and left is not None and left <= 0:
                    _cut(self._line)
                    self._line = None
                else:
                    self._changed.wait(left)


def _cut(line: Line) -> None:
    with suppress(Exception), socket.socket(fileno=os.dup(line.fileno())) as one:
        one.shutdown(socket.SHUT_RDWR)
