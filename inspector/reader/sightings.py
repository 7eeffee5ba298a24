"""Following one message along a branch: the versions of its channel, and which of them hold it.

A value is decoded only where its bytes hold the id of the message. Each version is looked at once at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from inspector.decode import DEFAULT_BUDGET, Sight
from inspector.domain.checkpoint import PendingWrite
from inspector.domain.delta import snapshot_value
from inspector.domain.following import Sighting, find_message, next_versions, shared
from inspector.domain.messages import Message, as_message
from inspector.domain.value import Absent, Omitted, Tagged, Value
from inspector.reader.bodies import decode_body
from inspector.reader.branch import Allowance, Branch, Documents
from inspector.reader.channel_steps import sizes_at, version_at
from inspector.reader.state import StateReader
from inspector.stores.base import ChannelBody, CheckpointRow, CheckpointStore, ReadBudget

#: Versions that one page looks through, and how many and how many bytes of them are read at once.
_LOOKS = 500
_AT_ONCE, _BYTES_AT_ONCE = 16, 2_000_000
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


def follow_message(finder: MessageFinder, branch: Branch, in_time: Callable[[], bool]) -> MessageWalk:
    """Looks at as many versions of the channel as the finder is allowed to, those that tell most first. Versions are
    searched for as long as `in_time` says."""
    versions, whole = _versions(Documents(finder.store, branch, upwards=False, in_time=in_time), finder.channel)
    looked: dict[int, Sighting | None] = {}
    known: list[Value] = []
    latest: tuple[int, tuple[Value, ...]] = (-1, ())
    while places := next_versions(looked, len(versions), min(_AT_ONCE, _LOOKS - len(looked))):
        found = finder.look([versions[place] for place in places])
        if not found:
            break
        for place, value in zip(places, found, strict=False):
            looked[place] = shared(find_message(value, finder.message_id), known)
            if looked[place] is not None and place > latest[0]:
                latest = place, tuple(value) if isinstance(value, list) else (value,)
    return MessageWalk(tuple(versions), looked, whole, latest[1])


def _versions(documents: Documents, channel: str) -> tuple[list[CheckpointRow], bool]:
    """The checkpoints that gave the channel another version, oldest first, and whether those are all of the branch."""
    branch = documents.branch
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
class MessageFinder:
    """Reads values of one channel that may hold a message, within an allowance. For who may see shapes only an id may
    be a pseudonym, which no bytes hold: each value is decoded then, and none is looked into for a text."""

    store: CheckpointStore
    sight: Sight
    channel: str
    message_id: str
    allowance: Allowance

    def look(self, rows: Sequence[CheckpointRow]) -> list[Value]:
        """The values at the first of some checkpoints of one namespace, as many as are read at once; none where the
        allowance is spent, or the first is too large. One is None where its bytes do not hold the message's id."""
        chosen: list[CheckpointRow] = []
        left = _BYTES_AT_ONCE
        for row, size in zip(rows, sizes_at(self.store, rows, self.channel) if rows else (), strict=True):
            if size > (left if chosen else _ONE.bytes) or not self.allowance.take(size):
                break
            left -= size
            chosen.append(row)
        bodies = self._bodies(chosen)
        values: list[Value] = []
        for row in chosen:
            value = self._value(row, bodies.get(row.checkpoint_id))
            if isinstance(value, Omitted):
                break
            values.append(value)
        return values

    def _value(self, row: CheckpointRow, body: ChannelBody | None) -> Value:
        if body is not None and body.blob is not None:
            if not self.sight.shape and self._is_certain(body) and self.message_id.encode() not in body.blob:
                return None
            value = decode_body(body, self.sight).value
            return None if isinstance(value, Absent) else snapshot_value(value)
        states = StateReader(self.store, self.sight).read(row, load=[self.channel], only=[self.channel])
        return states[0].value if states else None

    def _bodies(self, rows: Sequence[CheckpointRow]) -> dict[str, ChannelBody]:
        """The bytes of the values by checkpoint, without those that the store keeps in another form, or not at all."""
        apart = {
            row.checkpoint_id: version
            for row in rows
            if self.channel not in row.own_bodies and (version := version_at(row, self.channel))
        }
        found: dict[str, ChannelBody] = {}
        if apart:
            wanted = sorted({(self.channel, version) for version in apart.values()})
            bodies = self.store.read_channels(rows[0].thread_id, rows[0].checkpoint_ns, wanted, budget=_ONE)
            by_version = {body.version: body for body in bodies}
            found = {name: by_version[version] for name, version in apart.items() if version in by_version}
        for row in (row for row in rows if self.channel in row.own_bodies):
            where = (row.thread_id, row.checkpoint_ns, row.checkpoint_id)
            own = self.store.read_own_channels(*where, [self.channel], budget=_ONE)
            found.update((row.checkpoint_id, body) for body in own)
        return {name: body for name, body in found.items() if body.type != "empty"}

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
        said = [_said(found) for item in items if (found := _spoken(item)) is not None]
        if same_text is None and wanted is not None and _said(wanted) in said:
            same_text = write
    return same_text


def _said(message: Message) -> tuple[object, ...]:
    """Who says what. Of what is hidden the parts tell, which are equal where the texts are."""
    hidden = any(part.hidden for part in message.parts)
    return (message.role, message.parts if hidden else message.text)


def _spoken(item: Value) -> Message | None:
    """A message as nodes and callers write it: itself, a pair of role and text, or a text alone, which is a human's."""
    if isinstance(item, str):
        return as_message({"role": "user", "content": item})
    parts = item.fields.get("items") if isinstance(item, Tagged) and item.short_name == "tuple" else item
    if isinstance(parts, list) and len(parts) == 2 and all(isinstance(part, str) for part in parts):
        return as_message({"role": parts[0], "content": parts[1]})
    return as_message(item)
