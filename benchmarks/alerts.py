"""How soon an alert fires, and how often it fires for nothing: simulated days through the real index.

    python -m benchmarks.alerts --days 30 --seeds 5

A week of which the index knows before anything is judged, then healthy days, by several kinds of places, with a look
each twenty minutes; then an incident of three hours at each of them, at any hour, with a look each minute. Tells the
threads that the host had begun when the alert fired, what else fired, and how long after the fix it ended.
"""

from __future__ import annotations

import argparse
import atexit
import itertools
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.simulated_days import CHAT, DAY, HOUR, MINUTE, MIXED, Days, Forgets, Graph, Place

if TYPE_CHECKING:
    from inspector.models import AlertEntry

#: An alert fires within so many bad threads.
MOST = 50
#: Places by their names; each seed draws its own days of them.
PLACES: Mapping[str, Place] = {
    "chat": Place(),
    "sticky": Place(sticky=True),
    "mixed": Place(graphs=MIXED, a_day=4_000),
    "nightly": Place(graphs=MIXED, sticky=True, nightly=300),
    "pods": Place(graphs=MIXED, a_day=4_000, deployments=[day * DAY + 5 * HOUR for day in range(1, 60, 2)]),
    "short": Place(graphs=(Graph("faq", 1.0, 0.6),), spread=0.06),
    "slow": Place(graphs=(replace(CHAT, pause=600.0),), a_day=1_000, hosts=2),
    "wild": Place(spread=0.12, weekend=0.1),
}
_INCIDENT = 3 * HOUR


def main() -> int:
    arguments = _arguments()
    begin_django()
    failures = 0
    for name, seed in itertools.product(arguments.places, range(1, arguments.seeds + 1)):
        began = time.monotonic()
        lines, failed = _one(replace(PLACES[name], seed=seed), arguments.past * DAY, arguments.days * DAY)
        failures += failed
        for line in lines:
            print(f"{name:8} seed {seed}: {line}", flush=True)
        print(f"{name:8} seed {seed}: {time.monotonic() - began:.0f} s", flush=True)
    return 1 if failures else 0


def _one(place: Place, past: float, healthy: float) -> tuple[list[str], int]:
    """What there is to tell, and how much of it should not be."""
    from benchmarks.watched_days import Watched
    from inspector.doctor.words import lasting

    begin = past + healthy + random.Random(place.seed).uniform(0, DAY)  # noqa: S311
    place = replace(place, forgets=Forgets(1, begin, begin + _INCIDENT))
    watched = Watched(Days(place))
    watched.learn(past)
    watched.watch(begin)
    before = len(watched.fired)
    watched.watch(begin + _INCIDENT, every=MINUTE)
    watched.watch(begin + _INCIDENT + 3 * DAY)
    names = {watched.days.name(1, at) for at in (begin, begin + _INCIDENT)}  # it may be renamed meanwhile
    after = watched.fired[before:]
    right = [one for one in after if one.alert.hostname in names]
    wrong = [*watched.fired[:before], *(one for one in after if one not in right)]
    lines = [f"false alarm: {one.alert}, {one.alert.orphans} of {one.alert.threads}" for one in wrong]
    lines += [f"fired after {one.bad} bad threads, {(one.at - begin) / MINUTE:.0f} min" for one in right]
    lines += [f"{alert} ended: {alert.end}, {lasting(_length(alert))} later" for alert in watched.ended]
    bad = right[0].bad if right else watched.days.begun  # in a still night, the incident may be over before it can fire
    if not right:
        lines.append(f"did not fire, of {bad} bad threads")
    again = len(right) - len({one.alert.hostname for one in right})
    return lines, len(wrong) + again + (bad > MOST)


def _length(alert: AlertEntry) -> float:
    return (alert.ended_at - alert.fired_at).total_seconds() if alert.ended_at else 0.0


def begin_django() -> None:
    """With an index of its own, which is thrown away."""
    directory = tempfile.mkdtemp(prefix="inspector-alerts-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    os.environ.update(DJANGO_SETTINGS_MODULE="inspector.settings", INSPECTOR_DATA_DIR=directory)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=30.0, help="healthy days before the incident (30)")
    parser.add_argument("--past", type=float, default=7.0, help="days before those, which nobody watches (7)")
    parser.add_argument("--seeds", type=int, default=5, help="times that each place is played (5)")
    parser.add_argument("--places", nargs="+", choices=list(PLACES), default=list(PLACES))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
