"""People who come back and get another thread each time, as far as the metadata name whose a thread is."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from inspector.doctor.evidence.cohort import Begun, Cohort

#: Somebody who is back so soon goes on with the conversation, more often than not.
SOON = timedelta(minutes=30)
#: An owner of more threads than that is a team, a tenant or a machine. In all, and not in an hour: a team that asks
#: twelve times an hour does so no faster than one person, and only its sum tells of it. A person who makes more is left
#: out, too, which weakens a finding and accuses nobody.
PERSON = 60
#: Of the threads of one owner, so many may overlap: people do one thing at a time.
_OVERLAP = 0.1
#: Returns from which on they say something, and the share of a host's threads.
MANY, MANY_OF = 8, 0.2


@dataclass(frozen=True, slots=True)
class Returns:
    """Of some threads, those whose owner had another one shortly before."""

    threads: int = 0
    of: int = 0  #: threads that name a person
    people: int = 0
    example: str = ""  #: the newest of these threads of who came back most often

    @property
    def many(self) -> bool:
        return self.threads >= max(MANY, MANY_OF * self.of)


@dataclass(frozen=True)
class Visits:
    """By owner, when the threads of one person began and were last active, oldest first."""

    times: Mapping[str, Sequence[tuple[datetime, datetime]]]

    @classmethod
    def of(cls, cohort: Cohort) -> Visits:
        found: dict[str, list[Begun]] = defaultdict(list)
        for thread in reversed(cohort.threads):
            if owner := thread.row.entry.owner:
                found[owner].append(thread)
        people = {owner: theirs for owner, theirs in found.items() if 1 < len(theirs) <= PERSON and _is_person(theirs)}
        return cls(
            {
                owner: [(thread.row.entry.first_at, thread.row.entry.last_at) for thread in theirs]
                for owner, theirs in people.items()
            }
        )

    def returns(self, threads: Sequence[Begun]) -> Returns:
        back: dict[str, list[Begun]] = defaultdict(list)
        named = 0
        for thread in threads:
            owner = thread.row.entry.owner
            named += bool(owner)
            if owner in self.times and self._is_back(owner, thread.row.entry.first_at):
                back[owner].append(thread)
        most = max(back.values(), key=len, default=[])
        newest = max(most, key=lambda thread: thread.row.entry.first_at, default=None)
        example = newest.row.entry.thread_id if newest is not None else ""
        return Returns(sum(map(len, back.values())), named, len(back), example)

    def _is_back(self, owner: str, at: datetime) -> bool:
        """Whether another thread of theirs was begun before and active until shortly before this moment, or after."""
        times = self.times[owner]
        place = bisect_left(times, (at, at))
        return any(at - last <= SOON for _, last in times[max(0, place - 5) : place])


def _is_person(threads: Sequence[Begun]) -> bool:
    alone = [thread.row.entry for thread in threads if not thread.went_on]
    overlaps = sum(after.first_at < before.last_at for before, after in pairwise(alone))
    return overlaps <= _OVERLAP * len(alone)
