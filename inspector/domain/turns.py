"""Which turn a checkpoint belongs to.

A turn is one accepted input in the root namespace. Counting `source = "input"` misses every run with durability `exit`,
which stores no input checkpoint. But each accepted input gives the channel `__start__` a new version with a random
suffix, and whatever consumes it records that version in `versions_seen`: the number of distinct versions is the
number of turns. Resumes, replays and updates bring no new version; an input at an old checkpoint does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from inspector.domain.channels import START

Version = str | int | float


class HasVersions(Protocol):
    """What the rule needs of a checkpoint record."""

    @property
    def checkpoint_id(self) -> str: ...
    @property
    def channel_versions(self) -> Mapping[str, Version]: ...
    @property
    def versions_seen(self) -> Mapping[str, Mapping[str, Version]]: ...
    @property
    def metadata(self) -> Mapping[str, object]: ...


def input_versions(checkpoint: HasVersions) -> frozenset[str]:
    """The versions of `__start__` that this checkpoint shows to be accepted inputs."""
    seen = {
        str(versions[START])
        for node, versions in checkpoint.versions_seen.items()
        if START in versions and (node == START or not node.startswith("__"))
    }
    if checkpoint.metadata.get("source") == "input" and START in checkpoint.channel_versions:
        seen.add(str(checkpoint.channel_versions[START]))
    return frozenset(seen)


def count_turns(root_checkpoints: Iterable[HasVersions]) -> int:
    """Turns of a thread, from all its root checkpoints."""
    return len({version for checkpoint in root_checkpoints for version in input_versions(checkpoint)})


def number_turns(root_checkpoints: Iterable[HasVersions], *, earlier: Iterable[str] = ()) -> dict[str, int]:
    """Turn by checkpoint_id. Inputs are numbered in the order in which their first checkpoint was made; a checkpoint
    belongs to the newest input it knows of. Those before any input get 0. `earlier` are the inputs, in that order, of
    checkpoints that come before the given ones."""
    numbers = {version: number for number, version in enumerate(earlier, 1)}
    turns: dict[str, int] = {}
    for checkpoint in sorted(root_checkpoints, key=lambda item: item.checkpoint_id):
        known = input_versions(checkpoint)
        for version in sorted(known - numbers.keys(), key=version_order):
            numbers[version] = len(numbers) + 1
        newest = max(known, key=version_order, default=None)
        turns[checkpoint.checkpoint_id] = numbers[newest] if newest is not None else 0
    return turns


def version_order(version: Version) -> tuple[int, str]:
    """Sorts channel versions as LangGraph does: by their whole number, then by the text after it."""
    whole, _, rest = str(version).partition(".")
    return (int(whole), rest) if whole.isdecimal() and len(whole) < 100 else (-1, str(version))
