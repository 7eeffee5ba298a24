"""A host's threads of whole hours, by the tallies: where threads come so fast, or go on so late, that those which can
be looked at one by one are all too young to tell."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from inspector.doctor.case import NEWEST, Case
from inspector.doctor.evidence.suspects import NEARLY_ALL, ODD, Suspect
from inspector.index.begun import HOUR, Sums, floor
from inspector.models import HourTally

#: Hours that are looked at, and of these the youngest that is left out: its threads may go on yet.
_HOURS, _YOUNG = 24, 1


def forgets_by_hour(case: Case, suspect: Suspect) -> bool:
    """Whether none of its threads went on for hours, while those that other hosts began in the same hours did."""
    if len(case.stored) < NEWEST:
        return False  # the rows tell all there is
    by_hour = _tallies(case)
    threads, random, expected = 0, 0, 0.0
    for hour in sorted(by_hour, reverse=True):
        own, others = _shares(by_hour[hour], suspect.hostname)
        if own.threads - own.left > 0:
            break
        threads, random = threads + own.threads, random + own.left_random
        expected += own.threads * (others.threads - others.left) / others.threads if others.threads else 0.0
    return expected >= ODD and random >= NEARLY_ALL * threads


def _tallies(case: Case) -> dict[datetime, dict[str, Sums]]:
    end = floor(case.moment.now, HOUR) - HOUR * (_YOUNG - 1)
    kept = HourTally.objects.filter(store=case.entry, by="host", hour__gte=end - timedelta(hours=_HOURS), hour__lt=end)
    found: dict[datetime, dict[str, Sums]] = defaultdict(dict)
    for hour, hostname, *sums in kept.values_list("hour", "name", *Sums._fields):
        found[hour][hostname] = _without_muted(Sums(*sums))
    return found


def _without_muted(sums: Sums) -> Sums:
    """How many of the muted ones have a random id is not kept. None, as far as that can be: what is muted has mostly
    chosen ids, and of a suspect's newest threads it is known that random ones are left."""
    left = sums.left - sums.left_muted
    return Sums(sums.threads - sums.left_muted, left, min(sums.left_random, left))


def _shares(hosts: dict[str, Sums], hostname: str) -> tuple[Sums, Sums]:
    """The host's own, and those of all others with which anybody went on."""
    others = Sums()
    for name, sums in hosts.items():
        if name != hostname and sums.threads > sums.left:
            others = others.plus(sums)
    return hosts.get(hostname, Sums()), others
