"""The shape of an id, weighed against what threads with ids of that shape do in this store."""

from __future__ import annotations

from inspector.domain.thread_ids import RANDOM_SHAPES
from inspector.index.begun import Sums
from inspector.orphans.evidence.piece import Evidence
from inspector.orphans.evidence.rates import ENOUGH, FEW, went_on

#: From this share on, threads commonly go on; up to that one, they never do.
COMMONLY, NEVER = 0.2, 0.02
#: Made from a name, so that the next request makes the same again.
_FROM_NAMES = frozenset({"uuid3", "uuid5"})
_MADE_ANEW = RANDOM_SHAPES | {"prefixed"}


def judge_shape(shape: str, same: Sums, rest: Sums) -> Evidence:
    """`same` are the threads of the week with ids of this shape, `rest` those with any other. At most 2: jobs that run
    once have ids of a shape of their own, too."""
    if not shape:
        return Evidence(
            "shape", -2, "Its id looks chosen by somebody, not made anew: the next request can use it again."
        )
    if shape in _FROM_NAMES:
        return Evidence("shape", -1, f"Its id is a {shape}, made from a name: the next request can make it again.")
    words = _words(shape)
    if same.threads < FEW:
        return Evidence(
            "shape", int(shape in _MADE_ANEW), f"Its id is {words}, and too few others here are to compare."
        )
    on, rest_on = went_on(same), went_on(rest) if rest.threads >= ENOUGH else 0.0
    went = f"{same.threads - same.left:,} of {same.threads:,}"
    if on >= COMMONLY:
        return Evidence("shape", 0, f"Its id is {words}, which says little: {went} such threads went on that week.")
    if on > NEVER:
        few = f"Its id is {words}: only {went} such threads went on that week."
        return Evidence("shape", int(rest_on >= 2 * on), few)
    if rest_on >= COMMONLY:
        none = f"none of {same.threads:,}" if same.left == same.threads else f"only {went}"
        said = f"Its id is {words}: {none} such threads went on that week, {rest_on * 100:.0f} % of the others did."
        return Evidence("shape", 2 if shape in _MADE_ANEW else 1, said)
    alone = f"Its id is {words}; hardly any thread here goes on, whatever its id."
    return Evidence("shape", int(shape in _MADE_ANEW), alone)


def _words(shape: str) -> str:
    if shape == "prefixed":
        return "a prefix with a random part"
    if shape == "hex":
        return "random hex digits"
    return "an integer" if shape == "integer" else f"a {shape}"
