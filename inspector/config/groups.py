"""Which groups of a proxy or an OpenID provider a setting names, and in which stores they count."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupGrant:
    """`store` is "" for all stores, those to come as well."""

    group: str
    store: str = ""


def parse_groups(text: str) -> tuple[GroupGrant, ...]:
    """`GROUP` or `GROUP@STORE`, between commas or line ends. The last `@` counts: a group whose own name has one ends
    with `@` (`team@example.com@`). Raises ValueError."""
    entries = [entry.strip() for entry in re.split(r"[,\n]", text)]
    grants = [_grant(entry) for entry in entries if entry]
    return tuple(dict.fromkeys(grants))


def _grant(entry: str) -> GroupGrant:
    group, _, store = entry.rpartition("@") if "@" in entry else (entry, "", "")
    if not group.strip():
        raise ValueError("one of them names a store and no group: write GROUP@STORE")
    return GroupGrant(group.strip(), store.strip())
