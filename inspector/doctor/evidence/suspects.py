"""Hosts at which no thread goes on: how odd that is by the pace of the others, and what else speaks for it.

Of each host the threads count that it began since it last took part in one that went on. Where all is well that stretch
is short, or its threads are young, whatever the share of conversations that had only one turn to begin with. So a host
that began to forget a minute ago is seen as well as one that always did.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from inspector.doctor.evidence.cohort import Begun, Cohort
from inspector.doctor.evidence.pace import FEW, Pace
from inspector.doctor.evidence.returning import Returns, Visits

#: Threads of a host from which on it is looked at, by the pace of others, and by a guess.
LEAST, LEAST_GUESSED = 8, 20
#: Minus the logarithm of the chance that all is well. It is asked again with every thread that goes on, day after day.
ODD, ODD_GUESSED = 16.0, 12.0
#: The same by a guess, where people come back and get another thread each time.
ODD_RETURNING = 4.0
#: Nearly all threads of a store, where there is nothing to compare them with.
NEARLY_ALL = 0.9
_CONTAINER = re.compile(r"[0-9a-f]{12}")
#: What a platform adds to a deployment's name: something with a number, or the five letters of a Kubernetes pod.
_GENERATED = re.compile(r"[a-z]*[0-9][a-z0-9]*|[bcdfghjklmnpqrstvwxz]{5}")


@dataclass(frozen=True, slots=True)
class Suspect:
    """A host whose threads with random ids all stayed at one turn. `threads` are these, newest first."""

    hostname: str
    threads: Sequence[Begun]
    shapes: Sequence[str]  #: of their ids, the most frequent first
    expected: float  #: of them, those that should have gone on by now
    surprise: float
    guessed: bool  #: nothing in the store tells how soon threads go on
    past: tuple[int, int]  #: threads that it began before, and of these those that went on
    peers: Sequence[str]  #: other hosts that took part in threads which went on meanwhile
    alike: bool  #: one of them bears the same name with another number
    returns: Returns
    reads: int  #: of its threads, by itself
    misses: int

    @property
    def since(self) -> datetime:
        return self.threads[-1].row.entry.first_at

    @property
    def changed(self) -> bool:
        """It did go on with threads, and others do still."""
        return self.past[1] >= FEW and bool(self.peers)

    @property
    def always_misses(self) -> bool:
        return self.misses == self.reads >= max(FEW, len(self.threads) * 0.8)

    @property
    def is_open(self) -> bool:
        """Too odd to be called sound: nothing it had to do with ever went on, or it lately seems so."""
        return not self.past[1] or self.surprise >= ODD / 2

    @property
    def is_odd(self) -> bool:
        """By itself; where it is a guess, `are_all_odd` says more."""
        return not self.guessed and self.surprise >= ODD


def find_suspects(cohort: Cohort) -> list[Suspect]:
    """Every host that may be one, however weak that is so far."""
    pace = cohort.reference
    least = LEAST if pace else LEAST_GUESSED
    visits = Visits.of(cohort)
    found = []
    for hostname, theirs in cohort.by_host.items():
        last = cohort.last_event(hostname)
        after = [thread for thread in theirs if last is None or thread.row.entry.first_at > last]
        threads = [thread for thread in after if not thread.went_on and cohort.shape(thread)]
        if len(threads) >= max(least, len(after) / 2):
            found.append(_suspect(cohort, hostname, threads, pace, visits))
    return sorted(found, key=lambda one: one.hostname)


def are_all_odd(suspects: Sequence[Suspect], cohort: Cohort) -> bool:
    """Whether a store, of which nothing tells how soon its threads go on, is odd as a whole: nearly all of its threads
    have random ids, none goes on, and by any pace that we know of some should."""
    threads = [thread for one in suspects if one.guessed for thread in one.threads]
    if not threads or len(threads) < NEARLY_ALL * len(cohort.threads):
        return False
    surprise = sum(one.surprise for one in suspects)
    returns = all(one.returns.many for one in suspects)
    return surprise >= (ODD_RETURNING if returns else ODD_GUESSED)


def _suspect(cohort: Cohort, hostname: str, threads: Sequence[Begun], pace: Pace | None, visits: Visits) -> Suspect:
    ages = [thread.age for thread in threads]
    since = threads[-1].row.entry.first_at
    before = [thread for thread in cohort.by_host[hostname] if thread.row.entry.first_at < since]
    peers = _peers(cohort, hostname, since)
    counts = Counter(cohort.shape(thread) for thread in threads)
    reads, misses = _reads(hostname, threads)
    by = pace or Pace()
    return Suspect(
        hostname=hostname,
        threads=threads,
        shapes=[shape for shape, _ in counts.most_common()],
        expected=by.expected(ages),
        surprise=by.surprise(ages),
        guessed=pace is None,
        past=(len(before), sum(thread.went_on for thread in before)),
        peers=peers,
        alike=any(stem(peer) == stem(hostname) for peer in peers),
        returns=visits.returns(threads),
        reads=reads,
        misses=misses,
    )


def stem(hostname: str) -> str:
    """What hosts of one deployment share: "web" of web-1, "shop-chat" of shop-chat-7f9c4d8b6-x2k4q. Containers that
    were given no name are all alike."""
    if _CONTAINER.fullmatch(hostname):
        return ""
    first, *others = hostname.partition(".")[0].lower().split("-")
    while others and _GENERATED.fullmatch(others[-1]):
        others.pop()
    return "-".join((first, *others)).rstrip("0123456789")


def _peers(cohort: Cohort, hostname: str, since: datetime) -> list[str]:
    """Those with the most threads first."""
    counts: Counter[str] = Counter()
    for thread in cohort.threads:
        if thread.went_on and thread.row.entry.last_at >= since:
            counts.update(host for host in thread.hosts if host != hostname)
    return [host for host, count in counts.most_common() if count >= FEW or len(counts) == 1]


def _reads(hostname: str, threads: Sequence[Begun]) -> tuple[int, int]:
    theirs = list(_workers(hostname, threads))
    return sum(reads for reads, _ in theirs), sum(misses for _, misses in theirs)


def _workers(hostname: str, threads: Sequence[Begun]) -> Iterator[tuple[int, int]]:
    for thread in threads:
        for worker in thread.row.workers:
            if worker.hostname == hostname:
                yield worker.reads or 0, worker.misses or 0
