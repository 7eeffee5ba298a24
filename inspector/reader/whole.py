"""A whole thread, part by part: every checkpoint of every namespace, then every value once. One page of checkpoints and
one value at a time are in memory, beside the names of the values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from inspector.decode import Budget, Decoded, Sight
from inspector.domain.delta import delta_channels, snapshot_value
from inspector.domain.value import Absent, Binary, CutText, Omitted, Pairs, Tagged, Value
from inspector.reader.bodies import decode_body, present
from inspector.reader.shelf import Name, Shelf
from inspector.stores.base import ChannelBody, CheckpointRow, CheckpointStore, ReadBudget, WriteRow

#: A larger value is named in the file and not in it, bytes.
LARGEST = 64_000_000
FULL = Budget(max_bytes=LARGEST, max_nodes=8_000_000, max_text=LARGEST, max_binary=LARGEST, seconds=60.0)
_PAGE = ReadBudget(rows=100, bytes=4_000_000)
_ONE = ReadBudget(bytes=LARGEST)
#: Pending writes of one checkpoint.
WRITES = ReadBudget(rows=20_000, bytes=LARGEST)


@dataclass(frozen=True, slots=True)
class Step:
    """A checkpoint. `state` are the numbers of its values by channel; `deferred` are the channels whose values
    LangGraph left out, to be put together from writes."""

    row: CheckpointRow
    state: dict[str, int]
    deferred: tuple[str, ...]
    writes: tuple[tuple[WriteRow, Decoded], ...]
    writes_cut: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """One value, which the steps that name its number share. `decoded` is None where it is gone from the store."""

    number: int
    checkpoint_ns: str
    channel: str
    version: str
    type: str
    size_bytes: int
    decoded: Decoded | None

    @property
    def value(self) -> Value:
        return snapshot_value(present(self.decoded.value)) if self.decoded is not None else None


@dataclass(slots=True)
class WholeThread:
    """Read the steps of all namespaces first: `values` are those that they named."""

    store: CheckpointStore
    thread_id: str
    sight: Sight
    _numbers: dict[tuple[str, Name], int] = field(default_factory=dict)
    #: Where each value is read: by namespace and checkpoint its channels, with the numbers of their values.
    _places: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)

    def steps(self, checkpoint_ns: str) -> Iterator[Step]:
        """Newest first."""
        for rows, shelf in self._pages(checkpoint_ns):
            for row in rows:
                names = self._names(shelf, row)
                deferred = delta_channels(row.metadata, row.channel_versions, names)
                numbers = {channel: self._number(row, channel, name) for channel, name in names.items()}
                yield Step(row, numbers, tuple(deferred), *self._writes(row))

    def values(self, checkpoint_ns: str) -> Iterator[Stored]:
        """In no order. Every value that a step of the namespace named comes once."""
        for rows, shelf in self._pages(checkpoint_ns):
            for row in rows:
                wanted = self._places.pop((checkpoint_ns, row.checkpoint_id), {})
                names = shelf.names(row)
                bodies = self._bodies(shelf, row, [channel for channel in wanted if channel in names])
                for channel, number in wanted.items():
                    body = bodies.get(channel)
                    yield self._stored(number, row, body) if body is not None else _gone(number, row, channel)
        for name, checkpoint_id in [where for where in self._places if where[0] == checkpoint_ns]:
            for channel, number in self._places.pop((name, checkpoint_id)).items():
                yield Stored(number, name, channel, "", "", 0, None)

    def _number(self, row: CheckpointRow, channel: str, name: Name) -> int:
        known = self._numbers.get((row.checkpoint_ns, name))
        if known is None:
            known = self._numbers[row.checkpoint_ns, name] = len(self._numbers)
            self._places.setdefault((row.checkpoint_ns, row.checkpoint_id), {})[channel] = known
        return known

    def _names(self, shelf: Shelf, row: CheckpointRow) -> dict[str, Name]:
        """What tells a step's values from others. A document may keep another value under the same version: what a node
        changed in place, or what a saver lost when it stored it again."""
        names = shelf.names(row)
        own = [channel for channel in names if not shelf.shares(row, channel)]
        for channel, body in self._bodies(shelf, row, own).items():
            mark = row.checkpoint_id if body.blob is None else blake2b(body.blob, digest_size=16).hexdigest()
            names[channel] = (channel, body.version, mark)
        return names

    def _pages(self, checkpoint_ns: str) -> Iterator[tuple[tuple[CheckpointRow, ...], Shelf]]:
        before: str | None = None
        while True:
            cut = self.store.read_checkpoints(self.thread_id, checkpoint_ns, before=before, budget=_PAGE)
            shelf = Shelf(self.store)
            shelf.weigh(cut.rows)
            yield cut.rows, shelf
            if not cut.beyond or not cut.rows:
                return
            before = cut.rows[-1].checkpoint_id

    def _bodies(self, shelf: Shelf, row: CheckpointRow, channels: list[str]) -> dict[str, ChannelBody]:
        """Together where they fit into one read, else one by one."""
        if len(channels) > 1 and sum(shelf.size_of(row, channel) for channel in channels) > LARGEST:
            return {name: body for channel in channels for name, body in self._bodies(shelf, row, [channel]).items()}
        return {body.channel: body for body in shelf.read(row, channels, _ONE)} if channels else {}

    def _stored(self, number: int, row: CheckpointRow, body: ChannelBody) -> Stored:
        decoded = decode_body(body, self.sight, FULL)
        return Stored(number, row.checkpoint_ns, body.channel, body.version, body.type, body.size_bytes, decoded)

    def _writes(self, row: CheckpointRow) -> tuple[tuple[tuple[WriteRow, Decoded], ...], bool]:
        found = self.store.read_writes(row.thread_id, row.checkpoint_ns, [row.checkpoint_id], budget=WRITES)
        return tuple((write, self._decode_write(write)) for write in found), len(found) >= WRITES.rows

    def _decode_write(self, write: WriteRow) -> Decoded:
        body = ChannelBody(write.channel, "", write.type, write.size_bytes, write.blob)
        return decode_body(body, self.sight, FULL)


def _gone(number: int, row: CheckpointRow, channel: str) -> Stored:
    return Stored(number, row.checkpoint_ns, channel, str(row.channel_versions.get(channel, "")), "", 0, None)


def left_out(value: Value | Absent) -> tuple[str, ...]:
    """Why parts of a value are not in it, each reason once."""
    reasons: dict[str, None] = {}
    waiting: list[Value | Absent] = [value]
    while waiting:
        match item := waiting.pop():
            case Omitted(reason="not stored" | "hidden"):
                pass  # the saver itself left it out, or the viewer may not see it: the mark in its place says so
            case Omitted():
                reasons[item.detail or f"Left out: {item.reason}."] = None
            case CutText():
                reasons[f"A text of {item.size:,} characters is cut."] = None
            case Binary() if item.size > len(item.head):
                reasons[f"{item.size:,} bytes are cut."] = None
            case list():
                waiting += item
            case Tagged():
                waiting += item.fields.values()
            case dict():
                waiting += item.values()
            case Pairs():
                waiting += [part for pair in item.items for part in pair]
    return tuple(reasons)
