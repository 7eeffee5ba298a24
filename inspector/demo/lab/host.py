"""The lab's side of one worker process."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import threading
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from inspector.demo.lab.scenario import Make, Request
from inspector.demo.lab.worker import Order, Reply, Surroundings, serve

#: Seconds to start, and to end in good order.
START_SECONDS = 60.0
END_SECONDS = 10.0
_LINES = 30

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["inspector.demo.lab.preload"])


class LabError(RuntimeError):
    """The lab does not work. The message holds the last words of the worker in question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: a value (JSON), or an error as "Class: message"."""

    value: Any = None
    error: str = ""


class Host:
    """One process. It is started at once, and is ready when `wait_ready` returns."""

    def __init__(self, place: Surroundings, make: Make) -> None:
        self.place = place
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[Answer]] = {0: Future()}
        self._ready = self._waiting[0]
        self._lock = threading.Lock()
        self._gone = False
        self._pipe, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=serve, args=(place, make, theirs), name=place.hostname, daemon=True)
        self._process.start()
        theirs.close()
        self._listener = threading.Thread(target=self._listen, args=(self._pipe,), daemon=True)
        self._listener.start()

    @property
    def alive(self) -> bool:
        return not self._gone

    def wait_ready(self) -> None:
        """Raises `LabError` where it could not build what it serves with."""
        answer = self.wait(self._ready, START_SECONDS)
        if answer.error:
            raise LabError(self.tell(f"did not start: {answer.error}"))

    def send(self, request: Request) -> Future[Answer]:
        return self._order("request", request)

    def flush(self) -> Future[Answer]:
        return self._order("flush")

    def wait(self, answer: Future[Answer], seconds: float) -> Answer:
        try:
            return answer.result(seconds)
        except TimeoutError:
            raise LabError(self.tell(f"has not answered within {seconds:.0f} s")) from None

    def begin_end(self) -> None:
        """Tells it to end in good order; at once where it has not answered everything: it hangs."""
        if self.alive and self._waiting:
            self._process.kill()
        elif self.alive:
            self._order("close")

    def end(self) -> None:
        """Waits for that, and kills it where that does not help."""
        self._process.join(END_SECONDS)
        self.kill()

    def kill(self) -> None:
        """SIGKILL. Whoever waits for an answer gets one that says so."""
        self._process.kill()
        self._process.join()
        self._listener.join(END_SECONDS)

    def tell(self, what: str) -> str:
        """A sentence about it, with the end of its log."""
        lines = self.place.log_path.read_text(errors="replace").splitlines() if self.place.log_path.exists() else []
        return "\n".join([f"{self.place.hostname} {what}. The end of its log:", *(lines[-_LINES:] or ["(empty)"])])

    def _order(self, kind: Any, request: Request | None = None) -> Future[Answer]:
        future: Future[Answer] = Future()
        with self._lock:
            if self._gone:
                raise LabError(self.tell("is gone"))
            number = next(self._numbers)
            if kind != "close":
                self._waiting[number] = future
            with suppress(OSError):  # it has just died: the listener answers
                self._pipe.send(Order(kind, number, request))
        return future

    def _listen(self, pipe: Connection[Any, Any]) -> None:
        with pipe:
            while True:
                try:
                    reply: Reply = pipe.recv()
                except (EOFError, OSError):
                    break
                with self._lock:
                    future = self._waiting.pop(reply.number)
                future.set_result(Answer(json.loads(reply.value), reply.error))
            with self._lock:
                self._gone = True
                left, self._waiting = list(self._waiting.values()), {}
            for future in left:
                future.set_result(Answer(error="The process is gone."))
