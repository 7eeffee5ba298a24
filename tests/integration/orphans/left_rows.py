"""Rows of the index by the dozen: threads that were left, or went on, one after another."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from inspector.domain.thread_ids import RANDOM_SHAPES, id_shape
from inspector.models import StoreEntry, ThreadEntry
from tests.integration.index.samples import count

_DICE = random.Random(1)


def add(
    store: StoreEntry,
    ids: Iterable[str],
    *,
    graph: str = "",
    turns: int = 1,
    state: str = "complete",
    owner: Callable[[int], str] = lambda number: "",
    apart: timedelta = timedelta(minutes=7),
    last: datetime,
    muted: bool = False,
) -> None:
    """Threads that begin one after another, the last of them at `last`."""
    rows = []
    for number, thread_id in enumerate(ids):
        at = last - number * apart
        shape = id_shape(thread_id)
        rows.append(
            ThreadEntry(
                store=store,
                thread_id=thread_id,
                turns=turns,
                turns_is_lower_bound=False,
                one_turn=turns == 1,
                checkpoints=3 * turns,
                writes=0,
                namespaces=1,
                first_at=at,
                last_at=at,
                last_checkpoint_id="1ef",
                state=state,
                owner=owner(number),
                graph=graph,
                id_shape=shape,
                random_id=shape in RANDOM_SHAPES,
                muted=muted,
                metadata={},
                several_hosts=False,
                siblings=False,
                clock_skew=False,
                rebuilt_values=False,
                verified_at=at,
            )
        )
    ThreadEntry.every.bulk_create(rows)
    count(store)


def random_ids(many: int, prefix: str = "") -> list[str]:
    return [f"{prefix}{UUID(int=_DICE.getrandbits(128), version=4)}" for _ in range(many)]


def numbered(prefix: str, many: int) -> list[str]:
    return [f"{prefix}{number}" for number in range(many)]
