"""Other one-turn threads of the same host at the same time, where nobody is named whose threads they are."""

from __future__ import annotations

import math

from inspector.orphans.evidence.piece import Evidence

#: Standard deviations that are no chance any more.
_SURE = 3.0


def judge_crowd(hostname: str, others: int, expected: float) -> Evidence:
    """`others` began at the host in the same hours; so many were to be `expected` by chance, from how many threads it
    began and the usual share. Weak: they may be anybody's."""
    host = hostname or "the unnamed host"
    text = (
        f"It names no owner. {others:,} other one-turn {'thread' if others == 1 else 'threads'} of {host} began about "
        f"the same hour; {expected:,.0f} were to be expected by chance."
    )
    return Evidence("siblings", int(others - expected > _SURE * math.sqrt(max(expected, 1.0))), text)
