"""A thread told again as if days had passed between its turns: its saver puts it once more, under other ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from benchmarks.copies import uuid6_at
from inspector.domain.coordinates import time_of


def tell_again(saver: Any, template: str, thread_id: str, waits: Sequence[float]) -> None:
    """Put the thread `template` under `thread_id` and take the template away.

    `waits` are the seconds between its turns, from the second turn on. The newest turn keeps its time, and so do the
    distances within a turn.
    """
    config = {"configurable": {"thread_id": template}}
    items = sorted(saver.list(config), key=lambda item: item.checkpoint["id"])
    later = _shifts(items, waits)
    ids = {
        item.checkpoint["id"]: uuid6_at(_seconds(item) + shift, item.checkpoint["id"])
        for item, shift in zip(items, later, strict=True)
    }
    for item in items:
        _put(saver, item, thread_id, ids)
    saver.delete_thread(template)


def _shifts(items: Sequence[Any], waits: Sequence[float]) -> list[float]:
    """By how many seconds each of these moves; none is positive."""
    turn, turns = -1, []
    for item in items:
        root = not item.config["configurable"]["checkpoint_ns"]
        turn += root and item.metadata["source"] == "input"
        turns.append(max(turn, 0))
    return [-sum(waits[one:turn]) for one in turns]


def _seconds(item: Any) -> float:
    at = time_of(item.checkpoint["id"])
    assert at is not None
    return at.timestamp()


def _put(saver: Any, item: Any, thread_id: str, ids: dict[str, str]) -> None:
    given, parent = item.config["configurable"], item.parent_config
    place = {"thread_id": thread_id, "checkpoint_ns": given["checkpoint_ns"]}
    if parent:
        place["checkpoint_id"] = ids[parent["configurable"]["checkpoint_id"]]
    checkpoint = {**item.checkpoint, "id": ids[item.checkpoint["id"]]}
    at = time_of(checkpoint["id"])
    checkpoint["ts"] = (at or datetime.now(UTC)).isoformat()
    metadata = {**item.metadata, "parents": {ns: ids[one] for ns, one in item.metadata.get("parents", {}).items()}}
    written = saver.put({"configurable": place}, checkpoint, metadata, checkpoint["channel_versions"])
    by_task: dict[str, list[tuple[str, Any]]] = {}
    for task_id, channel, value in item.pending_writes or ():
        by_task.setdefault(task_id, []).append((channel, value))
    for task_id, writes in by_task.items():
        saver.put_writes(written, writes, task_id)
