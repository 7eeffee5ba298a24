"""What LangGraph itself says of a checkpoint, and the few things that it cannot be asked for on every layout.

The Redis savers hide writes that they have stored (a flag that they lose says that there are none), or hand over those
of older checkpoints as well. Here they are made to look, and to look at the right ones; what they then find is decoded
and applied by LangGraph's own code.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from langgraph.checkpoint.redis import RedisSaver, ShallowRedisSaver
from langgraph.types import StateSnapshot

from inspector.demo.stage import Played, PlayedThread
from tests.contract.library import Library
from tests.contract.places import Saver


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


@contextmanager
def honest(saver: Saver) -> Iterator[None]:
    """The saver hands over every write of the checkpoint that it is asked for, and of no other."""
    if isinstance(saver, RedisSaver):
        name = "_load_pending_writes_with_registry_check"
        real = getattr(saver, name)

        @functools.wraps(real)
        def load(*args: Any, **kwargs: Any) -> Any:
            return real(*args, **{**kwargs, "checkpoint_has_writes": True})

    elif isinstance(saver, ShallowRedisSaver):
        name = "_load_pending_writes"

        def load(thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> Any:
            key = f"write_registry:{thread_id}:{checkpoint_ns or '__empty__'}:shallow"
            found = [saver._redis.json().get(name) for name in saver._redis.zrange(key, 0, -1)]
            kept = {(row["task_id"], row["idx"]): row for row in found if row and row["checkpoint_id"] == checkpoint_id}
            return saver._load_writes(saver.serde, kept)

    else:
        yield
        return
    setattr(saver, name, load)
    try:
        yield
    finally:
        delattr(saver, name)


def values_of(one: Played, snapshot: StateSnapshot) -> dict[str, Any]:
    """The snapshot's values by channel; a graph with one output channel shows it without its name."""
    channels = one.graph.stream_channels_asis
    return {channels: snapshot.values} if isinstance(channels, str) else dict(snapshot.values)
