"""Following one message along a branch: the versions of its channel, and which of them hold it.

A value is decoded only where its bytes hold the id of the message. Each version is looked at once at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inspector.decode import DEFAULT_BUDGET
from inspector.domain.checkpoint import PendingWrite
from inspector.domain.delta import snapshot_value
from inspector.domain.following import Sighting, find_message, next_version, shared
from inspector.domain.messages import Message, as_message
from inspector.domain.value import Absent, Omitted, Tagged, Value
from inspector.reader.bodies import decode_body
from inspector.reader.branch import Allowance, Branch, Documents
from inspector.reader.channel_steps import size_at, version_at
from inspector.reader.state import StateReader
from inspector.stores.base import ChannelBody, CheckpointRow, CheckpointStore, ReadBudget

#: Bytes of values that one page looks through, versions, and the seconds that it may take.
_BYTES = 48_000_000
_LOOKS = 500
_SECONDS = 2.0
_ONE = ReadBudget(bytes=DEFAULT_BUDGET.max_bytes)


@dataclass(frozen=True, slots=True)
class MessageWalk:
    """`versions` are the checkpoints that wrote the channel, oldest first, and `looked` the message in those that were
    looked at, by their place. `whole` when `versions` are all that the branch has; `latest` is all that the newest
    version that holds the message holds."""

    versions: tuple[CheckpointRow, ...]
    looked: Mapping[int, Sighting | None]
    whole: bool
    latest: tuple[Value, ...]


def follow_message(
    store: CheckpointStore, key: bytes | None, branch: Branch, channel: str, message_id: str
) -> MessageWalk:
    """Looks at as many versions of the channel as there is time for, those that tell most first."""
    versions, whole = _versions(store, branch, channel)
    finder = MessageFinder(store, key, channel, message_id, Allowance(_BYTES, _SECONDS))
    looked: dict[int, Sighting | None] = {}
    known: list[Value] = []
    latest: tuple[int, tuple[Value, ...]] = (-1, ())
    while len(looked) < _LOOKS and (place := next_version(looked, len(versions))) is not None:
        found = finder.look(versions[place])
        if found is None:
            break
        looked[place] = shared(find_message(found.value, message_id), known)
        if looked[place] is not None and place > latest[0]:
            latest = place, tuple(found.value) if isinstance(found.value, list) else (found.value,)
    return MessageWalk(tuple(versions), looked, whole, latest[1])


def _versions(store: CheckpointStore, branch: Branch, channel: str) -> tuple[list[CheckpointRow], bool]:
    """The checkpoints that gave the channel another version, oldest first, and whether those are all of the branch."""
    documents = Documents(store, branch, upwards=False)
    found: list[CheckpointRow] = []
    previous: CheckpointRow | None = None
    for checkpoint_id in branch.line:
        row = documents.read(checkpoint_id)
        if row is None:
            break
        if previous is not None and version_at(previous, channel) != version_at(row, channel):
            found.append(previous)
        previous = row
    else:
        if previous is not None and version_at(previous, channel) is not None:
            found.append(previous)
        return found[::-1], branch.whole
    if previous is not None and version_at(previous, channel) is not None:
        found.append(previous)
    return found[::-1], False


@dataclass(frozen=True, slots=True)
class Looked:
    """A value in which the message may be; None where its bytes do not hold the id."""

    value: Value


@dataclass(frozen=True, slots=True)
class MessageFinder:
    """Reads values of one channel that may hold a message, within an allowance."""

    store: CheckpointStore
    key: bytes | None
    channel: str
    message_id: str
    allowance: Allowance

    def look(self, row: CheckpointRow) -> Looked | None:
        """None where the allowance is spent, or the value too large to be read."""
        size = size_at(self.store, row, self.channel)
        if size > _ONE.bytes or not self.allowance.take(size):
            return None
        body = self._body(row)
        if body is not None and body.blob is not None:
            if self._is_certain(body) and self.message_id.encode() not in body.blob:
                return Looked(None)
            value = decode_body(body, self.key).value
            return Looked(None if isinstance(value, Absent) else snapshot_value(value))
        states = StateReader(self.store, self.key).read(row, load=[self.channel], only=[self.channel])
        value = states[0].value if states else None
        return None if isinstance(value, Omitted) else Looked(value)

    def _body(self, row: CheckpointRow) -> ChannelBody | None:
        """The bytes of the value; None where the store keeps it in another form, or not at all."""
        where = (row.thread_id, row.checkpoint_ns)
        if self.channel in row.own_bodies:
            found = self.store.read_own_channels(*where, row.checkpoint_id, [self.channel], budget=_ONE)
        elif version := version_at(row, self.channel):
            found = self.store.read_channels(*where, [(self.channel, version)], budget=_ONE)
        else:
            found = []
        return next((body for body in found if body.type != "empty"), None)

    def _is_certain(self, body: ChannelBody) -> bool:
        """Whether bytes without the id mean a value without the message. Neither holds of encrypted bytes, nor of an id
        that JSON would write in another way."""
        plain = self.message_id.isascii() and self.message_id.isprintable() and not {'"', "\\"} & {*self.message_id}
        return plain and body.type in ("msgpack", "json")


def find_write(writes: Iterable[PendingWrite], channel: str, value: Value, message_id: str) -> PendingWrite | None:
    """The write that brought a message into the channel: the one with its id, else the first with a message of the same
    role and text, to which the channel's reducer gave the id."""
    wanted = as_message(value)
    same_text = None
    for write in (write for write in writes if write.channel == channel):
        if find_message(write.value, message_id) is not None:
            return write
        items = write.value if isinstance(write.value, list) else [write.value]
        texts = [(found.role, found.text) for item in items if (found := _spoken(item)) is not None]
        if same_text is None and wanted is not None and (wanted.role, wanted.text) in texts:
            same_text = write
    return same_text


def _spoken(item: Value) -> Message | None:
    """A message as nodes and callers write it: itself, a pair of role and text, or a text alone, which is a human's."""
    if isinstance(item, str):
        return as_message({"role": "user", "content": item})
    parts = item.fields.get("items") if isinstance(item, Tagged) and item.short_name == "tuple" else item
    if isinstance(parts, list) and len(parts) == 2 and all(isinstance(part, str) for part in parts):
        return as_message({"role": parts[0], "content": parts[1]})
    return as_message(item)
