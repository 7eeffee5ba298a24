"""Patterns for masks, by RE2: its time grows with the text and with nothing else, so that no pattern can hang a page.

Syntax: https://github.com/google/re2/wiki/Syntax. It has no look-around and no references back to a group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import re2  # type: ignore[import-untyped]

#: Bytes that one compiled pattern may take; one that needs more is refused.
_MEMORY = 8_000_000


class Match:
    """One match, and where its groups are in the text."""

    __slots__ = ("_found", "_names", "string")

    def __init__(self, found: Any, names: Mapping[str, int], text: str) -> None:
        self._found, self._names, self.string = found, names, text

    def span(self, group: str = "") -> tuple[int, int]:
        """Of a group by its name, of all without one; (-1, -1) where the group took no part."""
        found: tuple[int, int] = self._found.span(self._names[group] if group else 0)
        return found

    def group(self, group: str = "") -> str:
        start, end = self.span(group)
        return self.string[start:end] if start >= 0 else ""


class Pattern:
    """A compiled pattern. Raises ValueError, which tells what is wrong without the pattern."""

    __slots__ = ("_compiled",)

    def __init__(self, source: str | bytes) -> None:
        """A pattern in bytes is for bytes, each a sign by itself; one in text is for text, and for UTF-8."""
        options: Any = re2.Options()
        options.max_mem = _MEMORY
        options.log_errors = False
        if isinstance(source, bytes):
            options.encoding = re2.Options.Encoding.LATIN1
        try:
            self._compiled: Any = re2.compile(source, options)
        except re2.error as error:
            told = error.args[0] if error.args else b""
            told = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
            raise ValueError(told.partition(":")[0] or "not a pattern") from None

    def is_in(self, text: str | bytes) -> bool:
        return self._compiled.search(text) is not None

    def matches(self, text: str) -> Iterator[Match]:
        names = self.names
        return (Match(found, names, text) for found in self._compiled.finditer(text))

    @property
    def names(self) -> Mapping[str, int]:
        found: Mapping[str, int] = self._compiled.groupindex
        return found
