"""What a store's workers notice: a writer's throughput beside a build and beside passes, by that without them.

Windows with and without alternate, each pair gives one ratio, and which of the two comes first alternates as well.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from benchmarks.figures import Figure, bounds
from benchmarks.scale_bench import Bench
from benchmarks.scale_child import Child

BESIDE_BUILD, BESIDE_PASSES = 0.85, 0.95


def run(bench: Bench) -> None:
    with bench.writable() as url, Child(store=url) as writer:
        writer.ask("begin_writing", url=url)
        time.sleep(bench.window_seconds)  # not yet warm
        with bench.dashboard(url, bench.index("sqlite", "beside")) as child:
            child.ask("gate", open=False)
            child.ask("begin_build", pace="gentle")
            ratios = _pairs(bench, writer, lambda on: bool(child.ask("gate", open=on)["building"]))
            _note(bench, "beside a build at the default pace", ratios, BESIDE_BUILD)
        with bench.dashboard(url, bench.index("sqlite", "passing")) as child:
            child.ask("build", pace="fast")
            ratios = _pairs(bench, writer, lambda on: _switch(child, on), lambda: child.ask("end_pass"))
            _note(bench, "beside passes at their default", ratios, BESIDE_PASSES)
        nothing = _pairs(bench, writer, lambda on: True)
        _note(bench, "beside nothing: the noise of this run", nothing, None)


def _switch(child: Child, on: bool) -> bool:
    child.ask("background", on=on)
    return True


def _pairs(
    bench: Bench, writer: Child, turn: Callable[[bool], bool], end: Callable[[], object] = lambda: None
) -> list[tuple[float, float]]:
    """Checkpoints a second with and without, until there is nothing left to be beside of. A window with ends as `end`
    does."""
    pairs: list[tuple[float, float]] = []
    for number in range(bench.windows):
        rates = {}
        for on in (True, False) if number % 2 else (False, True):
            goes_on = turn(True) if on else True
            writer.ask("mark")
            time.sleep(bench.window_seconds)
            if on:
                end()
            rates[on] = writer.ask("written")
            goes_on = turn(False) and goes_on if on else goes_on
            if not goes_on:
                return pairs or [(rates[True], rates.get(False, rates[True]))]
        pairs.append((rates[True], rates[False]))
    return pairs


def _note(bench: Bench, name: str, pairs: list[tuple[float, float]], target: float | None) -> None:
    ratios = [beside / alone for beside, alone in pairs]
    low, high = bounds(ratios)
    alone = statistics.median(pair[1] for pair in pairs)
    summed = sum(pair[0] for pair in pairs) / sum(pair[1] for pair in pairs)
    note = f"{low:.3f} to {high:.3f}, all windows {summed:.3f}, {len(pairs)} pairs, {alone:,.0f} checkpoints/s alone"
    bench.note(Figure("writers", name, statistics.median(ratios), "x", target, at_least=True, note=note))
