"""Stored bodies: their sizes, and the decoded values of the few that decide which nodes run next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inspector.decode import DEFAULT_BUDGET, Budget, Decoded, decode_json_inline, decode_value
from inspector.domain.channels import decides_tasks
from inspector.domain.value import Absent, Omitted, Value
from inspector.stores.base import ChannelBody, ChannelSize, CheckpointRow, CheckpointStore, ReadBudget

#: Bodies of control channels for a whole history, in bytes. A Send carries its node's whole input.
_CONTROL = ReadBudget(bytes=32_000_000)
#: Of a control value only names are wanted, so texts are stepped over.
_NAMES = Budget(max_bytes=32_000_000, max_text=300)

#: What a channel holds in one version: (channel, version).
ChannelKey = tuple[str, str]


def decode_body(body: ChannelBody, key: bytes | None, budget: Budget = DEFAULT_BUDGET) -> Decoded:
    """The value of a body; a body that was left in the store decodes to an `Omitted`."""
    if body.blob is None and body.type not in ("empty", "null"):
        return Decoded(Omitted("size", body.size_bytes, "Larger than one read may take."), body.type)
    return decode_value(body.type, body.blob, budget=budget, key=key)


def decode_control(body: ChannelBody, key: bytes | None) -> Value:
    """The value of a channel that decides what comes next, as far as names go."""
    return present(decode_body(body, key, _NAMES).value)


def own_control(row: CheckpointRow, key: bytes | None) -> dict[str, Value]:
    """The channels whose values the checkpoint's own document keeps; the value only where it decides what comes
    next."""
    return {
        channel: None if body.blob is None else decode_control(body, key) for channel, body in row.own_bodies.items()
    }


def present(value: Value | Absent) -> Value:
    """A decoded value where absence has been ruled out before."""
    return None if isinstance(value, Absent) else value


@dataclass(frozen=True, slots=True)
class Bodies:
    """Sizes of all bodies behind some checkpoints, and the decoded control values among them."""

    sizes: Mapping[ChannelKey, ChannelSize]
    control: Mapping[ChannelKey, Value]
    key: bytes | None = field(default=None, repr=False)

    @classmethod
    def read(cls, store: CheckpointStore, rows: Sequence[CheckpointRow], key: bytes | None) -> Bodies:
        """Two reads, however many checkpoints: all of one thread and namespace."""
        if not rows:
            return cls({}, {}, key)
        where = (rows[0].thread_id, rows[0].checkpoint_ns)
        pairs = sorted({pair for row in rows for pair in keys_of(row)})
        sizes = {(size.channel, size.version): size for size in store.read_channel_sizes(*where, pairs)}
        wanted = [
            pair for pair, size in sizes.items() if decides_tasks(pair[0]) and size.type != "empty" and size.size_bytes
        ]
        found = store.read_channels(*where, wanted, budget=_CONTROL)
        control = {(body.channel, body.version): decode_control(body, key) for body in found}
        return cls(sizes, control, key)

    def values_at(self, row: CheckpointRow) -> dict[str, Value]:
        """The channels that hold a value at a checkpoint; the value itself only where it decides what comes next."""
        values: dict[str, Value] = dict.fromkeys(row.inline_omitted)
        values.update(
            (channel, present(decode_json_inline(value).value)) for channel, value in row.inline_values.items()
        )
        values.update(own_control(row, self.key))
        for pair in keys_of(row):
            size = self.sizes.get(pair)
            if size is not None and size.type != "empty":
                values[pair[0]] = self.control.get(pair)
        return values

    def state_bytes(self, row: CheckpointRow) -> int:
        """The document and every body its state needs, in bytes."""
        bodies = (self.sizes.get(pair) for pair in keys_of(row))
        return row.size_bytes + sum(body.size_bytes for body in bodies if body is not None)


def keys_of(row: CheckpointRow) -> list[ChannelKey]:
    return [(channel, str(version)) for channel, version in row.channel_versions.items()]
