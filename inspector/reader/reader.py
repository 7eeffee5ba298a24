"""What pages and commands ask: a thread's history, one checkpoint's state, its writes and its tasks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from inspector.decode import DEFAULT_BUDGET, FULL, Budget, Sight
from inspector.domain.channels import START
from inspector.domain.checkpoint import Checkpoint, PendingWrite, Task
from inspector.domain.outline import Outline
from inspector.domain.tasks import learn_starters, learn_triggers
from inspector.domain.thread import ChannelState, Namespace, ThreadHistory
from inspector.errors import NotFound
from inspector.reader.bodies import Bodies
from inspector.reader.history import build_history
from inspector.reader.inputs import InputMemory
from inspector.reader.marks import StepMarks, read_marks
from inspector.reader.outline import OutlineMemory
from inspector.reader.paging import NEWEST, At, read_page
from inspector.reader.pairs import PairSide, States, read_pair
from inspector.reader.standing import make_head, read_head
from inspector.reader.state import StateReader
from inspector.reader.summary import ThreadSummary, stand, summarize
from inspector.reader.tasks import build_inner_tasks, build_tasks, build_writes
from inspector.reader.weights import WeighedHistory, sum_writes, taken_up, tell_why, weigh
from inspector.stores.base import CheckpointRow, CheckpointStore, Cut, Place, ReadBudget, ThreadRow, WriteRow
from inspector.stores.calls import CallRow
from inspector.stores.followed import FollowedStore
from inspector.stores.watched import watched

#: Checkpoints of one namespace that are read to draw its history.
HISTORY = ReadBudget(rows=1_000, bytes=16_000_000)
#: Checkpoints of subgraphs that are looked at to tell their calls.
CALLED = 2_000
_PARENTS = 20  #: beyond a cut there is one, and one more for each fork of older checkpoints
#: Pending writes of one checkpoint. Whoever shows as many says that there may be more.
WRITES = ReadBudget(rows=5_000, bytes=4_000_000)
#: Those of a whole history, of which only the sizes are read.
WEIGHED_WRITES = ReadBudget(rows=20_000)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one store. Those named keys are of metadata; `sight` says what of its values may be seen."""

    store: CheckpointStore
    host_keys: tuple[str, ...] = ()
    owner_keys: tuple[str, ...] = ()
    sight: Sight = FULL
    graph_keys: tuple[str, ...] = ()
    inputs: InputMemory = field(default_factory=InputMemory, repr=False, compare=False)
    outlines: OutlineMemory = field(default_factory=OutlineMemory, repr=False, compare=False)

    def shaped(self) -> Reader:
        """The same for eyes that may see the shape of values only. It remembers nothing that this one has read."""
        return replace(self, sight=self.sight.shaped(), inputs=InputMemory(), outlines=OutlineMemory())

    def of_everybody(self) -> Reader:
        """The same for what is kept and told to all viewers (see `Sight.of_everybody`). What it reads stays with it."""
        sight = self.sight.of_everybody()
        if sight == self.sight:
            return self
        return replace(self, sight=sight, inputs=InputMemory(), outlines=OutlineMemory())

    def watched(self) -> Reader:
        """The same for a person, whose reads of content are written down (see `stores.watched`)."""
        return replace(self, store=watched(self.store))

    def read_summaries(self, thread_ids: Sequence[str]) -> list[ThreadSummary]:
        """What the index keeps of each thread that exists."""
        found = self.store.read_threads(thread_ids, host_keys=self.host_keys)
        return [self._summarize(row) for row in found]

    def scan_summaries(self, store: FollowedStore, after: str, *, checkpoints: int) -> tuple[list[ThreadSummary], str]:
        """The same of the threads after `after` in the store's order, and where to go on (see `Scan`)."""
        scan = store.scan_threads(after, checkpoints=checkpoints, host_keys=self.host_keys)
        return [self._summarize(row) for row in scan.threads], scan.last

    def _summarize(self, row: ThreadRow) -> ThreadSummary:
        return summarize(row, owner_keys=self.owner_keys, graph_keys=self.graph_keys, sight=self.sight)

    def read_standing(self, thread_id: str) -> tuple[str, tuple[str, ...]]:
        """A thread's state and next nodes, as its summary has them, by its newest root checkpoint alone."""
        return stand(read_head(self.store, thread_id), self.sight)

    def read_due(self, row: CheckpointRow, writes: Iterable[WriteRow]) -> tuple[str, ...]:
        """The next nodes of a thread whose newest root checkpoint, with the writes there, has been read."""
        return stand(make_head(self.store, row, writes), self.sight)[1]

    def read_namespaces(self, thread_id: str) -> tuple[Namespace, ...]:
        """The root and the newest subgraphs of a thread, with their numbers of checkpoints; none of an unknown one."""
        return tuple(
            Namespace(row.checkpoint_ns, row.checkpoints, row.last_checkpoint_id, row.first_checkpoint_id)
            for row in self.store.read_namespaces(thread_id)
        )

    def read_history(
        self,
        thread_id: str,
        checkpoint_ns: str = "",
        *,
        at: At = NEWEST,
        budget: ReadBudget = HISTORY,
        namespaces: tuple[Namespace, ...] | None = None,
    ) -> ThreadHistory:
        """A page of one namespace of a thread. `namespaces` are the thread's, where they have been read. Raises
        `NotFound` when the thread has no checkpoint at all."""
        return self._read_page(thread_id, checkpoint_ns, at, budget, namespaces)[0]

    def read_weighed(
        self,
        thread_id: str,
        checkpoint_ns: str = "",
        *,
        at: At = NEWEST,
        budget: ReadBudget = HISTORY,
        namespaces: tuple[Namespace, ...] | None = None,
    ) -> WeighedHistory:
        """The same with the sizes of all values and writes, of which none is read."""
        history, found = self._read_page(thread_id, checkpoint_ns, at, budget, namespaces)
        ids = [item.checkpoint_id for item in history.checkpoints]
        rows = [found.known[name] for name in ids]
        writes = self.store.read_writes(thread_id, checkpoint_ns, ids, bodies=False, budget=WEIGHED_WRITES)
        again = tell_why(taken_up(rows, found.known), writes)
        sums = sum_writes(writes, limit=WEIGHED_WRITES.rows)
        return WeighedHistory(history, weigh(rows, history.checkpoints, found.bodies), again, sums)

    def _read_page(
        self,
        thread_id: str,
        checkpoint_ns: str,
        at: At,
        budget: ReadBudget,
        namespaces: tuple[Namespace, ...] | None,
    ) -> tuple[ThreadHistory, _Found]:
        if namespaces is None:
            namespaces = self.read_namespaces(thread_id)
        if not namespaces:
            raise NotFound.thread()
        where = (thread_id, checkpoint_ns)
        before, cut = read_page(self.store, *where, at, budget)
        ids = [row.checkpoint_id for row in cut.rows]
        newer = self.store.read_newer_ids(*where, ids[0], rows=1) if before is not None and ids else []
        newest = self.store.read_checkpoints(*where, budget=ReadBudget(rows=1)).rows if newer else ()
        above = newer[0] if newer else ""
        place = self.store.read_place(*where, ids[0]) if above or cut.truncated else Place(len(ids) - 1, 0)
        found = self._find(cut, newest)
        history = ThreadHistory(
            *where,
            namespaces=namespaces,
            checkpoints=found.checkpoints,
            truncated=cut.truncated,
            beyond=cut.beyond,
            above=above,
            newer=place.newer if ids else _count_of(checkpoint_ns, namespaces),
            older=max(0, place.older - len(ids) + 1),
        )
        return history, found

    def read_outline(self, thread_id: str, checkpoint_ns: str = "") -> Outline:
        """Who wrote each of the newest checkpoints of a namespace, when and in which turn; from memory where that
        holds."""
        where = (thread_id, checkpoint_ns)
        return self.outlines.read(self.store, self.inputs, *where, host_keys=self.host_keys, sight=self.sight)

    def read_checkpoint(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> Checkpoint | None:
        """One checkpoint by itself, as for a history that was cut."""
        row = self.store.read_checkpoint(thread_id, checkpoint_ns, checkpoint_id)
        return self._find(Cut((row,), truncated=True)).checkpoints[0] if row is not None else None

    def build_checkpoints(self, rows: Sequence[CheckpointRow]) -> tuple[Checkpoint, ...]:
        """Rows of one namespace, newest first, as checkpoints. Where others lie between them, turns may be told too
        low."""
        return self._find(Cut(tuple(rows), truncated=True)).checkpoints if rows else ()

    def read_state(
        self,
        checkpoint: Checkpoint,
        *,
        load: Collection[str] = (),
        only: Collection[str] | None = None,
        budget: Budget = DEFAULT_BUDGET,
    ) -> tuple[ChannelState, ...]:
        """The channels of a checkpoint. Bodies too large to be read unasked stay in the store unless `load` names their
        channel; `only` limits the read to some channels, `budget` what is decoded of each. Raises `NotFound` when the
        checkpoint is gone."""
        return StateReader(self.store, self.sight, budget).read(self._row(checkpoint), load=load, only=only)

    def read_changed(
        self, before: Checkpoint | None, after: Checkpoint, only: Collection[str], *, load: Collection[str] = ()
    ) -> States:
        """The channels `only` of two checkpoints of this store, to be compared: their values may hold `Deferred` parts.
        Larger bodies are read than a state shows. Raises `NotFound` when a checkpoint is gone."""
        return read_pair(self.pair_side(before), self.pair_side(after), only, load)

    def pair_side(self, checkpoint: Checkpoint | None) -> PairSide:
        """One side of a comparison, as `reader.pairs` takes it. Raises `NotFound` when the checkpoint is gone."""
        return PairSide(self.store, self._row(checkpoint) if checkpoint is not None else None, self.sight)

    def _row(self, checkpoint: Checkpoint) -> CheckpointRow:
        row = self.store.read_checkpoint(checkpoint.thread_id, checkpoint.checkpoint_ns, checkpoint.checkpoint_id)
        if row is None:
            raise NotFound("This checkpoint is no longer stored.", "It was pruned, or its thread was deleted.")
        return row

    def read_writes(self, checkpoint: Checkpoint) -> tuple[PendingWrite, ...]:
        """The pending writes of a checkpoint in LangGraph's order."""
        rows = self.store.read_writes(
            checkpoint.thread_id, checkpoint.checkpoint_ns, [checkpoint.checkpoint_id], budget=WRITES
        )
        return build_writes(rows, checkpoint.next, sight=self.sight)

    def read_control_writes(
        self, thread_id: str, checkpoint_ns: str, checkpoint_id: str, channel: str
    ) -> tuple[PendingWrite, ...]:
        """The marks of one kind that the tasks of a checkpoint left; none of a checkpoint that is not stored."""
        where = (thread_id, checkpoint_ns, [checkpoint_id])
        return build_writes(self.store.read_writes(*where, channels=[channel], budget=WRITES), (), sight=self.sight)

    def read_tasks(self, checkpoint: Checkpoint, writes: Sequence[PendingWrite]) -> tuple[Task, ...]:
        """The tasks due after a checkpoint, with the errors and interrupts that its writes hold."""
        return build_tasks(checkpoint.next, writes)

    def read_inner_tasks(self, tasks: Sequence[Task], writes: Sequence[PendingWrite]) -> tuple[Task, ...]:
        """Tasks that the nodes of `tasks` called by themselves, as a functional entrypoint does."""
        return build_inner_tasks(tasks, writes)

    def read_marks(self, checkpoints: Sequence[Checkpoint]) -> Mapping[str, StepMarks]:
        """What the tasks after these checkpoints of one namespace left, in one read without bodies."""
        return read_marks(self.store, checkpoints)

    def read_calls(self, thread_id: str, namespaces: Sequence[str]) -> list[CallRow]:
        """The calls of these subgraphs, as far as their newest checkpoints tell."""
        rows, keys = CALLED, self.host_keys
        return self.store.read_calls(thread_id, namespaces, rows=rows, host_keys=keys) if namespaces else []

    def _find(self, cut: Cut, newest: Sequence[CheckpointRow] = ()) -> _Found:
        """Rows, newest first, with what lies beyond the cut: their parents there, and the inputs before the oldest. The
        `newest` one of the namespace, where it is not among them, knows of nodes that had not run yet."""
        rows = cut.rows
        known = {row.checkpoint_id: row for row in rows}
        oldest = rows[-1] if rows else None
        earlier: list[str] = []
        if oldest is not None and cut.truncated:
            where = (oldest.thread_id, oldest.checkpoint_ns)
            earlier = self.inputs.read(self.store, *where, before=oldest.checkpoint_id)
        missing = dict.fromkeys(row.parent_checkpoint_id or "" for row in reversed(rows))
        for parent_id in [name for name in missing if name and name not in known][:_PARENTS]:
            parent = self.store.read_checkpoint(rows[0].thread_id, rows[0].checkpoint_ns, parent_id)
            if parent is not None:
                known[parent_id] = parent
        bodies = Bodies.read(self.store, list(known.values()), self.sight)
        triggers = self._triggers(rows, bodies, newest)
        built = build_history(rows, known, bodies, triggers=triggers, host_keys=self.host_keys, earlier_inputs=earlier)
        return _Found(built, known, bodies)

    def _triggers(
        self, rows: Sequence[CheckpointRow], bodies: Bodies, newest: Sequence[CheckpointRow]
    ) -> dict[str, frozenset[str]]:
        """What the rows tell of every node's triggers, and where nobody has taken an input yet, what its writes
        tell."""
        triggers = learn_triggers(row.versions_seen for row in (*rows, *newest))
        if any(START in channels for channels in triggers.values()):
            return triggers
        waiting = [row for row in rows if START in bodies.values_at(row)]
        ids = [row.checkpoint_id for row in waiting]
        where = (rows[0].thread_id, rows[0].checkpoint_ns) if rows else ("", "")
        writes = self.store.read_writes(*where, ids, bodies=False, budget=WRITES)
        return {**triggers, **learn_starters(write.task_path for write in writes)}


@dataclass(frozen=True, slots=True)
class _Found:
    """A page's checkpoints, and what they were made of: their rows and parents by id, and the sizes of bodies."""

    checkpoints: tuple[Checkpoint, ...]
    known: Mapping[str, CheckpointRow]
    bodies: Bodies


def _count_of(checkpoint_ns: str, namespaces: Sequence[Namespace]) -> int:
    return next((item.checkpoints for item in namespaces if item.checkpoint_ns == checkpoint_ns), 0)
