"""Which stores a setting names."""

from __future__ import annotations

import re
from pathlib import Path

from inspector.config.values import StoreSetting
from inspector.secret import StoreUrl

_ENTRY = re.compile(r"(?:(?P<name>\w[\w.-]*)\s*=\s*)?(?P<url>[A-Za-z][A-Za-z0-9+.-]*://.*)", re.DOTALL)
#: A comma parts two entries only where a new URL starts behind it: one URL may list several hosts.
_NEXT_ENTRY = re.compile(r",(?=\s*(?:\w[\w.-]*\s*=\s*)?[A-Za-z][A-Za-z0-9+.-]*://)")


def parse_stores(text: str) -> tuple[StoreSetting, ...]:
    """Parse `[NAME=]URL` entries, one a line or comma-separated; lines that begin with # are comments.

    Raises ValueError naming the entry by its number, never by its text, which may be a password.
    """
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    entries = [entry.strip() for line in lines for entry in _NEXT_ENTRY.split(line)]
    found: dict[str, StoreSetting] = {}
    for number, entry in enumerate(filter(None, (entry.strip(",") for entry in entries)), 1):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise ValueError(f"entry {number} is neither URL nor NAME=URL (postgresql://…, redis://…, sqlite:///…)")
        url = StoreUrl(match["url"])
        name = match["name"] or _name_of(url)
        if name in found:
            raise ValueError(f"two stores are called {name!r}; give each its own name as NAME=URL")
        found[name] = StoreSetting(name, url)
    return tuple(found.values())


def _name_of(url: StoreUrl) -> str:
    """What a store without a name is called: its database; a bare number gets its kind in front."""
    database = url.path.rstrip("/").rpartition("/")[2]
    if url.scheme == "sqlite":
        database = Path(database).stem
    name = re.sub(r"[^\w.-]+", "-", database).strip("-.")
    kind = url.scheme.partition("+")[0]
    return f"{kind}-{name}" if name.isdigit() else name or kind
