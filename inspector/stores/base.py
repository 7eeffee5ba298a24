"""The contract of a checkpoint store: which records it hands over, exactly as stored, and within which budgets.

A store never decodes a value, never writes, and never builds a LangGraph saver (building one creates tables). Each
method is one short read. The records are in `stores.records`.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Protocol, runtime_checkable

from inspector.stores.calls import CallRow
from inspector.stores.records import (
    DEFAULT_READ,
    ChannelBody,
    ChannelSize,
    CheckpointRow,
    Cut,
    Fingerprint,
    FirstInput,
    Head,
    NamespaceRow,
    OutlineRow,
    Place,
    ReadBudget,
    StoreFacts,
    TableFacts,
    ThreadCount,
    ThreadRow,
    WriteRow,
)
from inspector.stores.signs import Signs

__all__ = [
    "DEFAULT_READ",
    "ChannelBody",
    "ChannelSize",
    "CheckpointRow",
    "CheckpointStore",
    "Cut",
    "Fingerprint",
    "FirstInput",
    "Head",
    "NamespaceRow",
    "OutlineRow",
    "Place",
    "ReadBudget",
    "StoreFacts",
    "TableFacts",
    "ThreadCount",
    "ThreadRow",
    "WriteRow",
]


@runtime_checkable
class CheckpointStore(Protocol):
    """A checkpoint store. Every method raises only `errors.StoreError`s."""

    name: str
    kind: str
    safe_url: str  #: without its password

    def read_facts(self) -> StoreFacts:
        """Server, schema, sizes and rights. Raises `NotACheckpointStore` with a hint where there are no tables."""
        ...

    def read_signs(self) -> Signs:
        """What the store and its server show of their condition, by a look that costs a page's time at any size. What
        this login may not see is left out, and said so."""
        ...

    def read_identities(self) -> tuple[str, ...]:
        """Names of the data that is read here, as a worker that writes there would name it (`probe.ledger_schema`):
        whoever shares one of them is at the same data. Empty where the server tells too little."""
        ...

    def read_fingerprint(self) -> Fingerprint: ...

    def iter_thread_counts(self) -> Generator[ThreadCount]:
        """Every thread once, in no particular order, streamed from short-lived snapshots. Whoever stops early closes
        it, which ends the snapshot."""
        ...

    def read_threads(self, thread_ids: Sequence[str], *, host_keys: Sequence[str]) -> list[ThreadRow]:
        """The exact aggregate of each thread that exists; ids that do not exist are left out."""
        ...

    def read_namespaces(self, thread_id: str) -> list[NamespaceRow]:
        """The root and the newest of the others, in the order of their first checkpoints."""
        ...

    def read_calls(
        self, thread_id: str, namespaces: Sequence[str], *, rows: int, host_keys: Sequence[str]
    ) -> list[CallRow]:
        """Calls that these subgraphs' newest `rows` checkpoints are of, in the order of their first checkpoints. No
        documents are looked into. Of a call whose beginning lies before those rows, less is counted."""
        ...

    def read_checkpoints(
        self, thread_id: str, checkpoint_ns: str, *, before: str | None = None, budget: ReadBudget = DEFAULT_READ
    ) -> Cut:
        """Newest first, those with an id less than `before`."""
        ...

    def read_checkpoint(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> CheckpointRow | None: ...

    def read_outline(
        self, thread_id: str, checkpoint_ns: str, *, after: str = "", rows: int, host_keys: Sequence[str]
    ) -> list[OutlineRow]:
        """The newest `rows` checkpoints with an id greater than `after`, newest first. Documents are looked into only
        where an id tells no time."""
        ...

    def read_newer_ids(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str, *, rows: int) -> list[str]:
        """The ids of the next newer checkpoints, oldest first; after "" those of the oldest ones."""
        ...

    def read_place(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> Place:
        """How many checkpoints lie before and behind an id, whether or not there is one with it."""
        ...

    def read_inputs(self, thread_id: str, checkpoint_ns: str, *, since: str = "", before: str) -> list[FirstInput]:
        """The inputs (see `domain.turns`) that checkpoints with an id from `since` on and less than `before` know of,
        in the order of the first one that does. Looks into the document of each of these."""
        ...

    def read_channel_sizes(
        self, thread_id: str, checkpoint_ns: str, versions: Sequence[tuple[str, str]]
    ) -> list[ChannelSize]:
        """Sizes of the bodies behind (channel, version); bodies themselves are not touched."""
        ...

    def read_channels(
        self,
        thread_id: str,
        checkpoint_ns: str,
        versions: Sequence[tuple[str, str]],
        *,
        budget: ReadBudget = DEFAULT_READ,
    ) -> list[ChannelBody]:
        """Bodies behind (channel, version), smallest first, until the byte budget is spent. None where the store keeps
        values in the checkpoint's document."""
        ...

    def read_own_channels(
        self,
        thread_id: str,
        checkpoint_ns: str,
        checkpoint_id: str,
        channels: Sequence[str],
        *,
        budget: ReadBudget = DEFAULT_READ,
    ) -> list[ChannelBody]:
        """Bodies that the checkpoint's own document keeps (see `CheckpointRow.own_bodies`), smallest first, until the
        byte budget is spent. None where the store keeps no values there."""
        ...

    def read_writes(
        self,
        thread_id: str,
        checkpoint_ns: str,
        checkpoint_ids: Sequence[str],
        *,
        channels: Sequence[str] | None = None,
        bodies: bool = True,
        budget: ReadBudget = DEFAULT_READ,
    ) -> list[WriteRow]:
        """Pending writes of these checkpoints in LangGraph's order (task_path, task_id, idx), at most `budget.rows`."""
        ...

    def close(self) -> None: ...
