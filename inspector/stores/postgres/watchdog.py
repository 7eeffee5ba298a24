"""A limit on our side of the line. The server's own timeouts end what it runs, but a server that is frozen (a paused
container, a stuck disk) runs nothing and still holds its connections: the reader would wait for ever.

A server that works and one that is frozen, or cut off, are equally silent. So of a read that takes its time the
watchdog asks, by another connection, whether the server lives, and waits on only then: pages tell within seconds that
it does not, and whoever opens a very large thread still gets it.

A page makes some fifteen reads, so one thread watches all of them: one for each would cost as much as the read.
"""

from __future__ import annotations

import math
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from inspector.errors import StoreTimeout

Connection = psycopg.Connection[Any]

#: Seconds of silence after which it is asked whether the server lives, and then again after twice as long.
_DOUBT = 2.0


@contextmanager
def cut_after(
    connection: Connection, seconds: float, safe_url: str, *, lives: Callable[[], bool] | None = None
) -> Iterator[None]:
    """Cuts the connection when the block takes longer, or when `lives`, which may take seconds, says no meanwhile. What
    then fails in the block is raised as `StoreTimeout`."""
    watched = _Watched(connection, time.monotonic() + seconds, lives)
    _watch.begin(watched)
    try:
        yield
    except psycopg.OperationalError as error:
        if not watched.is_cut:
            raise
        raise StoreTimeout(
            f"{safe_url} holds the connection but does not answer.",
            "The server may be frozen or its disk stuck. The page recovers by itself.",
        ) from error
    finally:
        _watch.end(watched)


class _Watched:
    """A connection, when it is cut, and when its server is doubted."""

    __slots__ = ("connection", "deadline", "doubt", "is_cut", "lives", "patience")

    def __init__(self, connection: Connection, deadline: float, lives: Callable[[], bool] | None) -> None:
        self.connection = connection
        self.deadline = deadline
        self.lives = lives
        self.patience = _DOUBT
        self.doubt = math.inf if lives is None else time.monotonic() + _DOUBT
        self.is_cut = False

    @property
    def due(self) -> float:
        return min(self.deadline, self.doubt)

    def cut(self) -> None:
        self.is_cut = True
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(self.connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)


class _Watch:
    """All that is watched in this process. Its thread begins with the first read, and sleeps until something is due of
    what it knew of when it fell asleep: a read that ends in time costs it nothing."""

    def __init__(self) -> None:
        self.start_over()

    def start_over(self) -> None:
        """In a new process, too: a fork leaves threads behind, and a lock as it was."""
        self._changed = threading.Condition()
        self._held: set[_Watched] = set()
        self._wakes_at = math.inf
        self._thread: threading.Thread | None = None

    def begin(self, watched: _Watched) -> None:
        with self._changed:
            self._held.add(watched)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="store-watchdog", daemon=True)
                self._thread.start()
            elif watched.due < self._wakes_at:
                self._changed.notify()

    def end(self, watched: _Watched) -> None:
        with self._changed:  # whoever has the connection next is not cut for this one
            self._held.discard(watched)

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for due in [watched for watched in self._held if watched.due <= now]:
                    if due.deadline <= now:
                        due.cut()
                        self._held.discard(due)
                    else:
                        due.doubt = math.inf
                        threading.Thread(target=self._ask, args=(due,), name="store-lives", daemon=True).start()
                self._wakes_at = min((watched.due for watched in self._held), default=math.inf)
                self._changed.wait(None if self._wakes_at == math.inf else self._wakes_at - now)

    def _ask(self, doubted: _Watched) -> None:
        lives = doubted.lives is None or doubted.lives()
        with self._changed:
            if doubted not in self._held:
                return
            if not lives:
                doubted.cut()
                self._held.discard(doubted)
                return
            doubted.patience *= 2
            doubted.doubt = time.monotonic() + doubted.patience
            self._changed.notify()


_watch = _Watch()
os.register_at_fork(after_in_child=_watch.start_over)
