"""How well one-turn threads are put together again, against generated conversations whose truth is known.

    python -m benchmarks.conversations [--seeds 5] [--owners 500] [--days 2]

Pairs of threads are counted: precision is how many of those said to be one conversation are, recall how many of those
that are one were said to be.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.conversation_phrases import TRAVEL
from benchmarks.conversation_truth import Figures, Turn, compare, generate, pauses
from inspector.orphans.conversations.cluster import find_conversations
from inspector.orphans.conversations.opening import Group
from inspector.orphans.conversations.pause import Pause

#: Aims with an owner, and for what is called likely without one.
PRECISION, RECALL, CALIBRATED = 0.98, 0.95, 0.8


def main() -> None:
    options = _options()
    print(f"{'':34}{'precision':>10}{'recall':>8}{'pairs':>9}{'threads':>9}{'s':>7}")
    for seed in range(options.seeds):
        pause = Pause.learn(pauses(seed))
        turns = generate(seed, owners=options.owners, days=options.days)
        _show(f"seed {seed}, with an owner", turns, pause)
        _show("        other phrases", generate(seed, owners=options.owners, days=options.days, phrases=TRAVEL), pause)
        unnamed = [replace(turn, opening=replace(turn.opening, graph="")) for turn in turns]
        _show("        graphs not named", unnamed, pause)
        silent = [replace(turn, opening=replace(turn.opening, first=None)) for turn in turns]
        _show("        its times alone", silent, pause)
        for owners in (5, 25, options.owners):
            unkeyed = generate(seed, owners=owners, days=options.days, keyed=False)
            groups = _show(f"        {owners} people, no owner key", unkeyed, pause)
            likely = [group for group in groups if group.likely]
            _print(f"          of these, likely ({len(likely)} of {len(groups)})", compare(unkeyed, likely), 0, 0.0)
    print(f"aims: {PRECISION} and {RECALL} with an owner; {CALIBRATED} of the pairs of likely groups without one")


def _show(words: str, turns: Sequence[Turn], pause: Pause) -> list[Group]:
    began = time.perf_counter()
    openings = [turn.opening for turn in turns]
    groups = find_conversations(openings, pause)
    _print(words, compare(turns, groups), len(turns), time.perf_counter() - began)
    return groups


def _print(words: str, found: Figures, threads: int, seconds: float) -> None:
    print(
        f"{words:34}{found.precision:10.4f}{found.recall:8.4f}{found.said:9,}"
        + (f"{threads:9,}{seconds:7.2f}" if threads else "")
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--owners", type=int, default=500)
    parser.add_argument("--days", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
