"""Masks of places: `path:messages/*/content` hides what lies there, `key:ssn` what lies under a key, at any depth."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeAlias

from inspector.domain.value import Tagged, Value

#: What is left of paths on the way down, each with its label.
Places: TypeAlias = frozenset[tuple[str, tuple[str, ...]]]
NOWHERE: Places = frozenset()

#: The channel that paths call what stands in a checkpoint's metadata.
METADATA = "metadata"
#: Parts that the decoder names, and nobody stored: a path does not mention them.
_GIVEN = frozenset({"value", "items", "args"})
_GLOB = re.compile(r"\[[^]]*\]|[*?]")
MOST_PARTS = 20


@dataclass(frozen=True, slots=True)
class PathRule:
    """`parts` are patterns as of a shell, the channel first; `*` is any one, `**` any number of them."""

    label: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyRule:
    """A pattern as of a shell, for the keys of mappings and the names of fields. Case does not count."""

    label: str
    pattern: str

    @property
    def literal(self) -> str:
        """The longest part of it that is in every key that fits, in lower case; "" where there is none."""
        return max(_GLOB.split(self.pattern), key=len)

    def fits(self, key: str) -> bool:
        return fnmatchcase(key.lower(), self.pattern)


def at_channel(rules: Iterable[PathRule], channel: str, value: Value) -> Places:
    """Where the paths stand at a channel's value.

    LangGraph's own channels hold what goes to the graph's: an input, the arguments of a node, an error. There a path is
    looked for at any depth. A node may write one message where the channel holds a list of them, so `*` may be nothing
    there.
    """
    found: set[tuple[str, tuple[str, ...]]] = set()
    for rule in rules:
        if channel.startswith("__") or not channel:
            found.add((rule.label, ("**", *rule.parts)))
        for rest in _step(rule.parts, channel):
            found.add((rule.label, rest))
            if rest and rest[0] == "*" and not isinstance(value, list | dict):
                found.add((rule.label, rest[1:]))
    return _closed(found)


def below(places: Places, name: str, *, within: Value) -> Places:
    """Where the paths stand one step down; `name` is a key or a field's name, "*" an element of a list."""
    found = {(label, rest) for label, parts in places for rest in _step(parts, name)}
    if isinstance(within, Tagged) and name in _GIVEN:
        found |= places
    return _closed(found) if found else NOWHERE


def label_at(places: Places) -> str:
    """The label of a path that ends here, "" where none does."""
    return min((label for label, parts in places if not parts), default="")


def _step(parts: tuple[str, ...], name: str) -> Iterable[tuple[str, ...]]:
    if not parts:
        return ()
    first = parts[0]
    if first == "**":
        return (parts, *_step(parts[1:], name))
    fits = first == "*" or (name != "*" and fnmatchcase(name, first))
    return (parts[1:],) if fits else ()


def _closed(found: set[tuple[str, tuple[str, ...]]]) -> Places:
    """With those that take `**` for nothing. At the end of a path it is at least one step."""
    waiting = list(found)
    while waiting:
        label, parts = waiting.pop()
        if len(parts) > 1 and parts[0] == "**" and (label, parts[1:]) not in found:
            found.add((label, parts[1:]))
            waiting.append((label, parts[1:]))
    return frozenset(found)
