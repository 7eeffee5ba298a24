"""What a query is given: only texts that Postgres can hold."""

from __future__ import annotations

from collections.abc import Sequence


def storable(*texts: str) -> bool:
    """Postgres text cannot hold NUL or lone surrogates, so nothing is stored under such a name."""
    return all("\x00" not in text and text.encode("utf-8", "replace").decode("utf-8") == text for text in texts)


def storable_pairs(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in pairs if storable(*pair)]


def wanted_channels(thread_id: str, checkpoint_ns: str, versions: Sequence[tuple[str, str]]) -> dict[str, object]:
    return {
        "thread_id": thread_id,
        "checkpoint_ns": checkpoint_ns,
        "channels": [channel for channel, _ in versions],
        "versions": [version for _, version in versions],
    }
