"""The threads of a group read as one conversation: what was said in each, and what the agent did not know at each seam.

Of a thread two checkpoints are read: the first one that has taken in the input, and the newest one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inspector.domain.turns import count_turns
from inspector.domain.value import Value
from inspector.errors import StoreError
from inspector.orphans.conversations.opening import Group, Opening
from inspector.orphans.conversations.seams import Seam, State, find_seam, messages_of, state_of
from inspector.reader import Reader
from inspector.reader.state import StateReader
from inspector.stores.base import CheckpointRow, ReadBudget
from inspector.stores.guard import deadline

#: Of one conversation: threads, messages and bytes of values.
THREADS, MESSAGES, BYTES = 40, 300, 8_000_000
#: A turn has few checkpoints; of one with more the oldest are asked for by themselves.
_TURN = ReadBudget(rows=40, bytes=2_000_000)


@dataclass(frozen=True, slots=True)
class Stretch:
    """One thread's part. `seam` is None at the first one. `values` are what it holds beside messages, where it has no
    messages. `gone` when the store does not hold it any more; `went_on` when it shows a second turn by now."""

    thread_id: str
    hosts: tuple[str, ...]
    at: datetime
    messages: tuple[Value, ...]
    values: State
    seam: Seam | None
    gone: bool = False
    left_out: int = 0  #: messages
    went_on: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """`left_out` threads were not read, because of the budgets: `slow` when that was time. `error` and `hint` say why
    the store did not answer."""

    stretches: tuple[Stretch, ...]
    left_out: int = 0
    error: str = ""
    hint: str = ""
    slow: bool = False


def read_whole(reader: Reader, group: Group, *, seconds: float) -> Whole:
    """In time order, as far as the budgets go. Never raises for a store that does not answer: that is told."""
    stretches: list[Stretch] = []
    before: list[State] = []
    room, size, until = MESSAGES, BYTES, time.monotonic() + seconds
    openings = group.openings[:THREADS]
    error = hint = ""
    slow = False
    with deadline(seconds):
        for opening in openings:
            slow = time.monotonic() >= until
            if room <= 0 or size <= 0 or slow:
                break
            try:
                found = _read(reader, opening.thread_id)
            except StoreError as trouble:
                slow = time.monotonic() >= until
                if not slow:
                    error, hint = trouble.message, trouble.hint
                break
            stretch = _stretch(opening, found, before, room)
            stretches.append(stretch)
            room -= len(stretch.messages)
            if found is not None:
                before.append(found.last)
                size -= found.size
    return Whole(tuple(stretches), len(group.openings) - len(stretches), error, hint, slow)


@dataclass(frozen=True, slots=True)
class _Read:
    first: State
    last: State
    size: int
    turns: int  #: as far as they show


def _read(reader: Reader, thread_id: str) -> _Read | None:
    cut = reader.store.read_checkpoints(thread_id, "", budget=_TURN)
    if not cut.rows:
        return None
    states = StateReader(reader.store, reader.sight)
    newest = states.read(cut.rows[0])
    oldest = _after_input(reader, cut.rows, truncated=cut.truncated)
    first = newest if oldest.checkpoint_id == cut.rows[0].checkpoint_id else states.read(oldest)
    size = sum(state.size_bytes for state in newest)
    return _Read(state_of(first), state_of(newest), size, count_turns([*cut.rows, oldest]))


def _after_input(reader: Reader, rows: Sequence[CheckpointRow], *, truncated: bool) -> CheckpointRow:
    """The first checkpoint that has taken in the input. Where none was stored on the way, it is the last one."""
    if truncated:
        where = (rows[0].thread_id, "")
        oldest = [reader.store.read_checkpoint(*where, one) for one in reader.store.read_newer_ids(*where, "", rows=2)]
        rows = [row for row in reversed(oldest) if row is not None] or rows
    taken = [row for row in rows if row.metadata.get("source") != "input"]
    return (taken or list(rows))[-1]


def _stretch(opening: Opening, found: _Read | None, before: Sequence[State], room: int) -> Stretch:
    hosts = opening.hosts
    if found is None:
        return Stretch(opening.thread_id, hosts, opening.at, (), {}, None, gone=True)
    messages = messages_of(found.last)
    seam = find_seam(opening.thread_id, hosts, before, found.first) if before else None
    values = {} if messages else found.last
    shown = tuple(messages[:room])
    left_out, went_on = len(messages) - len(shown), found.turns > 1
    return Stretch(opening.thread_id, hosts, opening.at, shown, values, seam, left_out=left_out, went_on=went_on)
