"""What a report consists of: shares of orphans, of all threads and of parts of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.index.begun import Sums
from inspector.index.orphans.rise import Counted, Rise


@dataclass(frozen=True, slots=True)
class Share:
    """Orphans among the threads begun in a stretch of time, and how many of the orphans are `muted`. Those that have
    one turn so far and are young are neither orphans nor sound: they are `undecided` and left out of the rate, which
    would else be low whenever it matters."""

    threads: int = 0
    orphans: int = 0
    undecided: int = 0
    muted: int = 0

    @classmethod
    def of(cls, begun: Sums, young: Sums) -> Share:
        """`young` are those of the left ones that are too young to tell."""
        return cls(begun.threads, begun.left - young.left, young.left, begun.left_muted - young.left_muted)

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        return self.threads, self.orphans, self.undecided, self.muted

    @property
    def decided(self) -> int:
        return self.threads - self.undecided

    @property
    def rate(self) -> float | None:
        """None where no thread is old enough to tell."""
        return self.orphans / self.decided if self.decided else None

    @property
    def unmuted(self) -> Counted:
        """The decided ones, see `unmuted`."""
        return unmuted(Sums(self.decided, self.orphans, 0, self.muted))


@dataclass(frozen=True, slots=True)
class Bar:
    """Threads that began from `at` on, until the next bar begins."""

    at: datetime
    share: Share


@dataclass(frozen=True, slots=True)
class Part:
    """Threads that a host wrote to (one that several hosts wrote to counts for each), those of a graph, or those whose
    ids have a shape."""

    name: str
    current: Share
    before: Share  #: in the week before
    random_ids: int  #: one-turn threads, orphaned or undecided, whose id has a random form
    rise: Rise | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    shown: tuple[Part, ...] = ()  #: most orphans first
    more: int = 0  #: that are not shown


def unmuted(decided: Sums) -> Counted:
    """Threads of which it is known whether they are orphans, as if no orphan that is muted had begun: nobody is to be
    told of those."""
    threads, left = decided.threads - decided.left_muted, decided.left - decided.left_muted
    return Counted(threads if threads > 0 else 0, left if left > 0 else 0)
