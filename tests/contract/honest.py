"""The Redis savers, made to hand over all that they have stored.

They hide writes that they have stored (a flag that they lose says that there are none), or hand over those of older
checkpoints as well. Here they are made to look, and to look at the right ones; what they then find is decoded and
applied by LangGraph's own code. What they write is left as it is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from langgraph.checkpoint.redis import RedisSaver, ShallowRedisSaver

from tests.contract.places import Saver


@contextmanager
def honest(saver: Saver) -> Iterator[None]:
    """The saver hands over every write of the checkpoint that it is asked for, and of no other."""
    if isinstance(saver, RedisSaver):
        with _instead(saver, "_load_pending_writes_with_registry_check", _whatever_the_flag_says):
            yield
    elif isinstance(saver, ShallowRedisSaver):
        with _instead(saver, "_load_pending_writes", _of_one_checkpoint):
            yield
    else:
        yield


def _whatever_the_flag_says(saver: Any, *args: Any, **kwargs: Any) -> Any:
    load = type(saver)._load_pending_writes_with_registry_check
    return load(saver, *args, **{**kwargs, "checkpoint_has_writes": True})


def _of_one_checkpoint(saver: Any, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> Any:
    key = f"write_registry:{thread_id}:{checkpoint_ns or '__empty__'}:shallow"
    found = [saver._redis.json().get(name) for name in saver._redis.zrange(key, 0, -1)]
    kept = {(row["task_id"], row["idx"]): row for row in found if row and row["checkpoint_id"] == checkpoint_id}
    return saver._load_writes(saver.serde, kept)


@contextmanager
def _instead(saver: Saver, name: str, function: Callable[..., Any]) -> Iterator[None]:
    setattr(saver, name, functools.partial(function, saver))
    try:
        yield
    finally:
        delattr(saver, name)
