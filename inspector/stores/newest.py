"""The contract of a store that can name its newest threads without a look at all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from inspector.stores.base import CheckpointStore


@dataclass(frozen=True, slots=True)
class Newest:
    """Threads that hold the newest checkpoints, as far as the order tells in which the store keeps them.

    `whole` says that these are all threads of the store. `checkpoints` is about how many it holds in all, by the
    server's estimate, None where it has none.
    """

    last_ids: Mapping[str, str]  #: by thread, the greatest checkpoint_id that was seen of it
    whole: bool
    checkpoints: int | None

    def thread_ids(self, most: int) -> list[str]:
        """No more than so many, the newest first."""
        ordered = sorted(self.last_ids, key=lambda thread_id: self.last_ids[thread_id], reverse=True)
        return ordered[:most]


@runtime_checkable
class NewestStore(CheckpointStore, Protocol):
    def find_newest(self, checkpoints: int) -> Newest:
        """The threads of about so many of the newest checkpoints. A read as short as a page's."""
        ...
