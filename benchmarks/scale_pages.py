"""Pages over a large store's index by the same pages over a small one's, warm and with the index's file cold."""

from __future__ import annotations

import statistics

from benchmarks.figures import Figure, percentile
from benchmarks.scale_bench import Bench
from benchmarks.scale_child import Child

#: Of the issue's list: the others are told without a bound.
AIMED_AT = ("first page", "deep page", "one-turn filter", "host filter", "substring search", "orphans page")
WARM, COLD, MOST = 2.0, 6.0, 60.0
#: Runs of one store before the other has its turn, so that a busy machine slows both.
_ROUND = 10


def run(bench: Bench) -> None:
    for kind in bench.kinds:
        indexes = [(url, bench.built(kind, url)) for url in (bench.url, bench.small_url)]
        with bench.dashboard(*indexes[0]) as large, bench.dashboard(*indexes[1]) as small:
            large_paths, small_paths = (child.ask("paths", many=min(20, bench.times)) for child in (large, small))
            for name in large_paths:
                sides = ((large, large_paths[name]), (small, small_paths[name]))
                _compare(bench, f"{kind}: {name}", sides, bench.times, cold=False, aim=name in AIMED_AT)
                if kind == "sqlite":  # a server's own memory cannot be emptied from here
                    times = max(2, bench.times // 5)
                    _compare(bench, f"{kind}: {name}, cold", sides, times, cold=True, aim=name in AIMED_AT)


def _compare(
    bench: Bench, name: str, sides: tuple[tuple[Child, list[str]], ...], times: int, *, cold: bool, aim: bool
) -> None:
    for child, paths in sides:
        child.ask("open_pages", paths=paths, times=len(paths))
    took: list[list[tuple[float, float]]] = [[] for _ in sides]
    done = 0
    while done < times:
        many = min(_ROUND, times - done)
        for side, (child, paths) in enumerate(sides):
            turned = paths[done % len(paths) :] + paths[: done % len(paths)]
            took[side] += child.ask("open_pages", paths=turned, times=many, cold=cold)
        done += many
    (p50, p95, cpu), (small50, small95, small_cpu) = map(_summed, took)
    note = f"p50 {p50:.1f}, small {small50:.1f} / {small95:.1f} ms; ratio of p50 {p50 / small50:.2f}"
    note += f", of CPU seconds {cpu / small_cpu:.2f} ({cpu:.1f} ms)"
    ratio = (COLD if cold else WARM) if aim else None
    bench.note(Figure("pages", f"{name}: p95", p95, "ms", MOST if aim and not cold else None, note=note))
    bench.note(Figure("pages", f"{name}: p95 / small", p95 / small95, "x", ratio))


def _summed(took: list[tuple[float, float]]) -> tuple[float, float, float]:
    """p50 and p95 of the times, p50 of the CPU times, in milliseconds."""
    seconds = [1_000 * pair[0] for pair in took]
    return statistics.median(seconds), percentile(seconds, 0.95), 1_000 * statistics.median(pair[1] for pair in took)
