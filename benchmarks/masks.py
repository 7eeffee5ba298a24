"""How much longer decoding takes with masks than without.

    python benchmarks/masks.py

Both are measured in turn, so a busy machine slows both; the fastest of the rounds counts. "built in" are the masks that
are always on, "all" with every preset and a pattern, "pair" two states that differ by their last element, decoded
together. "hit" has one secret in it, so that all of it is walked. What to expect: at most 1.1 without a hit, but for
texts so large that they are cut and not decoded to their end.
"""

from __future__ import annotations

import sys

# This file lies beside one that is called as a library which the savers use.
sys.path.pop(0)

import argparse
import gc
import os
from collections.abc import Callable
from typing import Any

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from benchmarks.decode import chat, fastest
from benchmarks.diff import record
from inspector.decode import PAIR_BUDGET, Sight, see_json, see_pair, see_value
from inspector.decode.sight import Masks

SIZE = 5_000_000
SECRET = "postgresql://app:hunter2@db.example/app"  # noqa: S105  of nobody
CASES: dict[str, Callable[[], list[Any]]] = {
    "chat": lambda: chat(SIZE // 470),
    "dense JSON": lambda: [record(number) for number in range(SIZE // 118)],
    "floats": lambda: [number / 7 for number in range(SIZE // 9)],
    "documents of 4 kB": lambda: [{"text": "some words " * 370, "source": f"{n}.pdf"} for n in range(SIZE // 4_100)],
    "one text of 5 MB": lambda: ["word " * (SIZE // 5)],
}
ALL = "email\ncard\nphone\niban\nip\npattern:ACME-[0-9]{6}"


def fresh(sight: Sight) -> Sight:
    """As if it had not seen this value before: what masks find out of one is remembered."""
    if sight.masks is not None:
        sight.masks._raw._told.clear()
    return sight


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    serde = JsonPlusSerializer()
    gc.disable()  # it looks through all that is here, at times of its own
    salt = os.urandom(32)
    plain, built_in, everything = Sight(), Sight(masks=Masks.of("", salt)), Sight(masks=Masks.of(ALL, salt))
    print(f"{'case':20} {'bytes':>10} {'plain':>9} {'built in':>9} {'all':>7} {'hit':>7} {'inline':>7} {'pair':>9}")
    for name, make in CASES.items():
        rows = make()
        tag, blob = serde.dumps_typed(rows)
        hit = serde.dumps_typed([*rows, SECRET])[1]
        older = serde.dumps_typed(rows[:-1])[1]

        def value(sight: Sight, data: bytes = blob, tag: str = tag) -> Callable[[], object]:
            return lambda: see_value(tag, data, sight=fresh(sight), budget=PAIR_BUDGET)

        def pair(sight: Sight, old: bytes = older, new: bytes = blob, tag: str = tag) -> Callable[[], object]:
            return lambda: see_pair((tag, old), (tag, new), sight=fresh(sight))

        def ratio(make: Callable[[Sight], Callable[[], object]], sight: Sight) -> tuple[float, float]:
            without, within = fastest(make(plain), make(sight), rounds)
            return without * 1e3, within / without

        base, first = ratio(value, built_in)
        _, second = ratio(value, everything)
        without, within = fastest(value(plain, hit), value(built_in, hit), rounds)
        inline = (
            ratio(lambda sight, rows=rows: lambda: see_json(rows, sight=sight), built_in)[1] if "JSON" in name else 0
        )
        both, third = ratio(pair, built_in)
        print(
            f"{name:20} {len(blob):10,} {base:6.1f} ms {first:8.2f}x {second:6.2f}x {within / without:6.2f}x "
            f"{inline:6.2f}x {both:6.1f} ms {third:6.2f}x",
            flush=True,
        )


if __name__ == "__main__":
    main()
