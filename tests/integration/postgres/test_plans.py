"""How the server goes about our reads of long threads: place by place, and without keeping what no one asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import open_saver
from inspector.stores.postgres.layout import find_layout
from inspector.stores.postgres.session import ReadOnlySessions
from tests.integration.postgres.conftest import OpenStore

CHECKPOINTS = 20_000
#: As PostgresSaver writes them; ids in their order.
COPIES = """
insert into checkpoints (thread_id, checkpoint_ns, checkpoint_id, checkpoint, metadata)
select thread, '', lpad(n::text, 8, '0'),
       jsonb_build_object('v', 4, 'versions_seen', jsonb_build_object('bot', jsonb_build_object('__start__', n::text))),
       '{"step": 1, "source": "loop"}'
from generate_series(1, %s) n, unnest(%s::text[]) thread"""
MARKS = """
insert into checkpoint_writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob)
select thread_id, '', checkpoint_id, 'task', -1, '__error__', 'msgpack', ''
from checkpoints where thread_id = 'long' and checkpoint_id <= '00001000'"""


@pytest.fixture(scope="module")
def long_url(postgres: EmbeddedPostgres) -> str:
    url = postgres.create_database()
    with open_saver(url):
        pass
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(COPIES, [CHECKPOINTS, ["long"]])
        connection.execute(COPIES, [200, [f"short-{n}" for n in range(50)]])
        connection.execute(MARKS)
        connection.execute("vacuum analyze checkpoints, checkpoint_writes")
    return url


def explain(open_store: OpenStore, url: str, query: str, given: Mapping[str, Any]) -> str:
    """The plan in a session of the store's own, with its settings."""
    sessions: ReadOnlySessions = open_store(url)._sessions
    layout = find_layout(sessions, wanted="", safe_url="")
    with sessions.read(layout.schema) as cursor:
        rows = cursor.execute("explain (analyze, timing off) " + layout.query(query), given).fetchall()
    return "\n".join(str(row["QUERY PLAN"]) for row in rows)


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("inputs", {"since": "", "before": "x", "rows": 100_000}),
        ("outline", {"after": "", "rows": 3_000, "host_keys": ["hostname"]}),
    ],
)
def test_what_is_found_in_a_document_is_not_kept_by_its_whole_text(
    open_store: OpenStore, long_url: str, query: str, given: dict[str, Any]
) -> None:
    plan = explain(open_store, long_url, query, {"thread_id": "long", "checkpoint_ns": "", **given})

    assert "Memoize" not in plan


@pytest.mark.parametrize(("query", "found"), [("marks_at", 1_000), ("stored_at", 2_000)])
def test_what_is_asked_of_many_places_is_looked_up_place_by_place(
    open_store: OpenStore, long_url: str, query: str, found: int
) -> None:
    ids = [f"{n:08}" for n in range(1, 2_001)]
    given = {"thread_id": "long", "namespaces": [""] * len(ids), "checkpoint_ids": ids}

    plan = explain(open_store, long_url, query, given)

    assert "Join" not in plan
    assert f"rows={found}" in plan
    assert "loops=2000" in plan
