"""How well hosts that make a new thread for every request are found among those that do not, on generated traffic.

    python benchmarks/random_ids.py                       # 20 seeds: some minutes
    python benchmarks/random_ids.py --seeds 5 --processes 2

Prints the table of docs/rules/thread-id-random.md: by the share of conversations with one turn, precision and recall
over hosts, once a host that forgets has begun 50, 100 and 200 threads. Each share is played with 0, 1 and 4 such hosts
of 4 and of 8, with turns that go to any host and with hosts that keep their conversations, from the first request on
and after some minutes of sound traffic, with and without what probes tell of reads, with and without owners.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    sys.path.pop(0)

import argparse
import itertools
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import NamedTuple

from benchmarks.random_traffic import Site, Traffic

SHARES = (0.02, 0.2, 0.6)
#: Threads of a host when it is looked at.
LOOKS = (50, 100, 200)
#: Seconds of sound traffic before.
BEFORE = (0.0, 150.0)


class Setting(NamedTuple):
    """What is known of a site."""

    site: Site
    reads: bool
    owners: bool


class Score(NamedTuple):
    """Hosts that were named rightly, wrongly, and missed; and of those found, by how sure."""

    setting: Setting
    look: int
    right: int
    wrong: int
    missed: int
    confidence: str


def settings(seeds: int) -> Iterator[Setting]:
    for share, hosts, forgetful, sticky, since, reads, owners, seed in itertools.product(
        SHARES, (4, 8), (0, 1, 4), (False, True), BEFORE, (False, True), (False, True), range(seeds)
    ):
        site = Site(hosts, forgetful, share, sticky, since, seed=seed)
        yield Setting(site, reads, owners)


def play(setting: Setting, looks: Sequence[int] = LOOKS) -> list[Score]:
    """Asks the rule at each look. Needs Django and an index."""
    from benchmarks.random_rows import quick_case
    from inspector.doctor.rules.thread_id_random import RULE
    from inspector.models import StoreEntry

    entry, _ = StoreEntry.objects.get_or_create(name="site")
    traffic, scores = Traffic(setting.site), []
    truth = set(setting.site.wrong)
    for look in looks:
        traffic.until(look)
        verdict = RULE.check(quick_case(traffic, entry, reads=setting.reads, owners=setting.owners))
        named = set(verdict.hosts) if verdict.outcome == "problem" else set()
        counts = len(named & truth), len(named - truth), len(truth - named)
        scores.append(Score(setting, look, *counts, verdict.confidence if named else ""))
    return scores


def rates(scores: Sequence[Score]) -> tuple[float, float]:
    """Precision and recall, by host."""
    right, wrong, missed = (sum(getattr(score, name) for score in scores) for name in ("right", "wrong", "missed"))
    return right / (right + wrong) if right + wrong else 1.0, right / (right + missed) if right + missed else 1.0


def table(scores: Sequence[Score]) -> Iterator[str]:
    yield "| Genuine one-turn conversations | Hosts at fault | Threads of each | Precision | Recall | Named wrongly |"
    yield "|---|---|---|---|---|---|"
    for share, forgetful, look in itertools.product(SHARES, (0, 1, 4), LOOKS):
        some = [
            s for s in scores if (s.setting.site.one_turn, s.setting.site.forgetful, s.look) == (share, forgetful, look)
        ]
        precision, recall = rates(some)
        wrong, hosts = sum(score.wrong for score in some), sum(s.setting.site.hosts - forgetful for s in some)
        found = f"{recall:.3f}" if forgetful else ""
        yield f"| {share:.0%} | {forgetful} | {look} | {precision:.3f} | {found} | {wrong} of {hosts:,} |"


def begin() -> None:
    """An index of this process's own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "inspector.settings"
    os.environ["INSPECTOR_DATA_DIR"] = tempfile.mkdtemp(prefix="inspector-random-ids-")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--every", type=float, default=Site().every, help="seconds between conversations at each host")
    parser.add_argument("--pause", type=float, default=Site().pause, help="median seconds until somebody goes on")
    options = parser.parse_args()
    wanted = [
        one._replace(site=replace(one.site, every=options.every, pause=options.pause))
        for one in settings(options.seeds)
    ]
    with ProcessPoolExecutor(options.processes, initializer=begin) as pool:
        scores = [score for some in pool.map(play, wanted, chunksize=8) for score in some]
    print("\n".join(table(scores)))
    _tell_worst(scores)


def _tell_worst(scores: Sequence[Score]) -> None:
    """Which settings lose hosts, at the last look."""
    last = [score for score in scores if score.look == LOOKS[-1] and (score.missed or score.wrong)]
    counts = Counter(
        (replace(s.setting.site, seed=0), s.setting.reads, s.setting.owners, s.missed > 0, s.wrong > 0) for s in last
    )
    for what, count in counts.most_common(12):
        print(count, what)
    print(
        Counter((s.setting.site.forgetful == s.setting.site.hosts, s.confidence) for s in scores if s.look == LOOKS[-1])
    )


if __name__ == "__main__":
    main()
