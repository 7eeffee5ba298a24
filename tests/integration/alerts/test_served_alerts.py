"""All of it as people run it: `inspector serve` over a store that real graphs fill, and a receiver of its messages."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import time_machine
from langgraph.checkpoint.sqlite import SqliteSaver

from inspector.access.link import make_link
from inspector.demo.graphs.base import Graph
from inspector.demo.graphs.chat import build_chat
from inspector.models import StoreEntry
from tests.integration.alerts.receivers import Receiver
from tests.integration.index.conftest import index  # noqa: F401  fixture
from tests.integration.postgres.polling import wait_for
from tests.links import read_data, use_link

#: Looks are ten seconds apart, and a pass and a message need their time as well.
PATIENCE = 120.0


@dataclass
class Workers:
    """Two of them. Each makes one thread after the other, and every fourth is left after its first turn."""

    graph: Graph
    begun: dict[str, list[str]] = field(default_factory=dict)  #: one-turn threads by host

    def serve(self, host: str, threads: int, *, forgets: bool = False) -> None:
        for number in range(threads):
            left = forgets or number % 4 == 3
            thread_id = str(uuid4())
            for _ in range(1 if left else 2):
                config = {"configurable": {"thread_id": thread_id}, "metadata": {"hostname": host}}
                self.graph.invoke({"messages": [("user", "Hello")]}, config)
            if left:
                self.begun.setdefault(host, []).append(thread_id)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints.sqlite3"


@pytest.fixture
def workers(path: Path) -> Iterator[Workers]:
    with SqliteSaver.from_conn_string(str(path)) as saver:
        saver.setup()
        yield Workers(build_chat(saver))


@contextmanager
def serving(database: str, path: Path, receiver: Receiver) -> Iterator[tuple[str, str]]:
    """The address at which it answers, and a cookie. It ends in good order at the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{free.getsockname()[1]}"
    chosen = {
        "INSPECTOR_DATABASE_URL": database,
        "INSPECTOR_WEBHOOK_URL": receiver.url,
        "INSPECTOR_ORPHAN_AFTER": "1",
        "INSPECTOR_SYNC_SECONDS": "0.5",
        "INSPECTOR_PUBLIC_URL": origin,
    }
    command = [sys.executable, "-W", "error", "-m", "inspector", "serve", "--store", f"store=sqlite:///{path}"]
    process = subprocess.Popen(
        [*command, "--port", str(urlsplit(origin).port)],
        env={**os.environ, **chosen},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )

    def answers() -> bool:
        assert process.poll() is None
        try:
            return bool(read_data(f"{origin}/-/health", ""))
        except OSError:
            return False

    try:
        wait_for(answers, seconds=PATIENCE)
        yield origin, use_link(make_link(origin))
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in err


@pytest.mark.thorough
def test_a_host_that_turns_to_random_ids_is_told_of_once_and_so_is_its_end(
    index: str,  # noqa: F811
    path: Path,
    workers: Workers,
    receiver: Receiver,
) -> None:
    began = datetime.now(UTC)
    with time_machine.travel(began - timedelta(hours=4), tick=True):
        for host in ("web-1", "web-2"):
            workers.serve(host, 60)
    with serving(index, path, receiver) as (origin, cookie):
        _wait_for_a_look()
        assert receiver.tried == []
        workers.begun.clear()
        workers.serve("web-1", 40, forgets=True)
        bad = workers.begun["web-1"]
        wait_for(lambda: receiver.events, seconds=PATIENCE)
        figures = receiver.taken[0].data["inspector"]
        assert 20 <= figures["orphans"] <= len(bad)
        assert set(figures["thread_ids"]) <= set(bad)
        (link,) = (line for line in receiver.taken[0].data["text"].splitlines() if "/threads/?" in line)
        listed = read_data(link.replace("&amp;", "&") + "&format=json&limit=500", cookie)
        assert {one["thread_id"] for one in listed["threads"]} >= set(figures["thread_ids"])
        assert figures["orphans"] <= listed["total"] <= len(bad)
        workers.serve("web-1", 60)
        wait_for(lambda: len(receiver.events) > 1, seconds=PATIENCE)
        (ended,) = read_data(f"{origin}/orphans/alerts/?format=json", cookie)["history"]
        assert (ended["hostname"], ended["end"]) == ("web-1", "fixed")
        _wait_for_a_look()
    assert receiver.events == [("firing", "web-1"), ("resolved", "web-1")]
    assert len(receiver.tried) == 2


def _wait_for_a_look() -> None:
    """One that is taken from now on, at an index that is complete."""
    wait_for(StoreEntry.objects.filter(synced_at__isnull=False).exists, seconds=PATIENCE)
    now = datetime.now(UTC)
    wait_for(StoreEntry.objects.filter(judged_at__gt=now).exists, seconds=PATIENCE)
