"""Values of channels as far as a search needs them: their bytes tested first, decoded only where these hold the text.

Each value is read once, however many checkpoints hold it: those around it in the history share its version.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inspector.decode import Budget, Sight, open_bytes, see_value
from inspector.decode.cipher import Closed
from inspector.domain.delta import COUNTERS, snapshot_value
from inspector.domain.find import Needle, Searched, search
from inspector.domain.find_bytes import RawTest
from inspector.domain.value import Absent, Value
from inspector.reader.bodies import ChannelKey, keys_of
from inspector.reader.delta import rebuild
from inspector.reader.shelf import Name, Shelf
from inspector.stores.base import ChannelBody, CheckpointRow, CheckpointStore, ReadBudget

#: A larger value is not looked into, bytes.
LARGEST = 32_000_000
#: Nothing of a value that is read is left out, or nearly.
WHOLE = Budget(max_bytes=LARGEST, max_nodes=4_000_000, max_text=LARGEST, max_binary=1, seconds=5.0)
#: Bytes of values that are kept to be compared with.
_KEPT = 48_000_000
#: Bytes of shared values that are read at a time.
_BATCH = 4_000_000
#: Values of which more than so many texts hold what is looked for, and how many of those are kept at hand.
_FEW, _LARGE = 1_000, 4


@dataclass(slots=True)
class Body:
    """One stored value. `around` are the surroundings of its matches as `RawTest` has them."""

    channel: str
    around: Counter[bytes] | None
    tag: str
    data: bytes
    unread: str = ""  #: why it was not looked into at all
    searched: Searched | None = None


@dataclass(slots=True)
class Bodies:
    """Reads the values of one namespace of a thread. `spent` counts their bytes."""

    store: CheckpointStore
    sight: Sight
    needle: Needle
    spent: int = 0
    _shelf: Shelf = field(init=False)
    _test: RawTest = field(init=False)
    _kept: OrderedDict[Name, Body] = field(default_factory=OrderedDict)
    _kept_bytes: int = 0
    _large: deque[Body] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._shelf = Shelf(self.store)
        self._test = RawTest(self.needle)

    def weigh(self, rows: Sequence[CheckpointRow]) -> None:
        self._shelf.weigh(rows)

    def names(self, row: CheckpointRow) -> dict[str, Name]:
        return self._shelf.names(row)

    def prepare(self, rows: Sequence[CheckpointRow], wanted: Mapping[str, Sequence[str]]) -> int:
        """Read, in one go, the shared values that the first of some checkpoints want (channels by checkpoint_id) and
        returns of how many; at least of one."""
        pairs: dict[ChannelKey, None] = {}
        sizes, planned, number = self._shelf.sizes, 0, 0
        for row in rows:
            asked = [pair for pair in keys_of(row) if pair[0] in wanted[row.checkpoint_id]]
            new = [pair for pair in asked if pair in sizes and pair not in self._kept and pair not in pairs]
            planned += sum(sizes[pair].size_bytes for pair in new)
            if number and planned > _BATCH:
                break
            pairs.update(dict.fromkeys(new))
            number += 1
        if pairs and rows:
            where = (rows[0].thread_id, rows[0].checkpoint_ns)
            for body in self.store.read_channels(*where, list(pairs), budget=ReadBudget(bytes=max(LARGEST, _BATCH))):
                self._keep((body.channel, body.version), body)
        return number

    def load(self, row: CheckpointRow, channels: Sequence[str]) -> dict[str, Body]:
        """These channels of a checkpoint, read where they are not at hand."""
        names = self.names(row)
        found = {channel: self._kept[names[channel]] for channel in channels if names[channel] in self._kept}
        missing = [channel for channel in channels if channel not in found]
        for body in self._shelf.read(row, missing, ReadBudget(bytes=LARGEST)):
            found[body.channel] = self._keep(names[body.channel], body)
        return found

    def _keep(self, name: Name, body: ChannelBody) -> Body:
        kept = self.test(body.channel, body.type, body.blob)
        self._kept[name] = kept
        self._kept_bytes += len(kept.data)
        while self._kept_bytes > _KEPT and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._kept_bytes -= len(gone.data)
        return kept

    def test(self, channel: str, tag: str, blob: bytes | None) -> Body:
        """A value by its bytes; what cannot hold the text is let go of at once."""
        self.spent += len(blob or b"")
        if blob is None:
            if tag in ("null", "empty"):
                return Body(channel, Counter(), tag, b"")
            return Body(channel, None, tag, b"", f"Values larger than {LARGEST // 1_000_000} MB are not read.")
        try:
            tag, data = open_bytes(tag, blob, sight=self.sight)
        except Closed as closed:
            return Body(channel, None, tag, b"", str(closed))
        if tag == "pickle":
            return Body(channel, None, tag, b"", "A pickle is a program; it is never run, so its texts are not read.")
        around = self._test.surroundings(tag, data)
        return Body(channel, around, tag, data if around is None or around else b"")

    def search(self, body: Body) -> Searched:
        """Its matches, decoded once."""
        if body.searched is None:
            if body.unread:
                body.searched = Searched(self.needle, (), (body.unread,))
            elif body.around is not None and not body.around:
                body.searched = Searched(self.needle)
            else:
                value = see_value(body.tag, body.data, sight=self.sight.of(body.channel), budget=WHOLE).value
                body.searched = self._without_hints(body, self.search_value(value, body.channel))
                self._forget_largest(body)
        return body.searched

    def _without_hints(self, body: Body, found: Searched) -> Searched:
        """Of bytes that hold the needle where the masked value does not, nothing is told, not even that parts were not
        read: who tries one letter after the other would read what is masked from that."""
        masks = self.sight.masks
        if found.texts or not found.unread or masks is None:
            return found
        return Searched(self.needle) if masks.may_hold(body.channel, body.tag, body.data) else found

    def _forget_largest(self, body: Body) -> None:
        """What a step and its parent hold is enough: texts of large values take much more room than their bytes."""
        if body.searched is not None and len(body.searched.texts) > _FEW:
            self._large.append(body)
            if len(self._large) > _LARGE:
                self._large.popleft().searched = None

    def search_value(self, value: Value | Absent, name: str) -> Searched:
        return Searched(self.needle) if isinstance(value, Absent) else search(snapshot_value(value), self.needle, name)

    def before(self, parent: CheckpointRow, channel: str) -> Searched | None:
        """What a channel holds of it at a parent, whose value LangGraph itself may have left out."""
        if channel in self.names(parent):
            loaded = self.load(parent, [channel]).get(channel)
            return self.search(loaded) if loaded is not None else None
        if _is_delta(parent, channel):
            return self.search_value(rebuild(self.store, parent, channel, self.sight).value, channel)
        return None


def _is_delta(row: CheckpointRow, channel: str) -> bool:
    counters = row.metadata.get(COUNTERS)
    return isinstance(counters, dict) and channel in counters and channel in row.channel_versions
