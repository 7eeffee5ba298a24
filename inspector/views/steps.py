"""The steps of one page of a thread's history, and which of them lie around the chosen one."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from inspector.domain.checkpoint import Checkpoint
from inspector.domain.coordinates import time_of
from inspector.domain.thread import ThreadHistory
from inspector.reader import StepMarks
from inspector.views.contexts import AgainstChoice, CallItem, CheckpointItem, TurnGroup
from inspector.views.reads import Stretch

#: Where nothing is told of steps.
NOTHING: Mapping[str, Any] = {}


class Steps:
    """A page of a history as items, and what lies around the chosen one."""

    def __init__(
        self,
        history: ThreadHistory,
        chosen: Checkpoint | None,
        oldest: str = "",
        *,
        marks: Mapping[str, StepMarks] = NOTHING,
        calls: Mapping[str, tuple[CallItem, ...]] = NOTHING,
    ) -> None:
        """`oldest` is the id of the namespace's oldest checkpoint, where that is known and not on the page. `marks` and
        `calls` are told of its steps by id."""
        self._marks = marks
        self._calls = calls
        made = [item for item in history.checkpoints if item.source == "loop"]
        self._went_on = {item.parent_checkpoint_id for item in made}
        self._resumed = {item.parent_checkpoint_id for item in made if item.resumed}
        self._history = history
        self._oldest = oldest
        self._times = {item.checkpoint_id: item.at for item in history.checkpoints}
        self.items = tuple(self.item(checkpoint) for checkpoint in history.checkpoints)
        ids = [item.checkpoint_id for item in self.items]
        self._place = ids.index(chosen.checkpoint_id) if chosen is not None and chosen.checkpoint_id in ids else None
        self.stretch = Stretch(self.items, 0, len(self.items), history.above, history.truncated)

    def item(self, checkpoint: Checkpoint) -> CheckpointItem:
        parent_id = checkpoint.parent_checkpoint_id or ""
        name, made = checkpoint.checkpoint_id, checkpoint_item(checkpoint, self._times.get(parent_id))
        marks = self._marks.get(name, StepMarks())
        names = mark_names(checkpoint.source, marks.names, name in self._went_on, name in self._resumed)
        return replace(made, marks=names, failed=marks.failed, asked=marks.asked, calls=self._calls.get(name, ()))

    def children(self, chosen: Checkpoint, above: Checkpoint | None) -> tuple[CheckpointItem, ...]:
        """What went on from the chosen one, oldest first: of those listed, and of the one `above` them."""
        around = (*((above,) if above is not None else ()), *self._history.checkpoints)
        found = [item for item in around if item.parent_checkpoint_id == chosen.checkpoint_id]
        return tuple(self.item(item) for item in reversed(found))

    @property
    def is_newest(self) -> bool:
        """Whether the chosen one is the namespace's newest."""
        return self._place == 0 and not self._history.above

    @property
    def newer_steps(self) -> int:
        """How many steps are newer than the chosen one."""
        return self._history.newer + self._place if self._place is not None else 0

    def choices(self, chosen: Checkpoint, compared: CheckpointItem | None) -> tuple[AgainstChoice, ...]:
        """What the chosen one may be compared with: its parent, the first step, those listed, what it is compared with
        now. None for a lone step."""
        first = self.items[-1:] if not self._history.truncated else ()
        found = {item.checkpoint_id: item for item in (*first, *self.items, *((compared,) if compared else ()))}
        found.pop(chosen.checkpoint_id, None)
        parent = found.pop(chosen.parent_checkpoint_id or "", None)
        ordered = (*((parent,) if parent else ()), *(item for item in first if item is not parent), *found.values())
        choices = {item.checkpoint_id: item for item in ordered if item.checkpoint_id != chosen.checkpoint_id}
        beyond = (AgainstChoice(self._oldest, None, "first", current=False),) if self._is_offered(choices) else ()
        return beyond + tuple(
            AgainstChoice(
                "" if item is parent else item.checkpoint_id,
                item.step,
                "parent" if item is parent else "first" if item in first else "",
                compared is not None and item.checkpoint_id == compared.checkpoint_id,
            )
            for item in choices.values()
        )

    def _is_offered(self, choices: Container[str]) -> bool:
        return bool(self._oldest) and self._oldest not in choices and bool(self.items)

    def alone(self, chosen: Checkpoint) -> bool:
        """Nothing else is stored of its run, although it began earlier: all that durability `exit` leaves."""
        begun = bool(chosen.step and chosen.step > 0) and not chosen.parent_checkpoint_id
        if self._history.above and self._place == 0:  # the next one is on another page
            return False
        return begun and sum(item.turn == chosen.turn for item in self.items) == 1

    def neighbour(self, offset: int) -> str:
        """The id of the step above (-1, newer) or below (1, older) the chosen one, also across a cut; "" at the end."""
        place = None if self._place is None else self._place + offset
        if place is None:
            return ""
        if 0 <= place < len(self.items):
            return self.items[place].checkpoint_id
        return self._history.above if place < 0 else self._history.beyond


def checkpoint_item(checkpoint: Checkpoint, parent_at: datetime | None = None) -> CheckpointItem:
    """A checkpoint by itself. Where nobody says when its parent was made, the parent's id tells."""
    at, parent_at = checkpoint.at, parent_at or time_of(checkpoint.parent_checkpoint_id or "")
    return CheckpointItem(
        checkpoint_id=checkpoint.checkpoint_id,
        checkpoint_ns=checkpoint.checkpoint_ns,
        parent_checkpoint_id=checkpoint.parent_checkpoint_id,
        step=checkpoint.step,
        source=checkpoint.source,
        at=at,
        turn=checkpoint.turn,
        hostname=checkpoint.hostname,
        node_names=checkpoint.node_names,
        next=checkpoint.next,
        channels_changed=checkpoint.channels_changed,
        size_bytes=checkpoint.size_bytes,
        seconds=(at - parent_at).total_seconds() if at is not None and parent_at is not None else None,
        resumed=checkpoint.resumed,
    )


def mark_names(source: str, names: Sequence[str], went_on: bool, resumed: bool) -> tuple[str, ...]:
    """What a step's tasks left, and how the thread went on from there. A replay goes on from its copy of a step, which
    held nothing up, and so does a run after `update_state`."""
    if "failed" in names and went_on:
        return ("failed", "retried" if resumed else "handled", *names[1:])
    held = resumed and not names and source in ("input", "loop")
    return ("resumed",) if held else tuple(names)


def group_turns(steps: Sequence[CheckpointItem], *, above: bool = False) -> tuple[TurnGroup, ...]:
    """`above` when there are newer steps than these, so that the newest turn may go on there."""
    groups: list[TurnGroup] = []
    for turn, members in groupby(steps, key=lambda step: step.turn):
        inside = tuple(members)
        hosts = tuple(dict.fromkeys(step.hostname for step in reversed(inside) if step.hostname))
        took = _took(inside) if groups or not above else None
        groups.append(TurnGroup(turn, inside[-1].at, hosts, inside, took, _wait_before(inside[-1])))
    return tuple(groups)


def _took(inside: Sequence[CheckpointItem]) -> float | None:
    """None where the turn's beginning is not there, or clocks contradict each other."""
    first, last = inside[-1], inside[0]
    if first.source != "input" or len(inside) < 2 or first.at is None or last.at is None:
        return None
    seconds = (last.at - first.at).total_seconds()
    return seconds if seconds >= 0 else None


def _wait_before(first: CheckpointItem) -> float | None:
    return first.seconds if first.source == "input" and (first.seconds or -1.0) >= 0 else None
