"""Finding a text in all steps of a thread, from the newest to the oldest, within a budget and without losing a hit.

A text is told once: at the step that brought it, which is the one whose parent does not hold it. So each step needs
its parent only, a search can stop behind any step, and another one can go on from there.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import TypeAlias

from inspector.decode import Sight, see_json
from inspector.domain.channels import ERROR, INTERRUPT, NULL_TASK_ID, RESUME, START, is_internal
from inspector.domain.find import Found, Known, Needle, added, by_text, path_text, search
from inspector.domain.tasks import node_of_task_path
from inspector.domain.value import Value
from inspector.errors import NotAllowed
from inspector.reader.bodies import present
from inspector.reader.hits import Also, FindBudget, Hit, Stretch, Unread
from inspector.reader.searched import WHOLE, Bodies, Body
from inspector.stores.base import CheckpointRow, CheckpointStore, ReadBudget, WriteRow

#: Steps that are read at a time, without their values, and at first: a store may have to read past large values.
_PAGE, _FIRST = ReadBudget(rows=100, bytes=4_000_000), 8
#: Pending writes of one step.
_WRITES = ReadBudget(rows=5_000, bytes=32_000_000)
#: Metadata that says where a step stands, and is shown beside every hit.
_OF_A_STEP = frozenset({"step", "source"})
_CLOSED = "A step's document cannot be looked into, as when the saver encrypts it whole."
#: What is looked for in ids has at least so many characters: ids hold any short run of digits by chance.
_ID_LENGTH = 8
#: What stands around a match, with it.
Around: TypeAlias = tuple[str, str, str, bytes]
_KINDS = {ERROR: "error", INTERRUPT: "interrupt", RESUME: "resume"}


def refuse_shape(sight: Sight) -> None:
    """Where a text is found, and how often, tells what is said there. Raises `NotAllowed` for who may not see that."""
    if sight.shape:
        hint = "Whoever runs the dashboard can give you the role that sees content."
        raise NotAllowed("Your role does not see values, so no text can be found in them.", hint)


@dataclass(slots=True)
class _Told:
    """A hit that may yet learn where its text came from."""

    hit: Hit


@dataclass(frozen=True, slots=True)
class _Place:
    """A step with its parent, as far as that is stored, and the id of the next older step, "" at the oldest."""

    row: CheckpointRow
    parent: CheckpointRow | None
    beyond: str
    channels: tuple[str, ...]  #: those that the parent does not hold in the same version
    writes: Sequence[WriteRow]


@dataclass(slots=True)
class Finder:
    """Searches one namespace of a thread."""

    store: CheckpointStore
    sight: Sight
    needle: Needle
    thread_id: str
    checkpoint_ns: str
    clock: Callable[[], float] = time.monotonic
    _bodies: Bodies = field(init=False)
    _unread: dict[str, Unread] = field(default_factory=dict)
    #: What steps that were searched hold, by their parents, which have not been, and by what stands around it.
    _waiting: dict[str, defaultdict[Around, list[_Told]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        refuse_shape(self.sight)
        self._bodies = Bodies(self.store, self.sight, self.needle)

    def find(self, *, before: str = "", skip: int = 0, budget: FindBudget | None = None) -> Stretch:
        """The hits of the steps older than `before` but for the first `skip` ones, newest first."""
        budget = budget or FindBudget()
        until = self.clock() + budget.seconds
        told: list[_Told] = []
        first = last = None
        above = before
        self._look_above(before)
        for place in self._places(before):
            row = place.row
            first, last = first or row, row
            room = budget.hits - len(told)
            hits = list(islice(self._step(place), skip, skip + room + 1))
            told += hits[:room]
            if len(hits) > room:  # the rest of this step's is told by the search that goes on
                return self._stretch(told, first, last, above or f"{row.checkpoint_id}0", skip + room)
            skip, above = 0, row.checkpoint_id
            is_spent = self._bodies.spent > budget.bytes or self.clock() >= until or len(told) >= budget.hits
            if place.beyond and is_spent:
                return self._stretch(told, first, last, above, 0)
        return self._stretch(told, first, last, "", 0)

    def _stretch(
        self, told: Sequence[_Told], first: CheckpointRow | None, last: CheckpointRow | None, before: str, skip: int
    ) -> Stretch:
        hits = self._with_stay([one.hit for one in told])
        return Stretch(hits, tuple(self._unread.values()), first, last, before, skip, self._bodies.spent)

    def _look_above(self, before: str) -> None:
        """What the step above brought in is told already: what its parent wrote of it is no news."""
        row = self._read(before) if before else None
        parent = self._read(row.parent_checkpoint_id or "") if row is not None else None
        if row is None or parent is None:
            return
        self._bodies.weigh([row, parent])
        for _ in self._step(_Place(row, parent, "", self._differing(row, parent), ())):
            pass
        self._unread.clear()

    def _places(self, before: str) -> Iterator[_Place]:
        """The steps older than `before`, newest first, read in parts."""
        known: dict[str, CheckpointRow | None] = {}
        size = _FIRST
        while True:
            budget = replace(_PAGE, rows=size)
            size = min(2 * size, _PAGE.rows)
            cut = self.store.read_checkpoints(self.thread_id, self.checkpoint_ns, before=before or None, budget=budget)
            known.update((row.checkpoint_id, row) for row in cut.rows)
            for parent_id in dict.fromkeys(row.parent_checkpoint_id or "" for row in cut.rows):
                if parent_id and parent_id not in known:
                    known[parent_id] = self._read(parent_id)
            yield from self._in_parts(cut.rows, known, cut.beyond)
            if not cut.beyond or not cut.rows:
                return
            before = cut.rows[-1].checkpoint_id
            known = {name: row for name, row in known.items() if name <= before}

    def _in_parts(
        self, rows: Sequence[CheckpointRow], known: Mapping[str, CheckpointRow | None], beyond: str
    ) -> Iterator[_Place]:
        """As many steps at a time as their values may take together."""
        parents = {row.checkpoint_id: known.get(row.parent_checkpoint_id or "") for row in rows}
        self._bodies.weigh([*rows, *(parent for parent in parents.values() if parent is not None)])
        wanted = {row.checkpoint_id: self._differing(row, parents[row.checkpoint_id]) for row in rows}
        place = 0
        while place < len(rows):
            part = rows[place : place + max(1, self._bodies.prepare(rows[place:], wanted))]
            writes = self._read_writes([row.checkpoint_id for row in part])
            for row in part:
                place += 1
                older = rows[place].checkpoint_id if place < len(rows) else beyond
                own = writes.get(row.checkpoint_id, ())
                yield _Place(row, parents[row.checkpoint_id], older, wanted[row.checkpoint_id], own)

    def _differing(self, row: CheckpointRow, parent: CheckpointRow | None) -> tuple[str, ...]:
        held = self._bodies.names(row)
        before = self._bodies.names(parent) if parent is not None else {}
        versions = parent.channel_versions if parent is not None else {}
        return tuple(
            name for name in held if name not in before or row.channel_versions.get(name) != versions.get(name)
        )

    def _step(self, place: _Place) -> Iterator[_Told]:
        """What one step brought: its own id, its state, its metadata and what its tasks left behind."""
        row = place.row
        unknown = bool(row.parent_checkpoint_id) and place.parent is None
        if not row.channel_versions and not row.ts:
            self._note([_CLOSED], row, "")
        children = self._waiting.pop(row.checkpoint_id, defaultdict(list))
        above = self._waiting.setdefault(row.parent_checkpoint_id or "", defaultdict(list))
        for hit in chain(self._own_id(row), self._values(place), self._metadata(place), self._writes(place)):
            if _joins(hit, children):
                continue
            told = _Told(replace(hit, unknown_origin=True) if unknown else hit)
            if hit.kind == "value" and row.parent_checkpoint_id:
                above[hit.found.around].append(told)
            yield told

    def _own_id(self, row: CheckpointRow) -> Iterator[Hit]:
        if len(self.needle.text) >= _ID_LENGTH and self.needle.places(row.checkpoint_id):
            yield from self._hits(row, "id", "", search(row.checkpoint_id, self.needle, "checkpoint_id").found)

    def _values(self, place: _Place) -> Iterator[Hit]:
        row, parent = place.row, place.parent
        loaded = self._bodies.load(row, place.channels)
        for channel in sorted(loaded, key=lambda name: (is_internal(name), name)):
            body = loaded[channel]
            if body.around is not None and not body.around:
                continue
            if parent is not None and self._same(body, parent, channel):
                continue
            found = self._bodies.search(body)
            self._note(found.unread, row, channel)
            before = self._bodies.before(parent, channel) if parent is not None and found.texts else None
            yield from self._hits(row, "input" if channel == START else "value", channel, added(before, found))

    def _same(self, body: Body, parent: CheckpointRow, channel: str) -> bool:
        """Whether the bytes say already that the parent holds every match."""
        if body.around is None or channel not in self._bodies.names(parent):
            return False
        older = self._bodies.load(parent, [channel]).get(channel)
        return older is not None and older.around is not None and body.around <= older.around

    def _metadata(self, place: _Place) -> Iterator[Hit]:
        new, old = (_labels(row, self.sight) for row in (place.row, place.parent))
        if new != old:
            before, after = (search(labels, self.needle, "metadata") for labels in (old, new))
            yield from self._hits(place.row, "metadata", "", added(before, after))

    def _writes(self, place: _Place) -> Iterator[Hit]:
        answers = {write.blob for write in place.writes if write.channel == RESUME and write.task_id != NULL_TASK_ID}
        for write in place.writes:
            if write.channel == RESUME and write.task_id == NULL_TASK_ID and _holds(answers, write.blob):
                continue  # the same answer, before it was known whose it is
            body = self._bodies.test(write.channel, write.type, write.blob)
            found = self._bodies.search(body)
            self._note(found.unread, place.row, write.channel)
            for hit in self._hits(place.row, _KINDS.get(write.channel, "write"), write.channel, found.found):
                yield replace(hit, node=node_of_task_path(write.task_path), task_id=write.task_id)

    def _hits(self, row: CheckpointRow, kind: str, channel: str, found: Iterable[Found]) -> Iterator[Hit]:
        for first, times in by_text(found):
            yield Hit(row, kind, channel, path_text(first.path), first, times)

    def _note(self, reasons: Iterable[str], row: CheckpointRow, channel: str) -> None:
        for reason in reasons:
            known = self._unread.get(reason)
            self._unread[reason] = replace(known, times=known.times + 1) if known else Unread(reason, row, channel)

    def _with_stay(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """With whether the newest step holds the text still."""
        if not any(hit.kind == "value" for hit in hits):
            return tuple(hits)
        where = (self.thread_id, self.checkpoint_ns)
        newest = next(iter(self.store.read_checkpoints(*where, budget=ReadBudget(rows=1)).rows), None)
        if newest is None:
            return tuple(hits)
        self._bodies.weigh([newest])
        held: dict[str, Known] = {}
        return tuple(replace(hit, stays=self._stays(hit, newest, held)) if hit.kind == "value" else hit for hit in hits)

    def _stays(self, hit: Hit, newest: CheckpointRow, held: dict[str, Known]) -> bool | None:
        if newest.checkpoint_id == hit.row.checkpoint_id:
            return None
        if newest.channel_versions.get(hit.channel) == hit.row.channel_versions.get(hit.channel):
            return True
        if hit.channel not in held:
            found = self._bodies.before(newest, hit.channel)
            held[hit.channel] = Known(found.found if found is not None else ())
        return held[hit.channel].holds(hit.found)

    def _read(self, checkpoint_id: str) -> CheckpointRow | None:
        if not checkpoint_id:
            return None
        return self.store.read_checkpoint(self.thread_id, self.checkpoint_ns, checkpoint_id)

    def _read_writes(self, ids: Sequence[str]) -> dict[str, list[WriteRow]]:
        """By checkpoint_id. Where they are too many for one read, each step's by itself."""
        found = self.store.read_writes(self.thread_id, self.checkpoint_ns, ids, budget=_WRITES)
        if len(ids) > 1 and (len(found) >= _WRITES.rows or sum(write.size_bytes for write in found) > _WRITES.bytes):
            return {name: self._read_writes([name])[name] for name in ids}
        if len(found) >= _WRITES.rows and (row := self._read(ids[0])) is not None:
            self._note([f"More than {_WRITES.rows:,} writes are pending at one step; the first are read."], row, "")
        kept: dict[str, list[WriteRow]] = {name: [] for name in ids}
        for write in found:
            kept[write.checkpoint_id].append(write)
        return kept


def _holds(lists: Iterable[bytes | None], blob: bytes | None) -> bool:
    """Whether one of these stored values holds this one: a task keeps its answers in a list."""
    return any(blob and one is not None and blob in one for one in lists)


def _labels(row: CheckpointRow | None, sight: Sight) -> Value:
    """Metadata without what every step has of its own. Secrets cannot be found out by searching for them."""
    kept = {key: value for key, value in row.metadata.items() if key not in _OF_A_STEP} if row is not None else {}
    return present(see_json(sight.see_metadata(kept), sight=sight, budget=WHOLE).value)


def _joins(hit: Hit, children: Mapping[Around, Sequence[_Told]]) -> bool:
    """Whether a child's hit is the same text on its further way, which then says where it came from."""
    if hit.kind not in ("input", "write"):
        return False
    same = [one for one in children.get(hit.found.around, ()) if hit.kind == "input" or one.hit.channel == hit.channel]
    for one in same:
        also = Also(hit.kind, hit.row.checkpoint_id, hit.step, hit.node)
        one.hit = replace(one.hit, also=(*one.hit.also, also))
    return bool(same)
