"""The exact aggregate of one thread, counted in Python from its rows: for stores that cannot count on the server.

Every field of `ThreadRow` means what the Postgres store's queries make of it (`stores/postgres/queries.sql`). Of a row
only ids, versions and hosts are kept, never a value.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from inspector.domain.turns import input_versions, version_order
from inspector.domain.value import Json
from inspector.stores.base import CheckpointRow, FirstInput, Head, ThreadRow

#: Metadata that LangGraph itself writes: a row with nothing more tells nothing of who ran it.
_OWN_KEYS = frozenset({"source", "step", "parents", "counters_since_delta_snapshot"})
_HOST_LENGTH = 255
#: A metadata value larger than this, in bytes of JSON, is left out of the thread's.
_METADATA_BYTES = 1_000
#: A first checkpoint knows version 1 of `__start__`, or 2 when a Command came first: more says that one is gone.
_FIRST_INPUT = 2
_VERSION_DIGITS = 40


class ThreadTally:
    """Rows of one thread go in, in any order and each once; the thread's aggregate comes out."""

    def __init__(self, thread_id: str, *, host_keys: Sequence[str]) -> None:
        self.thread_id = thread_id
        self._host_keys = host_keys
        self._checkpoints = 0
        self._last_id = self._head_id = ""
        self._namespaces: set[str] = set()
        self._inputs: set[str] = set()
        self._hosts: Counter[str] = Counter()
        self._roots: set[str] = set()
        self._root_parents: set[str] = set()
        self._parents: set[tuple[str, str]] = set()  #: (namespace, parent) of children made by an input or a step
        self._siblings = self._clock_skew = self._rebuilt_values = self._begins_late = False
        self._named_id = ""  #: the newest root checkpoint that carries more than LangGraph's own metadata
        self._metadata: Mapping[str, Json] = {}

    @property
    def checkpoints(self) -> int:
        return self._checkpoints

    @property
    def head_id(self) -> str:
        """The newest root checkpoint so far, "" without one."""
        return self._head_id

    def add(self, row: CheckpointRow) -> None:
        self._checkpoints += 1
        self._namespaces.add(row.checkpoint_ns)
        self._last_id = max(self._last_id, row.checkpoint_id)
        self._hosts[host_of(row.metadata, self._host_keys)] += 1
        self._rebuilt_values |= "counters_since_delta_snapshot" in row.metadata
        self._add_parent(row)
        if row.checkpoint_ns == "":
            self._add_root(row)

    def result(self, *, writes: int, head: Head | None, lower_bound: bool = False) -> ThreadRow:
        """`writes` and `head` are the store's to read. `lower_bound` says that it keeps, or showed, a part only."""
        return ThreadRow(
            thread_id=self.thread_id,
            turns=len(self._inputs),
            turns_is_lower_bound=lower_bound or self._begins_late or bool(self._root_parents - self._roots),
            checkpoints=self._checkpoints,
            writes=writes,
            namespaces=len(self._namespaces),
            last_checkpoint_id=self._last_id,
            first_root_id=min(self._roots, default=""),
            last_root_id=self.head_id,
            siblings=self._siblings,
            clock_skew=self._clock_skew,
            rebuilt_values=self._rebuilt_values,
            hosts=dict(self._hosts),
            metadata=self._metadata,
            head=head,
        )

    def _add_parent(self, row: CheckpointRow) -> None:
        parent = row.parent_checkpoint_id
        if parent is None:
            return
        self._clock_skew |= row.checkpoint_id < parent
        if row.metadata.get("source") in ("input", "loop"):
            family = (row.checkpoint_ns, parent)
            self._siblings |= family in self._parents
            self._parents.add(family)

    def _add_root(self, row: CheckpointRow) -> None:
        inputs = input_versions(row)
        self._inputs |= inputs
        self._roots.add(row.checkpoint_id)
        self._head_id = max(self._head_id, row.checkpoint_id)
        if row.parent_checkpoint_id is None:
            self._begins_late |= _begins_late(inputs)
        else:
            self._root_parents.add(row.parent_checkpoint_id)
        if row.checkpoint_id >= self._named_id and row.metadata.keys() - _OWN_KEYS:
            self._named_id = row.checkpoint_id
            self._metadata = {key: value for key, value in row.metadata.items() if _size(value) <= _METADATA_BYTES}


def first_inputs(rows: Iterable[CheckpointRow], limit: int) -> list[FirstInput]:
    """The inputs that rows know of, which come in the order of their ids: no more than `limit`."""
    first: dict[str, str] = {}
    for row in rows:
        for version in sorted(input_versions(row), key=version_order):
            first.setdefault(version, row.checkpoint_id)
        if len(first) >= limit:
            break
    return [FirstInput(version, checkpoint_id) for version, checkpoint_id in first.items()][:limit]


def _begins_late(inputs: frozenset[str]) -> bool:
    """Whether a first checkpoint knows later inputs only: pruning and deletion leave that behind."""
    wholes = [version.partition(".")[0] for version in inputs]
    numbers = [int(whole) for whole in wholes if whole.isascii() and whole.isdigit() and len(whole) <= _VERSION_DIGITS]
    return bool(numbers) and min(numbers) > _FIRST_INPUT


def host_of(metadata: Mapping[str, Json], host_keys: Sequence[str]) -> str:
    """By the first of the keys that names one; "" where none does."""
    for key in host_keys:
        value = metadata.get(key)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            return str(value)[:_HOST_LENGTH]
    return ""


def _size(value: Json) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
