"""Real LangGraph runs under a moved clock, read by real passes: what is wrong is told, and that it was mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import time_machine
from django.utils import timezone
from langgraph.checkpoint.base import id as checkpoint_ids
from langgraph.checkpoint.sqlite import SqliteSaver

from inspector.alerts.watch import Judged, judge_store
from inspector.demo.graphs.base import Graph
from inspector.demo.graphs.chat import build_chat
from inspector.index.queries import Moment
from inspector.models import StoreEntry
from inspector.reader import Reader
from inspector.stores.sqlite import SqliteStore
from tests.integration.index.conftest import index  # noqa: F401  fixture
from tests.integration.index.syncing import sync

BEGAN = datetime(2026, 11, 16, 9, tzinfo=UTC)
EVERY = timedelta(minutes=2)


@dataclass
class World:
    graph: Graph
    reader: Reader
    clock: time_machine.Coordinates
    began: int = 0

    def serve(self, minutes: int, *, forgetful: str = "") -> list[Judged]:
        """Each of two hosts begins a conversation every two minutes and goes on with three of four a minute later; one
        that forgets makes a new id for either turn. A pass and a look at the end of each ten minutes."""
        looks = []
        for number in range(minutes // 2):
            for turn in range(2):
                for host in ("web-1", "web-2"):
                    if turn == 0 or number % 4:
                        self._ask(host, new=turn == 0 or host == forgetful)
                self.clock.shift(EVERY / 2)
            if number % 5 == 4:
                looks.append(self.look())
        return looks

    def _ask(self, host: str, *, new: bool) -> None:
        self.began += new
        self._last[host] = UUID(int=self.began, version=4) if new else self._last[host]
        config = {"configurable": {"thread_id": str(self._last[host])}, "metadata": {"worker_hostname": host}}
        self.graph.invoke({"messages": [("user", "Hello")]}, config)

    def look(self) -> Judged:
        assert sync(self.reader).complete
        return judge_store(StoreEntry.objects.get(), Moment(timezone.now(), 1_800.0))

    def __post_init__(self) -> None:
        self._last: dict[str, UUID] = {}


@pytest.fixture
def world(index: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:  # noqa: F811
    # LangGraph makes no id that is older than the last one of its process, which may be of a test before, and of today.
    monkeypatch.setattr(checkpoint_ids, "_last_v6_timestamp", None)
    path = tmp_path / "checkpoints.sqlite3"
    with SqliteSaver.from_conn_string(str(path)) as saver, time_machine.travel(BEGAN, tick=False) as clock:
        saver.setup()
        store = SqliteStore("store", f"sqlite:///{path}")
        yield World(build_chat(saver), Reader(store, host_keys=("worker_hostname",)), clock)
        store.close()


def test_a_host_that_forgets_is_named_once_and_its_alert_ends_when_it_is_mended(world: World) -> None:
    assert not any(look.began for look in world.serve(180))
    bad = world.serve(60, forgetful="web-1")
    (alert,) = (alert for look in bad for alert in look.began)
    assert alert.hostname == "web-1"
    assert alert.random_ids == alert.orphans
    assert alert.fired_at - BEGAN - timedelta(minutes=180) <= timedelta(minutes=50)
    mended = world.serve(180)
    assert not any(look.began for look in mended)
    assert [alert.end for look in mended for alert in look.ended] == ["fixed"]
