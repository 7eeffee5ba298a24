"""A ledger that takes connections and never answers: pages show what the store says, and let the ledger be for a while.

Nothing here measures time. What a page waits is told by what it asks: the ledger last, once, and not again at once.
"""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from inspector.errors import StoreTimeout
from inspector.index import connections
from inspector.index.connections import close_readers, get_ledger, get_reader
from inspector.index.passes import run_pass
from inspector.ledger import patience
from inspector.ledger.base import LedgerReader
from inspector.secret import StoreUrl
from inspector.stores.guard import deadline, within_deadline
from tests.pages.browse import Browser

THREAD = "two-hosts-sync-shared"


class Silence:
    """A server that says nothing. `met` counts its connections."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._taken: list[socket.socket] = []
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"

    @property
    def met(self) -> int:
        return len(self._taken)

    def _take(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._taken.append(self._server.accept()[0])

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()
        for taken in self._taken:
            taken.close()


@pytest.fixture
def silence() -> Iterator[Silence]:
    with contextlib.closing(Silence()) as server:
        yield server


@pytest.fixture
def configure(pages: Browser, silence: Silence, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The scenario store, whose ledger is the silent server. It is waited for less long, so that tests wait less."""
    monkeypatch.setattr(patience, "PATIENCE", 0.2)
    monkeypatch.setattr(connections, "PATIENCE", 0.2)
    with contextlib.ExitStack() as stack:

        def name_ledger(url: str) -> Browser:
            close_readers()
            ledger = StoreUrl(url.format(silence.address))
            stack.enter_context(override_settings(INSPECTOR=dataclasses.replace(settings.INSPECTOR, ledger_url=ledger)))
            stack.callback(close_readers)
            return pages

        yield name_ledger


@pytest.fixture
def hanging(configure: Any) -> Browser:
    found: Browser = configure("redis://{}/0")
    return found


def test_a_page_shows_the_store_and_says_that_the_ledger_is_silent(hanging: Browser, silence: Silence) -> None:
    page = hanging.data("/thread/", id=THREAD)

    assert page["checkpoints"]
    assert "did not answer" in page["reads_error"] or "cannot be reached" in page["reads_error"]
    assert silence.met > 0


@pytest.mark.parametrize("url", ["redis://{}/0", "postgresql://probe@{}/ledger"])
def test_the_pages_after_it_do_not_ask_again_at_once(configure: Any, silence: Silence, url: str) -> None:
    browser = configure(url)
    first = browser.data("/workers/")
    met = silence.met

    assert met > 0
    assert (browser.data("/workers/")["error"], silence.met) == (first["error"], met)
    assert (browser.data("/thread/", id=THREAD)["reads_error"], silence.met) == (first["error"], met)


def test_after_a_while_it_is_asked_again(hanging: Browser, silence: Silence, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging.data("/workers/")
    met = silence.met
    monkeypatch.setattr(patience, "DOWN_FOR", 0.0)
    hanging.data("/workers/")

    assert silence.met > met


def test_a_pass_reads_the_store_and_remembers_the_ledgers_silence(hanging: Browser, silence: Silence) -> None:
    assert run_pass(get_reader()).complete
    (store,) = hanging.data("/stores/")["stores"]

    assert store["index"]["ledger"]["error"]
    assert silence.met > 0


def test_the_ledger_has_no_more_time_than_its_own_and_no_more_than_the_page_has_left(pages: Browser) -> None:
    ledger = get_ledger()
    assert ledger is not None

    def left(_: LedgerReader) -> float:
        return within_deadline(1_000)

    assert patience.ask_briefly(ledger, left) <= patience.PATIENCE
    with deadline(0.5):
        assert patience.ask_briefly(ledger, left) <= 0.5
    with deadline(0), pytest.raises(StoreTimeout):
        patience.ask_briefly(ledger, left)
    assert patience.ask_briefly(ledger, left) > 1, "the page's own lack of time says nothing about the ledger"


def test_a_thread_is_read_before_its_ledger_is_asked(pages: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is slow today must not pay for what a ledger took."""
    asked: list[str] = []
    reader = get_reader()
    summaries, history, select = reader.read_summaries, reader.read_history, reader.read_writes
    for name, call in (("summaries", summaries), ("history", history), ("writes", select)):

        def told(*args: Any, _name: str = name, _call: Any = call, **given: Any) -> Any:
            asked.append(_name)
            return _call(*args, **given)

        monkeypatch.setattr(type(reader), f"read_{name}", lambda _, *args, _told=told, **given: _told(*args, **given))
    ledger = get_ledger()
    read = type(ledger).read_counts

    def read_counts(self: Any, thread_ids: Any) -> Any:
        asked.append("ledger")
        return read(self, thread_ids)

    monkeypatch.setattr(type(ledger), "read_counts", read_counts)
    pages.document("/thread/", id=THREAD)

    assert asked.index("ledger") == len(asked) - 1
    assert {"summaries", "history", "writes"} <= set(asked)
