"""Workers that go on writing while something breaks: real graphs on LangGraph's own savers, connected to the server
itself, past the broken network. One that loses its server opens a saver again and again, as a supervised worker does.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Self

import psycopg
import redis
from redisvl.exceptions import RedisVLError  # type: ignore[import-untyped]

from inspector.demo.graphs.chat import build_chat
from tests.browser.dashboard import wait_until

#: What a server that is gone, empty or full makes of a turn.
_TROUBLE = (psycopg.Error, redis.RedisError, RedisVLError, sqlite3.Error, OSError)
HOSTS = ("web-1", "web-2", "web-3")


class Writer:
    """`with Writer(open_saver, names) as writer: ...; writer.rest()`. Turns of the threads in turn, by three hosts."""

    def __init__(self, open_saver: Callable[[], AbstractContextManager[Any]], names: Sequence[str]) -> None:
        self._open_saver = open_saver
        self.names = list(names)
        self._ended = threading.Event()
        self._may_write = threading.Event()
        self._may_write.set()
        self._resting = threading.Event()
        self._turns = 0
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    @property
    def turns(self) -> int:
        """That were written to their end."""
        return self._turns

    def wait_written(self, turns: int = 1) -> None:
        """Until so many more are."""
        wanted = self._turns + turns
        wait_until(lambda: self._turns >= wanted, "the workers write")

    def rest(self) -> None:
        """Nothing is being written when it returns."""
        self._may_write.clear()
        wait_until(self._resting.is_set, "the workers rest")

    def go_on(self) -> None:
        self._resting.clear()
        self._may_write.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._may_write.set()
        self._thread.join(30)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                with self._open_saver() as saver:
                    self._write(build_chat(saver))
            except _TROUBLE:
                self._ended.wait(0.3)
                self._pause()

    def _write(self, graph: Any) -> None:
        while not self._ended.is_set():
            number = self._turns
            config = {
                "configurable": {"thread_id": self.names[number % len(self.names)]},
                "metadata": {"worker_hostname": HOSTS[number % len(HOSTS)], "user_id": "ada"},
            }
            graph.invoke({"messages": [("user", f"Remark {number}")]}, config)
            self._turns += 1
            self._ended.wait(0.2)
            self._pause()

    def _pause(self) -> None:
        if not self._may_write.is_set():
            self._resting.set()
            self._may_write.wait()
