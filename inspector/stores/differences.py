"""Where stores differ in what they keep. One table: pages speak by it, docs/stores.md shows it, the contract suite
asserts it.

Measured against the savers of langgraph-checkpoint-postgres 3.2, -redis 0.5 and -sqlite 3.1. A store's layout is its
kind, but for Redis, whose shallow savers keep less than its full ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

POSTGRES, SQLITE, REDIS, REDIS_SHALLOW = LAYOUTS = ("postgres", "sqlite", "redis", "redis-shallow")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that not every layout keeps. `lost` holds the layouts that do not, each with what is left instead, as
    a sentence for people."""

    slug: str
    title: str
    lost: Mapping[str, str]

    def sentence(self, layout: str) -> str:
        """What this layout has instead; "" where it keeps it all."""
        return self.lost.get(layout, "")


_BOTH_REDIS = (REDIS, REDIS_SHALLOW)

DIFFERENCES = (
    Difference(
        "run-metadata",
        "Metadata of the run (host, owner, anything in `config`)",
        dict.fromkeys(
            _BOTH_REDIS,
            "The Redis savers store no metadata of the run: hosts are known from the probe alone, which stamps new "
            "checkpoints and counts in its ledger.",
        ),
    ),
    Difference(
        "history",
        "Every checkpoint of a thread",
        {
            REDIS_SHALLOW: "The shallow savers keep the newest checkpoint alone: turns are a lower bound, and there is "
            "nothing to compare with.",
        },
    ),
    Difference(
        "values",
        "Values exactly as the agent had them",
        dict.fromkeys(
            _BOTH_REDIS,
            "The Redis savers store JSON: a Decimal, a frozenset, a path or an array is lost when it is written.",
        ),
    ),
    Difference(
        "error-text",
        "The message of a failed task",
        dict.fromkeys(_BOTH_REDIS, "The Redis savers store the class of an error and not its message."),
    ),
    Difference(
        "shared-values",
        "A value that did not change is stored once",
        dict.fromkeys(
            (SQLITE, *_BOTH_REDIS),
            "Each checkpoint holds a full copy of the state, so its size is that of all its values.",
        ),
    ),
)


def find_difference(slug: str) -> Difference:
    """Raises `KeyError`."""
    return {difference.slug: difference for difference in DIFFERENCES}[slug]
