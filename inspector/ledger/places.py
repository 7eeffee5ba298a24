"""Whether what a worker reported as its place is the store that is looked at."""

from __future__ import annotations

from collections.abc import Collection

from inspector.probe.ledger_schema import Place


def is_elsewhere(place: Place | None, identities: Collection[str]) -> bool | None:
    """Whether the checkpoints of `place` go to other data than that of a store with these identities. None where it
    cannot be told, because either side could not ask for its own."""
    if place is None:
        return None
    if place.kind == "memory":
        return True
    if not place.identities or not identities:
        return None
    return not set(place.identities) & set(identities)
