"""One branch of a namespace: a checkpoint with its ancestors, and their documents as they are needed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from inspector.domain.lineage import Parents, children_of, is_whole, line_of, newest_through
from inspector.stores.base import CheckpointRow, CheckpointStore, ReadBudget

#: Checkpoints of a namespace whose parents are looked at, the newest ones.
OUTLINED = 5_000
#: Documents that are read to follow one branch, their bytes, and how many at once.
_ROWS = 2_000
_BYTES = 24_000_000
_FIRST_PAGE, _PAGE = 60, 250


@dataclass(slots=True)
class Allowance:
    """What is left of a page's bytes and seconds. What is asked for first is always granted."""

    bytes: int
    seconds: float
    _until: float = field(init=False)
    _asked: bool = False

    def __post_init__(self) -> None:
        self._until = time.monotonic() + self.seconds

    def in_time(self) -> bool:
        return time.monotonic() < self._until

    def take(self, size: int) -> bool:
        """Whether so many bytes may be read."""
        if self._asked and (size > self.bytes or not self.in_time()):
            return False
        self._asked = True
        self.bytes -= size
        return True


@dataclass(frozen=True, slots=True)
class Branch:
    """`line` is a checkpoint and its ancestors, newest first; `whole` when it goes up to the first of them. `forks` are
    the children of each that belong to other branches, `steps` the steps of all that are known."""

    thread_id: str
    checkpoint_ns: str
    line: tuple[str, ...]
    whole: bool
    forks: Mapping[str, tuple[str, ...]]
    steps: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Kin:
    """The newest checkpoints of a namespace, newest first: their parents and steps. `whole` when it holds no others."""

    parents: Parents
    steps: Mapping[str, int | None]
    whole: bool


def read_kin(store: CheckpointStore, thread_id: str, checkpoint_ns: str) -> Kin:
    """The newest `OUTLINED` checkpoints of a namespace."""
    rows = store.read_outline(thread_id, checkpoint_ns, rows=OUTLINED + 1, host_keys=())
    found = rows[:OUTLINED]
    return Kin(
        parents={row.checkpoint_id: row.parent_checkpoint_id for row in found},
        steps={row.checkpoint_id: row.step for row in found},
        whole=len(rows) <= OUTLINED,
    )


def read_branch(
    store: CheckpointStore, thread_id: str, checkpoint_ns: str, *, end: str = "", through: str = ""
) -> Branch | None:
    """The branch that ends at a checkpoint, or at the newest one that goes on from `through`, or at the newest of all.
    None where the named one is not among the newest `OUTLINED`."""
    kin = read_kin(store, thread_id, checkpoint_ns)
    parents = kin.parents
    end = end or (newest_through(parents, through) if through else next(iter(parents), ""))
    line = line_of(parents, end)
    if not line:
        return None
    on_line = set(line)
    forks = {
        parent_id: others
        for parent_id, children in children_of(parents).items()
        if parent_id in on_line and (others := tuple(child for child in children if child not in on_line))
    }
    return Branch(thread_id, checkpoint_ns, tuple(line), is_whole(parents, line), forks, kin.steps)


@dataclass(slots=True)
class Documents:
    """The documents of a branch's checkpoints, read by the page in one direction, within a budget."""

    store: CheckpointStore
    branch: Branch
    upwards: bool  #: from older to newer ones
    in_time: Callable[[], bool]
    rows_left: int = _ROWS
    bytes_left: int = _BYTES
    owed: int = 2  #: documents that are read whatever they take: a page that shows no step leads nowhere
    _held: dict[str, CheckpointRow] = field(default_factory=dict)
    _page: int = _FIRST_PAGE

    def read(self, checkpoint_id: str) -> CheckpointRow | None:
        """None where it is gone, or where the budget is spent (`spent` tells)."""
        if checkpoint_id not in self._held and (self.owed > 0 or not self.spent):
            self._read_page(checkpoint_id)
        self.owed -= 1
        return self._held.get(checkpoint_id)

    @property
    def spent(self) -> bool:
        return self.rows_left <= 0 or self.bytes_left <= 0 or not self.in_time()

    def _read_page(self, checkpoint_id: str) -> None:
        where = (self.branch.thread_id, self.branch.checkpoint_ns)
        newer = self.store.read_newer_ids(*where, checkpoint_id, rows=self._page if self.upwards else 1)
        full = len(newer) == self._page if self.upwards else bool(newer)
        left = max(1, min(4_000_000, self.bytes_left))
        budget = ReadBudget(rows=min(self._page, max(1, self.rows_left)), bytes=left)
        rows = self.store.read_checkpoints(*where, before=newer[-1] if full else None, budget=budget).rows
        self._page = _PAGE
        if all(row.checkpoint_id != checkpoint_id for row in rows):  # its bytes ended the page above it
            self._page = max(1, len(rows))
            row = self.store.read_checkpoint(*where, checkpoint_id)
            rows = (*rows, row) if row is not None else rows
        self.rows_left -= max(1, len(rows))
        self.bytes_left -= sum(row.size_bytes for row in rows)
        self._held.update((row.checkpoint_id, row) for row in rows)
