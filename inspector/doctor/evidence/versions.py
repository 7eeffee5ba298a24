"""Which of two versions of a Python package is the older one. As much of PEP 440 as releases on PyPI use."""

from __future__ import annotations

import re
from typing import TypeAlias

_VERSION = re.compile(
    r"v?(?:0!)?(?P<release>\d+(?:\.\d+)*)(?:[-_.]?(?P<stage>a|alpha|b|beta|c|rc|pre|preview)[-_.]?(?P<number>\d*))?"
    r"(?:[-_.]?(?:post|rev|r)[-_.]?(?P<post>\d*)|-(?P<bare>\d+))?(?:[-_.]?(?P<dev>dev)[-_.]?\d*)?(?:\+[\w.]+)?",
    re.IGNORECASE,
)
_STAGES = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}
_FINAL = 3

Order: TypeAlias = tuple[tuple[int, ...], int, int, int, int]


def order_of(version: str) -> Order | None:
    """What to sort it by: a pre-release comes before its release, `2.1` is `2.1.0`. None for what is no version."""
    found = _VERSION.fullmatch(version.strip())
    if found is None:
        return None
    release = [int(part) for part in found["release"].split(".")]
    while len(release) > 1 and not release[-1]:
        release.pop()
    stage = _STAGES[found["stage"].lower()] if found["stage"] else _FINAL
    post = found["post"] if found["post"] is not None else found["bare"]
    posted = -1 if post is None else int(post or 0)
    if found["dev"] and stage == _FINAL and post is None:
        stage = -1  # a snapshot on the way to its first pre-release
    return tuple(release), stage, int(found["number"] or 0), posted, 0 if found["dev"] else 1


def is_older(version: str, than: str) -> bool:
    """False where either is no version."""
    one, other = order_of(version), order_of(than)
    return one is not None and other is not None and one < other
