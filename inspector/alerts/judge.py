"""When an alert begins and when it ends: nothing but arithmetic, see docs/orphans.md.

It begins by what is sure and ends by what is sure: between the two lies half of the rise that it takes, so that a share
in the middle changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from inspector.alerts.chance import at_most
from inspector.alerts.expected import Expected
from inspector.alerts.window import Window

#: So many old threads, or young ones that tell as much, have to be sound before an alert ends; so many are looked at
#: where fewer do not suffice to be sure that one begins.
SIZE, LARGE = 40.0, 80.0
#: Fewer of them that are looked at as well: where half are left on good days, 20 left ones are no proof, but 24 are.
_BETWEEN = (24.0, 30.0)
#: Begun longer ago, a thread says nothing of now.
REACH = timedelta(hours=24)
#: An alert fires where the share that was to be expected brings forth so many left threads less often than this. A
#: window is looked at every few seconds and moves by a thread at a time: 36 million times in a year of ten busy hosts,
#: of ten thousand threads a day each. Windows that overlap mostly agree. Played with threads of a known share, alarms
#: began some 0.2 to 0.6 times as often as this chance times the threads, with all sizes together: about one false alarm
#: in that year, were the share that is expected not its upper bound.
CHANCE = 1e-7
#: No host is so good that fewer than these are left: of a share of none, a single thread would be proof.
_LEAST = 0.05
#: Quiet: so long without a thread, while it would have begun so many by its part of the traffic; or so long, while
#: others began some; or for so long, whatever the others did.
_SOON, _SOME, _MISSED = timedelta(minutes=15), 5, 30.0
_LONG, _OTHERS = timedelta(hours=6), 20
_LONGEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Limits:
    """As the settings of the same names."""

    share: float = 0.5
    rise: float = 0.25
    threads: int = 20

    @property
    def sizes(self) -> tuple[float, ...]:
        """Of the windows that are looked at, in this order: the fewer threads suffice, the better."""
        least = float(self.threads)
        return tuple(sorted({max(least, size) for size in (least, *_BETWEEN, SIZE, LARGE)}))

    def are_met(self, window: Window) -> bool:
        """Whether it depends on nothing but what was to be expected."""
        return window.decided >= self.threads and window.share >= self.share


def fires(window: Window, expected: Expected, limits: Limits, *, harm: float = 0.0) -> bool:
    """`harm` is the part of all requests that go to hosts which forget: where each turn of a conversation may go to any
    host, so many of this host's threads may be left through no fault of its own."""
    if not limits.are_met(window) or window.share - expected.share < limits.rise:
        return False
    usual = limits.share if expected.basis == "none" else max(expected.share, _LEAST)
    return window.chance(usual + (1 - usual) * harm) < CHANCE


def is_fixed(window: Window, expected: float, limits: Limits, *, fired_with: float) -> bool:
    """`window` is of threads begun since the alert's `since`, `fired_with` what was expected when it fired. So large a
    window as made it fire has to be full: a few good threads are no proof."""
    return window.decided >= max(SIZE, limits.threads) and window.share <= max(expected, fired_with) + limits.rise / 2


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a host has begun nothing, how many threads others began meanwhile, and the part of all threads (0 to 1)
    that it began before that."""

    length: timedelta
    others: int
    part: float


def is_quiet(silence: Silence) -> bool:
    """A pod that was replaced never comes back. Whether one is gone, only the others tell: at night, all are still."""
    if silence.length < _SOON:
        return False
    missed = silence.others * silence.part / max(1 - silence.part, 0.05)
    if silence.others >= _SOME and missed >= _MISSED:
        return True
    return silence.length >= _LONGEST or (silence.length >= _LONG and silence.others >= _OTHERS)


def others_now(windows: Iterable[Window]) -> Expected | None:
    """What the other hosts' newest threads say, of all together. None where they are too few."""
    windows = list(windows)
    decided = sum(window.decided for window in windows)
    if decided < _OTHERS:
        return None
    return Expected(at_most(sum(window.left for window in windows), decided), "others")


def oldest(window: Window) -> datetime:
    return window.threads[-1].first_at
