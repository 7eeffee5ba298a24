"""A server that takes connections and says nothing is waited for once, however many ask."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from inspector.errors import StoreError, StoreTimeout
from inspector.stores.guard import Limits
from inspector.stores.redis import RedisStore

#: One waits half a second for an answer, and all others longer for the only connection.
LIMITS = Limits(connect=30.0, statement=0.5, pool_size=1)
MANY = 6


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        listener.setblocking(False)
        yield listener


def test_many_who_ask_a_silent_server_wait_for_one_answer_together(silent: socket.socket) -> None:
    store = RedisStore("main", f"redis://127.0.0.1:{silent.getsockname()[1]}/0", LIMITS)

    def ask(_: int) -> StoreError:
        with pytest.raises(StoreError) as told:
            store.read_fingerprint()
        return told.value

    with ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(ask, range(MANY)))
    store.close()
    assert all(isinstance(answer, StoreTimeout) for answer in answers)
    assert connections_made_to(silent) == 1


def connections_made_to(listener: socket.socket) -> int:
    made = 0
    while True:
        try:
            line, _ = listener.accept()
        except BlockingIOError:
            return made
        line.close()
        made += 1
