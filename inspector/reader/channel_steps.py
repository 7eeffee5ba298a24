"""The steps of a branch that wrote a channel, with its value before and after each. Every version is read once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from inspector.decode import Sight
from inspector.domain.thread import ChannelState
from inspector.reader.branch import Allowance, Branch, Documents
from inspector.reader.state import StateReader, can_be_loaded
from inspector.stores.base import CheckpointRow, CheckpointStore

#: Bytes of values that one page of changes reads, and the seconds that it may take.
_BYTES = 6_000_000
_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class ChannelStep:
    """A step that wrote the channel. `before` and `after` are None where it held nothing. `skipped` steps between it
    and the one told before left the channel alone; `passed` are those and itself."""

    row: CheckpointRow
    parent: CheckpointRow | None
    before: ChannelState | None
    after: ChannelState | None
    skipped: int
    passed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChannelWalk:
    """`next` is the checkpoint to go on behind, "" at the end of the branch. `cut` is why it ended before the page was
    full: "" where it did not, `documents` or `values` where a budget was spent. `skipped` steps behind the last change
    left the channel alone, `passed` are their ids. `names` are the channels that the first step looked at has;
    `unknown` when the parent of the oldest step is not stored, so that nobody knows what it wrote."""

    steps: tuple[ChannelStep, ...]
    next: str
    cut: str
    skipped: int
    passed: tuple[str, ...]
    names: tuple[str, ...]
    unknown: bool


@dataclass(slots=True)
class ChannelValues:
    """One channel's values along a branch by version, each read once."""

    store: CheckpointStore
    sight: Sight
    channel: str
    allowance: Allowance
    _held: dict[str, ChannelState | None] = field(default_factory=dict)

    def allow(self, *rows: CheckpointRow | None) -> bool:
        """Whether the allowance is enough to read the channel at all of these, which are asked for at once: the first
        step of a page is always told, by both its values, or no page would lead beyond two large ones."""
        wanted = {version: row for row in rows if row is not None and (version := version_at(row, self.channel))}
        unread = [row for version, row in wanted.items() if version not in self._held]
        sizes = sizes_at(self.store, unread, self.channel) if unread else []
        return self.allowance.take(sum(size for size in sizes if can_be_loaded(size)))

    def read(self, row: CheckpointRow | None) -> ChannelState | None:
        """The channel at a checkpoint; None where it holds nothing."""
        version = version_at(row, self.channel)
        if row is None or version is None:
            return None
        if version not in self._held:
            found = StateReader(self.store, self.sight).read(row, load=[self.channel], only=[self.channel])
            self._held[version] = found[0] if found else None
        return self._held[version]


def version_at(row: CheckpointRow | None, channel: str) -> str | None:
    """The channel's version at a checkpoint; None where it was never written."""
    if row is None or channel not in row.channel_versions:
        return None
    return str(row.channel_versions[channel])


def sizes_at(store: CheckpointStore, rows: Sequence[CheckpointRow], channel: str) -> list[int]:
    """The bytes of a channel's value at checkpoints of one namespace, without reading them: one question for all."""
    own = {row.checkpoint_id: size for row in rows if (size := _size_within(row, channel)) is not None}
    wanted = {(channel, version_at(row, channel) or "") for row in rows if row.checkpoint_id not in own}
    found = store.read_channel_sizes(rows[0].thread_id, rows[0].checkpoint_ns, sorted(wanted)) if wanted else []
    shared = {size.version: size.size_bytes for size in found}
    return [own.get(row.checkpoint_id, shared.get(version_at(row, channel) or "", 0)) for row in rows]


def _size_within(row: CheckpointRow, channel: str) -> int | None:
    """The bytes of a channel that the checkpoint holds itself, or lacks; None where its versions are kept apart."""
    if channel in row.own_bodies:
        return row.own_bodies[channel].size_bytes
    if channel in row.inline_omitted:
        return row.inline_omitted[channel]
    return 0 if channel in row.inline_values or version_at(row, channel) is None else None


def walk_channel(
    store: CheckpointStore, sight: Sight, branch: Branch, channel: str, *, behind: str, upwards: bool, most: int
) -> ChannelWalk:
    """The next `most` changes behind the checkpoint `behind` ("" from the end of the branch, upwards from its
    beginning)."""
    allowance = Allowance(_BYTES, _SECONDS)
    documents = Documents(store, branch, upwards, in_time=allowance.in_time)
    values = ChannelValues(store, sight, channel, allowance)
    steps: list[ChannelStep] = []
    passed: list[str] = []
    names: tuple[str, ...] = ()
    last, cut, unknown = behind, "", False
    for checkpoint_id, parent_id in _pairs(branch, behind, upwards=upwards):
        row, parent = documents.read(checkpoint_id), documents.read(parent_id) if parent_id else None
        if row is None or (parent is None and parent_id):
            cut = "documents" if documents.spent else "gone"
            break
        names = names or tuple(row.channel_versions)
        passed.append(checkpoint_id)
        unknown = unknown or (not parent_id and not branch.whole)
        is_written = version_at(row, channel) != version_at(parent, channel)
        if is_written and not (not parent_id and not branch.whole):
            if not values.allow(parent, row):
                passed.pop()
                cut = "values"
                break
            before, after = values.read(parent), values.read(row)
            steps.append(ChannelStep(row, parent, before, after, len(passed) - 1, tuple(passed)))
            passed = []
        last = checkpoint_id
        if len(steps) == most:
            break
    at_end = last == (branch.line[0] if upwards else branch.line[-1])
    return ChannelWalk(
        tuple(steps), "" if at_end or cut == "gone" else last, cut, len(passed), tuple(passed), names, unknown
    )


def _pairs(branch: Branch, behind: str, *, upwards: bool) -> Iterator[tuple[str, str]]:
    """Checkpoints with their parents, "" for the first's, in the order that they are told in."""
    line = branch.line
    order = range(len(line) - 1, -1, -1) if upwards else range(len(line))
    begun = not behind
    for place in order:
        if begun:
            yield line[place], line[place + 1] if place + 1 < len(line) else ""
        begun = begun or line[place] == behind
