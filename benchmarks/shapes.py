"""What one turn of a real thread left in the tables, as patterns that any number of threads can be made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

COLUMNS = {
    "checkpoints": "thread_id checkpoint_ns checkpoint_id parent_checkpoint_id type checkpoint metadata",
    "checkpoint_blobs": "thread_id checkpoint_ns channel version type blob",
    "checkpoint_writes": "thread_id checkpoint_ns checkpoint_id task_id idx channel type blob task_path",
}
TABLES = tuple(COLUMNS)


@dataclass(frozen=True, slots=True)
class Pattern:
    """The lines of one turn in one table. `pick` orders thread, host, owner, salt, parent, then the `ids`, `times`,
    `steps` and `versions` that are named here: numbers of marks, steps, and (version, whether it grows by turns)."""

    text: str
    pick: Callable[[list[str]], tuple[str, ...]]
    ids: tuple[int, ...]
    times: tuple[int, ...]
    steps: tuple[int, ...]
    versions: tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a real thread. A mark is a checkpoint: microseconds after the turn began, its step, whether that
    grows by turns, as it does in the root namespace."""

    marks: tuple[tuple[int, int, bool], ...]
    last: int  #: the mark that the next turn has as its parent
    patterns: dict[str, Pattern]
    highest: int  #: version
    last_step: int


@dataclass(frozen=True, slots=True)
class Family:
    """A thread of a kind as long as one likes: its turns as they were played, of which the last `period` repeat, and
    the turn that ends it otherwise, if any: of a thread of one turn, and of a longer one."""

    turns: tuple[Turn, ...]
    period: int
    only: Turn | None = None
    end: Turn | None = None

    def turn(self, number: int, of: int = 0) -> tuple[Turn, int, int]:
        """Turn `number`, from 1, of a thread of `of` turns, and what to add to its versions and to its steps."""
        if number == of and self.end is not None and self.only is not None:
            if of == 1:
                return self.only, 0, 0
            return self.end, *self._grown(of - len(self.turns) - 1)
        if number <= len(self.turns):
            return self.turns[number - 1], 0, 0
        periods = (number - len(self.turns) + self.period - 1) // self.period
        return self.turns[number - 1 - periods * self.period], *self._grown(periods)

    def _grown(self, periods: int) -> tuple[int, int]:
        last, before = self.turns[-1], self.turns[-1 - self.period]
        return periods * (last.highest - before.highest), periods * (last.last_step - before.last_step)
