"""Several processes that answer pages at one address.

Each is an interpreter of its own, started anew and not forked: a fork would take along locks that a thread of this
process holds at that moment. This one answers nothing. It has the sockets, on which people who come wait until one of
the others takes them, and it starts a process again that died.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType

from inspector.management.listening import agree_on_no_more, listen
from inspector.management.webserver import GRACE

logger = logging.getLogger(__name__)

#: The option of `serve` that makes a process one of these: descriptors of its line and of the sockets.
OPTION = "--one-of"
#: Seconds until one that died is started again: at first, and at most, when it dies again and again.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0
#: One that lived so long (seconds) is not one that dies again and again.
_LIVES = 60.0
#: Seconds that one which was told to end has beyond what its requests have.
_SPARE = 5.0
_REAPED = 5.0


@dataclass
class _Place:
    """One process, or the room for it. The line is open as long as both ends live."""

    process: subprocess.Popen[bytes] | None = None
    line: socket.socket | None = None
    began: float = 0.0
    due: float = 0.0  #: when the next one is started, by the monotonic clock
    pause: float = _FIRST_PAUSE


class Processes:
    """To whoever runs it as a `WebServer`: listens from the start, `run()` returns after SIGTERM or Ctrl-C, when all
    have answered what was under way; told a second time, all end at once. `given` are arguments of `serve` for each.

    Raises `OSError` or `ValueError` where it cannot listen.
    """

    def __init__(self, host: str, port: int, number: int, given: Sequence[str], *, drain: float = 0.0) -> None:
        self._sockets = listen(host, port)
        self._given = tuple(given)
        self._drain = drain
        self._places = [_Place() for _ in range(number)]
        self._heard, self._cord = socket.socketpair()
        self._ends = False

    def run(self, at_end: Callable[[], None]) -> None:
        """`at_end` is called once, when the drain is over."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        while not self._ends:
            now = time.monotonic()
            for place in self._places:
                if place.process is None and place.due <= now:
                    self._start(place)
            self._watch(min((place.due for place in self._places if place.process is None), default=None))
        self._end(at_end)

    def close(self) -> None:
        for place in self._places:
            if place.process is not None:
                place.process.kill()
                self._gone(place)
        for one in (*self._sockets, self._heard, self._cord):
            one.close()

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        if self._ends:
            for place in self._places:
                if place.process is not None:
                    place.process.kill()
            os._exit(128 + signum)
        self._ends = True
        self._cord.send(b"!")

    def _start(self, place: _Place) -> None:
        """A machine that has no memory or no process to spare now may have it later."""
        try:
            self._begin(place)
        except OSError as error:
            self._put_off(place, f"A process that answers pages could not be started ({error.strerror}).")

    def _begin(self, place: _Place) -> None:
        """With the interpreter's options and its path as they are here. In a group of its own, so that Ctrl-C reaches
        it through this process alone: twice it would not wait for what is under way."""
        line, theirs = socket.socketpair()
        given = [theirs.fileno(), *(one.fileno() for one in self._sockets)]
        with theirs:
            try:
                place.process = subprocess.Popen(  # noqa: S603  our own arguments
                    [
                        *(sys.executable, "-P", *(f"-W{rule}" for rule in sys.warnoptions), "-m", "inspector"),
                        *("serve", *self._given, OPTION, ",".join(map(str, given))),
                    ],
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                    stdin=subprocess.DEVNULL,
                    pass_fds=given,
                    process_group=0,
                )
            except OSError:
                line.close()
                raise
        place.line, place.began = line, time.monotonic()

    def _watch(self, until: float | None) -> None:
        """Until one is gone, a signal comes, or it is so late. Takes no descriptor: there may be none left."""
        with selectors.PollSelector() as waiting:
            waiting.register(self._heard, selectors.EVENT_READ)
            for place in self._places:
                if place.line is not None:
                    waiting.register(place.line, selectors.EVENT_READ, place)
            ready = waiting.select(None if until is None else max(0.0, until - time.monotonic()))
        for key, _ in ready:
            if key.data is None:
                self._heard.recv(16)
            else:
                self._note(key.data)

    def _note(self, place: _Place) -> None:
        """That its process is gone."""
        if time.monotonic() - place.began > _LIVES:
            place.pause = _FIRST_PAUSE
        code = self._gone(place)
        if self._ends:
            return
        self._put_off(place, f"A process that answers pages ended ({_how(code)}).")

    def _put_off(self, place: _Place, why: str) -> None:
        """Longer each time."""
        place.due = time.monotonic() + place.pause
        logger.warning("%s Another one starts in %g s.", why, place.pause)
        place.pause = min(2 * place.pause, _LONGEST_PAUSE)

    def _gone(self, place: _Place) -> int:
        assert place.process is not None  # noqa: S101  there is a line
        assert place.line is not None  # noqa: S101  made with the process
        place.line.close()
        try:
            code = place.process.wait(_REAPED)
        except subprocess.TimeoutExpired:  # it closed its end and lives: nobody could tell it anything
            place.process.kill()
            code = place.process.wait()
        place.process = place.line = None
        return code

    def _end(self, at_end: Callable[[], None]) -> None:
        """The sockets are closed here first: whoever closes them last answers all who have connected by then. During a
        drain more may come."""
        if not self._drain:
            agree_on_no_more(self._sockets)
        for one in self._sockets:
            one.close()
        for place in self._places:
            if place.process is not None:
                place.process.terminate()
        self._wait_for_all(self._drain)
        at_end()
        self._wait_for_all(GRACE + _SPARE)
        for place in self._places:
            if place.process is not None:
                logger.warning("A process that answers pages did not end, and was killed.")
                place.process.kill()
                self._gone(place)

    def _wait_for_all(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while any(place.process is not None for place in self._places) and time.monotonic() < until:
            self._watch(until)


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
