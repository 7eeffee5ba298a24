"""Passes beside live writers and autovacuum: when the writers rest, the index equals the store within two passes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from inspector.demo.embedded import SETTINGS, EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.graphs.nested import build_nested
from inspector.demo.graphs.refund import build_refund
from inspector.demo.repertoire import open_saver
from inspector.demo.stage import Stage
from inspector.index.pace import FAST, Pace
from inspector.models import StoreEntry, ThreadEntry
from tests.integration.index.copies import Template
from tests.integration.index.follow_world import FollowWorld
from tests.integration.index.watched import Followed, following
from tests.integration.postgres.polling import wait_for

#: Each table is vacuumed once a second as soon as ten of its rows have changed.
_EAGER = {
    "autovacuum": "on",
    "autovacuum_naptime": "1s",
    "autovacuum_vacuum_threshold": "10",
    "autovacuum_vacuum_scale_factor": "0",
    "autovacuum_vacuum_insert_threshold": "10",
    "autovacuum_vacuum_insert_scale_factor": "0",
    "autovacuum_vacuum_cost_delay": "0",
}
_WRITERS, _TURNS = 3, 400
_VACUUMS = "select sum(autovacuum_count) from pg_stat_user_tables where relname = 'checkpoints'"


@pytest.fixture
def live(templates: list[Template], index: str) -> Iterator[Followed]:
    with (
        EmbeddedPostgres(settings=SETTINGS | _EAGER) as server,
        following(FollowWorld(server, server.create_database(), templates, 1, threads=60)) as followed,
    ):
        yield followed


@pytest.mark.thorough
def test_passes_beside_writers_and_autovacuum_end_equal(live: Followed) -> None:
    background = Pace(1.0, holds_back=True, sleep=lambda seconds: None)
    seen = set()
    with ThreadPoolExecutor(_WRITERS) as threads:
        writing = [threads.submit(_write, live.world.url, number) for number in range(_WRITERS)]
        passes = 0
        while not all(one.done() for one in writing):
            report = live.sync(pace=FAST if passes % 5 == 0 else background)
            assert not report.skipped
            seen.add(ThreadEntry.objects.count())
            passes += 1
        for one in writing:
            one.result()
    wait_for(lambda: (live.world.admin.execute(_VACUUMS).fetchone() or [0])[0])
    assert passes > 5
    assert len(seen) > 5, "passes see what is written meanwhile"
    assert live.store.calls["walk"] == 1
    live.settle()
    assert StoreEntry.objects.get().error == ""


def _write(url: str, number: int) -> None:
    """Turns of real graphs, several threads in turn; now and then one is deleted, pruned, or left open for a while."""
    chance = random.Random(number)
    with open_saver(url) as saver:
        stage = Stage(saver, chance.choice(["sync", "exit"]), f"live-{number}")
        chat, refund, nested = build_chat(saver), build_refund(saver), build_nested(saver, memory=True)
        for turn in range(_TURNS):
            config = stage.config(f"live-{number}-{chance.randrange(12)}", worker_hostname=f"host-{number}")
            kind = chance.random()
            if kind < 0.6:
                stage.say(chat, config, "Hello")
            elif kind < 0.7:
                stage.say(refund, stage.config(f"refund-{number}-{turn}"), "Please refund order 4119.")
            elif kind < 0.8:
                stage.say(nested, stage.config(f"nested-{number}-{turn}"), "Advise me")
            elif kind < 0.9:
                saver.delete_thread(config["configurable"]["thread_id"])
            else:
                saver.prune([config["configurable"]["thread_id"]], strategy="keep_latest")
        saver.conn.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]
