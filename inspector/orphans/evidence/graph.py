"""Whether the graph that ran in it is one that runs once, and whose threads nobody means to go on with."""

from __future__ import annotations

from inspector.index.begun import Sums
from inspector.orphans.evidence.piece import Evidence
from inspector.orphans.evidence.rates import ENOUGH, went_on
from inspector.orphans.evidence.shape import COMMONLY, NEVER


def judge_graph(graph: str, same: Sums, rest: Sums) -> Evidence | None:
    """`same` are the graph's threads of the week, `rest` those of all other graphs at the hosts it ran on or, where
    that is not known, anywhere. None for a graph whose threads go on, or where none of any graph does."""
    if not graph or same.threads < ENOUGH or rest.threads < ENOUGH:
        return None
    if went_on(same) > NEVER or went_on(rest) < COMMONLY:
        return None
    went = same.threads - same.left
    on = f"only {went:,}" if went else "none"
    text = (
        f"It ran {graph}, which seems to run once: {on} of its {same.threads:,} threads of that week had a second turn."
    )
    return Evidence("graph", -3, text)
