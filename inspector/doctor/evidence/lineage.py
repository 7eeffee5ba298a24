"""Who came from whom in the newest part of a thread's root namespace, and what the newest checkpoint knows of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from inspector.doctor.case import Case
from inspector.domain.coordinates import parse_time, time_of
from inspector.domain.turns import input_versions, version_order
from inspector.reader.history import first_text
from inspector.stores.base import CheckpointRow, ReadBudget

#: Newest checkpoints of a thread that are looked at: some dozen turns.
PAGE = ReadBudget(rows=200, bytes=2_000_000)


@dataclass(frozen=True)
class Lineage:
    """Checkpoints by their ids. `host_keys` are the metadata's keys that name a host."""

    thread_id: str
    rows: Mapping[str, CheckpointRow]
    host_keys: tuple[str, ...]

    @classmethod
    def read(cls, case: Case, thread_id: str) -> Lineage:
        """One short read. Raises `StoreError`."""
        cut = case.reader.store.read_checkpoints(thread_id, "", budget=PAGE)
        return cls(thread_id, {row.checkpoint_id: row for row in cut.rows}, case.reader.host_keys)

    @cached_property
    def children(self) -> Mapping[str, Sequence[CheckpointRow]]:
        """By their parent's id, oldest first."""
        found: dict[str, list[CheckpointRow]] = defaultdict(list)
        for row in sorted(self.rows.values(), key=lambda row: row.checkpoint_id):
            if row.parent_checkpoint_id:
                found[row.parent_checkpoint_id].append(row)
        return found

    @cached_property
    def kept(self) -> frozenset[str]:
        """The newest checkpoint and all that it came from, by their ids: what the next run knows."""
        found: set[str] = set()
        row = self.rows[max(self.rows)] if self.rows else None
        while row is not None and row.checkpoint_id not in found:
            found.add(row.checkpoint_id)
            row = self.rows.get(row.parent_checkpoint_id or "")
        return frozenset(found)

    def lost_turns(self, first: CheckpointRow) -> int:
        """Turns on the branch that begins with `first` of which the newest checkpoint knows nothing."""
        turns = {version for row in self.branch(first) for version in input_versions(row)}
        known = {version for name in self.kept for version in input_versions(self.rows[name])}
        return len(turns - known)

    def branch(self, first: CheckpointRow, sources: Collection[str] = ()) -> Iterator[CheckpointRow]:
        """All that came from `first`, itself too; only by these sources where some are named."""
        waiting, seen = [first], {first.checkpoint_id}
        while waiting:
            row = waiting.pop()
            yield row
            for child in self.children.get(row.checkpoint_id, ()):
                if child.checkpoint_id not in seen and (not sources or child.metadata.get("source") in sources):
                    seen.add(child.checkpoint_id)
                    waiting.append(child)

    def end_of_run(self, first: CheckpointRow) -> datetime | None:
        """When the run that began with `first` made its last checkpoint."""
        turn = newest_input(first)
        times = [self.time(row) for row in self.branch(first, ("loop",)) if newest_input(row) == turn]
        return max((at for at in times if at is not None), default=None)

    def host(self, row: CheckpointRow) -> str:
        """Which host put it; "" where the metadata names none."""
        return first_text(row.metadata, self.host_keys)

    def time(self, row: CheckpointRow) -> datetime | None:
        """By the clock of the worker that made it."""
        return time_of(row.checkpoint_id) or parse_time(row.ts)


def hosts_of(hosts: Iterable[str]) -> tuple[str, ...]:
    """Those that have a name, each once."""
    return tuple(sorted({host for host in hosts if host}))


def newest_input(row: CheckpointRow) -> str | None:
    """The input that it belongs to; None before any."""
    return max(input_versions(row), key=version_order, default=None)
