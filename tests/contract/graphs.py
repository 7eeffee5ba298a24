"""What LangGraph itself says of each stored checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from langgraph.types import StateSnapshot

from inspector.demo.stage import Played, PlayedThread
from tests.contract.honest import honest
from tests.contract.library import Library


def snapshots(library: Library, one: Played, thread: PlayedThread, checkpoint_ns: str) -> Iterator[StateSnapshot]:
    """LangGraph's view of each stored checkpoint of a namespace, newest first."""
    with honest(library.saver):
        for row in library.plain.of(thread.thread_id, checkpoint_ns):
            where = {
                "thread_id": thread.thread_id,
                "checkpoint_ns": checkpoint_ns,
                "checkpoint_id": row["checkpoint_id"],
            }
            yield one.graph.get_state({"configurable": where})


def values_of(one: Played, snapshot: StateSnapshot) -> dict[str, Any]:
    """The snapshot's values by channel; a graph with one output channel shows it without its name."""
    channels = one.graph.stream_channels_asis
    return {channels: snapshot.values} if isinstance(channels, str) else dict(snapshot.values)
