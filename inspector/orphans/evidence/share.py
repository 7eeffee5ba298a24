"""The share of one-turn threads at a host when the thread began, beside what is usual: for that host, that graph and
that hour of the day, or where the host has no past, for the other hosts."""

from __future__ import annotations

from dataclasses import dataclass

from inspector.index.begun import Sums
from inspector.orphans.evidence.piece import Evidence
from inspector.orphans.evidence.rates import ENOUGH, FEW, of, percent, rise, share

NONE = Sums()
#: From this share on, a host is one at which hardly anything goes on, and below that one, one at which threads do.
HARDLY, DO = 0.9, 0.7


@dataclass(frozen=True, slots=True)
class Shares:
    """Threads begun in some hours. `now` are the host's about when the thread began, `others` those of all other hosts
    in the same hours; `host` and `graph` are of the week before, "about this hour of the day" where `by_hour`. Those
    that are too few to compare with are empty."""

    hostname: str
    now: Sums
    others: Sums = NONE
    host: Sums = NONE
    graph: Sums = NONE
    by_hour: bool = False

    @property
    def usual(self) -> Sums:
        """The higher of the two baselines: a graph that runs once more often than others does so at any host."""
        known = [sums for sums in (self.host, self.graph) if sums.threads >= ENOUGH]
        return max(known, key=share) if self.host.threads >= ENOUGH else Sums()


def judge_share(shares: Shares) -> Evidence | None:
    """None where the host began too few threads to have a share."""
    if shares.now.threads < FEW:
        return None
    host, now = shares.hostname or "the unnamed host", shares.now
    begins = f"Of the threads that {host} began about then, {of(now)} stayed at one turn"
    if shares.usual.threads:
        return _beside_its_own(shares, begins)
    if shares.others.threads >= ENOUGH:
        weight = rise(now, shares.others)
        others = percent(shares.others)
        if weight:
            return Evidence("share", weight, f"{begins}; at the other hosts {others} did.")
        return Evidence("share", _unrisen(now), f"{begins}, no more than at the other hosts ({others}).")
    weight = 1 if share(now) >= HARDLY and now.threads >= ENOUGH else -1 if share(now) < DO else 0
    return Evidence("share", weight, f"{begins}; there is nothing yet to compare it with.")


def _unrisen(now: Sums) -> int:
    """Where no more threads than usual stay at one turn, what one of them is depends on how many go on."""
    return -2 if share(now) < DO else -1 if share(now) < HARDLY else 0


def _beside_its_own(shares: Shares, begins: str) -> Evidence:
    usual, others = shares.usual, shares.others
    when = "about this hour in the week before" if shares.by_hour and usual is shares.host else "in the week before"
    whose = "its own" if usual is shares.host else "its graph's"
    if weight := rise(shares.now, usual):
        return Evidence("share", weight, f"{begins}; {whose} share {when} was {percent(usual)}.")
    said = f"{begins}, no more than {whose} share {when} ({percent(usual)})"
    if weight := _unrisen(shares.now):
        return Evidence("share", weight, f"{said}.")
    if others.threads >= ENOUGH and rise(shares.now, others):
        return Evidence("share", 0, f"{said}; at the other hosts {percent(others)} did.")
    return Evidence("share", 0, f"{said}: hardly any thread there goes on.")
