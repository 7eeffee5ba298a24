"""The index equals the store: every row, and no row too many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from inspector.models import StoreEntry, ThreadEntry, ThreadWorker
from inspector.reader import Reader
from tests.integration.index.tallied import assert_tallies_are_right
from tests.integration.postgres.truth import Truth, read_truth


@dataclass
class Entry:
    """A row of the index as the store's plain rows make it. What decoding decides (`state`) comes from the reader."""

    thread_id: str
    checkpoints: int
    writes: int
    namespaces: int
    turns: int
    turns_is_lower_bound: bool
    last_checkpoint_id: str
    first_at: datetime
    last_at: datetime
    siblings: bool
    clock_skew: bool
    rebuilt_values: bool
    several_hosts: bool
    owner: str
    metadata: dict[str, Any]
    state: str
    hosts: dict[str, int]


def assert_index_equals_store(reader: Reader, url: str) -> None:
    """Everything that pages read of a Postgres store is what a count of its rows gives."""
    assert_index_equals_truth(reader, read_truth(url))


def assert_index_equals_truth(reader: Reader, truth: dict[str, Truth]) -> None:
    """The same for a store whose rows have been counted."""
    states = {item.row.thread_id: item.state for item in reader.read_summaries(list(truth))} if truth else {}
    expected = {thread_id: _entry(thread_id, row, states[thread_id]) for thread_id, row in truth.items()}
    found = indexed(reader.store.name)
    differing = [one for one in found.keys() | expected if found.get(one) != expected.get(one)]
    assert not differing, {one: (found.get(one), expected.get(one)) for one in differing}
    store = StoreEntry.objects.get(name=reader.store.name)
    assert (store.threads, store.checkpoints) == (len(truth), sum(row.checkpoints for row in truth.values()))
    assert store.error == ""
    assert_tallies_are_right(store)


def indexed(name: str) -> dict[str, Entry]:
    """The index's rows of one store."""
    workers: dict[int, dict[str, int]] = {}
    for worker in ThreadWorker.objects.filter(thread__store__name=name):
        workers.setdefault(worker.thread_id, {})[worker.hostname] = worker.writes  # type: ignore[attr-defined]
    fields = [field for field in Entry.__dataclass_fields__ if field != "hosts"]
    return {
        entry.thread_id: Entry(**{field: getattr(entry, field) for field in fields}, hosts=workers.get(entry.pk, {}))
        for entry in ThreadEntry.objects.filter(store__name=name)
    }


def _entry(thread_id: str, row: Truth, state: str) -> Entry:
    return Entry(
        thread_id=thread_id,
        checkpoints=row.checkpoints,
        writes=row.writes,
        namespaces=row.namespaces,
        turns=row.turns,
        turns_is_lower_bound=row.turns_is_lower_bound,
        last_checkpoint_id=row.last_checkpoint_id,
        first_at=_time(row.first_root_id or row.last_checkpoint_id),
        last_at=_time(row.last_checkpoint_id),
        siblings=row.siblings,
        clock_skew=row.clock_skew,
        rebuilt_values=row.rebuilt_values,
        several_hosts=len(row.hosts.keys() - {""}) > 1,
        owner=str(row.metadata.get("user_id", "")),
        metadata=row.metadata,
        state=state,
        hosts=row.hosts,
    )


def _time(checkpoint_id: str) -> datetime:
    """A UUID version 6 counts tenths of microseconds since the Gregorian calendar began, its digits in order."""
    ticks = int(checkpoint_id[0:8] + checkpoint_id[9:13] + checkpoint_id[15:18], 16)
    return datetime(1582, 10, 15, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
