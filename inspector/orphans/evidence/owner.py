"""Other threads of the same owner within a short time: the turns of a conversation that was torn apart follow each
other, each in a thread of its own, at the host that makes a new id for each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inspector.domain.text import ago
from inspector.orphans.evidence.piece import Evidence

#: Of an owner with more threads than that around one of them, nothing is said: it is a team or a machine.
CROWD = 20


@dataclass(frozen=True, slots=True)
class Near:
    """A thread of the owner. `left`: one turn, and nobody is asked a question. `hosts` are those that wrote to it."""

    thread_id: str
    first_at: datetime
    last_at: datetime
    left: bool
    hosts: Collection[str]

    def is_within(self, other: Near, pace: timedelta) -> bool:
        """Whether no more than `pace` lies between the end of one and the beginning of the other."""
        return self.first_at - other.last_at <= pace and other.first_at - self.last_at <= pace

    def shares_host(self, other: Near) -> bool:
        return not set(self.hosts).isdisjoint(other.hosts)


def judge_owner(mine: Near, others: Sequence[Near], pace: timedelta) -> Evidence:
    """`others` are all other threads of its owner within the `pace`."""
    within = f"within {ago(pace.total_seconds()).removesuffix(' ago')}"
    if len(others) > CROWD:
        many = f"Its owner had more than {CROWD} other threads {within}: rather a team or a machine than a person."
        return Evidence("siblings", 0, many)
    if not others:
        return Evidence("siblings", -2, f"Its owner had no other thread {within} of it.")
    left = [near for near in others if near.left]
    here = [near for near in left if near.shares_host(mine)]
    on = [near for near in others if not near.left]
    went_on_here = any(near.shares_host(mine) for near in on)
    amid = any(near.first_at <= mine.first_at <= near.last_at and not near.shares_host(mine) for near in on)
    if here:
        weight = min(len(here) + 1, 3) + (not went_on_here and amid) - 2 * went_on_here
        said = f"Its owner had {_threads(here)} of one turn on the same host {within} of it"
        said += ", but went on with another one there, too." if went_on_here else "."
        return Evidence("siblings", max(0, min(weight, 3)), said)
    if amid:
        said = "It began in the middle of another thread of its owner, which other hosts went on with."
        return Evidence("siblings", 2, said)
    if left:
        said = f"Its owner had {_threads(left)} of one turn {within} of it, all on other hosts."
        return Evidence("siblings", min(len(left), 2) - went_on_here, said)
    if went_on_here:
        said = f"Its owner went on with another thread on the same host {within} of it: that host knows them."
        return Evidence("siblings", -1, said)
    return Evidence("siblings", 1, f"Its owner went on with another thread on other hosts {within} of it.")


def _threads(found: Sequence[Near]) -> str:
    return "another thread" if len(found) == 1 else f"{len(found)} other threads"
