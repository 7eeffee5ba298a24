"""Passes by what there was to find, in a store that only ever grew, and in one with freed pages everywhere."""

from __future__ import annotations

import statistics
import time

from benchmarks.figures import Figure, percentile
from benchmarks.mark import parameters_of
from benchmarks.scale_bench import COPIED, Bench, at_work
from benchmarks.scale_child import Child
from benchmarks.store import delete_some

IDLE, HUNDRED, TEN_THOUSAND = 0.001, 0.1, 2.0
#: Checkpoints, how often, and what a pass over them may cost of a count.
STEPS = ((100, 7, HUNDRED), (10_000, 3, TEN_THOUSAND))


def run(bench: Bench) -> None:
    with bench.writable() as url, Child(store=url) as writer:
        index = bench.index("sqlite", "passes")
        with bench.dashboard(url, index) as child:
            child.ask("build", pace="fast")
            _rounds(bench, "grown", url, child, writer)
            if bench.churn or bench.threads <= COPIED:
                _churned(bench, url, child)
                _rounds(bench, "freed pages", url, child, writer)


def _rounds(bench: Bench, state: str, url: str, child: Child, writer: Child) -> None:
    count = bench.count_seconds(url)
    child.ask("settle", most=bench.patience)
    idle: list[float] = []
    busy = at_work(url, bench.patience, lambda: idle.extend(_idle(child, bench.times)))
    note = f"p50 {statistics.median(idle) * 1e3:.1f}, p95 {percentile(idle, 0.95) * 1e3:.1f} ms; count {count:.2f} s"
    bench.note(Figure("passes", f"{state}: nothing new / count", statistics.median(idle) / count, "x", IDLE, note=note))
    store = busy / len(idle) / count
    bench.note(Figure("passes", f"{state}: nothing new, time at the store / count", store, "x", IDLE))
    for checkpoints, times, target in STEPS:
        told = [_after(url, checkpoints, child, writer) for _ in range(times)]
        seconds = [one["seconds"] for one in told]
        incomplete = sum(not one["complete"] for one in told)
        note = f"median of {times}, {min(seconds) * 1e3:.0f} to {max(seconds) * 1e3:.0f} ms, {incomplete} left to prove"
        name = f"{state}: {checkpoints:,} new checkpoints / count"
        bench.note(Figure("passes", name, statistics.median(seconds) / count, "x", target, note=note))
    child.ask("settle", most=bench.patience)
    began = time.monotonic()
    bench.note(Figure("passes", f"{state}: threads that differ in the end", child.ask("stale"), "", 0))
    took = time.monotonic() - began
    bench.note(Figure("passes", f"{state}: comparing all threads / count", took / count, "x", note=f"{took:.1f} s"))


def _idle(child: Child, times: int) -> list[float]:
    return [child.ask("one_pass")["seconds"] for _ in range(times)]


def _after(url: str, checkpoints: int, child: Child, writer: Child) -> dict[str, float]:
    writer.ask("add", url=url, checkpoints=checkpoints)
    told: dict[str, float] = child.ask("one_pass")
    return told


def _churned(bench: Bench, url: str, child: Child) -> None:
    """One thread in twenty goes, and a VACUUM. For good, where the store is no copy."""
    count = bench.count_seconds(url)
    delete_some(url, parameters_of(url))
    told = child.ask("one_pass")
    note = f"{told['removed']:,} threads went, {told['verified']:,} verified"
    bench.note(Figure("passes", "after deletes and VACUUM / count", told["seconds"] / count, "x", note=note))
    told = child.ask("one_pass")
    if told["verified"]:
        hours = told["seconds"] / told["verified"] * bench.threads / 3_600
        note = f"{told['seconds'] / told['verified'] * 1e3:.2f} ms a thread"
        bench.note(Figure("passes", "hours to verify all threads, without rests", hours, "h", note=note))
    child.ask("build", pace="fast", full=True)  # which verifies them, so that the passes that follow do not
