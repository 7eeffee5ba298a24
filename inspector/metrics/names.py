"""Hostnames as values of a label: few enough, and text that any scraper can read."""

from __future__ import annotations

from collections.abc import Iterable

#: Hosts of a store that have series of their own; the others are summed up as `OTHER`.
HOSTS = 200
OTHER = "(other)"
#: An empty label is none to Prometheus. The list of threads takes this word for such a host, too.
UNNAMED = "(unnamed)"


def label_of(hostname: str) -> str:
    """Half characters, which no UTF-8 has, become question marks. Two names may become one: sum them up."""
    return hostname.encode("utf-8", "replace").decode() or UNNAMED


def most_active(begun: Iterable[str], wrote: Iterable[str]) -> list[str]:
    """The hosts to tell of by name: first those that began threads lately, then those that wrote the most."""
    return list(dict.fromkeys([*begun, *wrote]))[:HOSTS]
