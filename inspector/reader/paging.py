"""Where a page of a namespace lies, told from either end or around one checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, replace

from inspector.stores.base import CheckpointStore, Cut, ReadBudget


@dataclass(frozen=True, slots=True)
class At:
    """The newest checkpoints, or those older than `before`, or those next newer than `after` (after "" the oldest), or
    those `around` one. At most one of them is given."""

    before: str | None = None
    after: str | None = None
    around: str = ""

    def find_above(self, store: CheckpointStore, thread_id: str, checkpoint_ns: str, rows: int) -> str | None:
        """The id before which the page of so many checkpoints lies; None for the newest ones. Only ids are read."""
        where = (thread_id, checkpoint_ns)
        if self.around:
            newer = store.read_newer_ids(*where, self.around, rows=rows // 2 + 1)
            return newer[-1] if len(newer) > rows // 2 else None
        if self.after is not None:
            newer = store.read_newer_ids(*where, self.after, rows=rows + 1)
            return newer[-1] if len(newer) > rows else None
        return self.before

    def is_missed_by(self, cut: Cut) -> bool:
        """Whether a page ended, by its budget of bytes, above what it was to hold."""
        if self.around:
            return all(row.checkpoint_id > self.around for row in cut.rows)
        return self.after is not None and cut.beyond > self.after


NEWEST = At()


def read_page(
    store: CheckpointStore, thread_id: str, checkpoint_ns: str, at: At, budget: ReadBudget
) -> tuple[str | None, Cut]:
    """The checkpoints there, and the id that they are older than. Where their bytes end the page above what it was to
    hold, it is read again, shorter."""
    rows = budget.rows
    while True:
        above = at.find_above(store, thread_id, checkpoint_ns, rows)
        cut = store.read_checkpoints(thread_id, checkpoint_ns, before=above, budget=replace(budget, rows=rows))
        if rows <= 1 or not at.is_missed_by(cut):
            return above, cut
        rows = max(1, min(len(cut.rows), rows - 1))
