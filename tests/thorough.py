"""What `make test` takes, and what it leaves to `make thorough`, which runs everything.

What takes long because there is much of it is sampled by `make test`: a test marked `one_in(n)` runs with each n-th of
its cases, the same in each run, so that one which fails does so again. One marked `thorough` is slow and near to others
of its folder that `make test` runs, and is left out.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable

import pytest

THOROUGH = os.environ.get("THOROUGH") == "1"


def left_out(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """Those of `items` that a run which is not thorough leaves out, in whatever order they come."""
    left, cases = set(), defaultdict(list)
    for item in items:
        if item.get_closest_marker("thorough"):
            left.add(item)
        elif item.get_closest_marker("one_in"):
            cases[item.nodeid.partition("[")[0]].append(item)
    for found in cases.values():
        step = found[0].get_closest_marker("one_in").args[0]
        taken = sorted(found, key=lambda item: item.nodeid)[::step]
        left.update(set(found).difference(taken))
    return left
