"""What a store does not keep, in words: see `stores.differences`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.template import Library

from inspector.stores.differences import find_difference

register = Library()

#: What a person calls the layouts of one kind.
_LAYOUTS = {"redis": "the full savers", "redis-shallow": "the shallow savers"}
_KINDS = {"postgres": "Postgres", "redis": "Redis", "sqlite": "SQLite"}
#: By kind: what a store's tables, its database and its login are called there.
_WORDS = {
    "redis": {
        "table": "Keys",
        "tables": "Keys",
        "row": "Documents",
        "login": "User",
        "schema": "Key prefix",
        "size": "Memory of the server",
    },
    "sqlite": {"database": "File"},
}
_PLAIN = {
    "table": "Table",
    "tables": "Tables",
    "row": "Rows",
    "database": "Database",
    "login": "Login",
    "schema": "Schema",
    "size": "Size",
}


@register.filter
def lost(layout: str, slug: str) -> str:
    """What is there instead, as a sentence; "" where the layout keeps it."""
    return find_difference(slug).sentence(layout)


@register.filter
def unnamed(kind: str) -> str:
    """A host without a name: nobody named it, or a store of this kind cannot hold its name."""
    return "host not stored" if lost(kind, "run-metadata") else "host not named"


@register.filter
def left_unnamed(host: Any, kind: str) -> bool:
    """What stands for all hosts, in a store that cannot hold their names."""
    return not host.hostname and bool(lost(kind, "run-metadata"))


@register.filter
def hosts_lost(threads: Iterable[Any]) -> bool:
    """Whether some of these threads' checkpoints name no host: a probe may have stamped all of them."""
    return any(not worker.hostname for thread in threads for worker in thread.workers)


@register.filter
def layout_words(layout: str) -> str:
    return _LAYOUTS.get(layout, layout)


@register.filter
def kind_words(kind: str) -> str:
    return _KINDS.get(kind, kind)


@register.filter
def called(kind: str, thing: str) -> str:
    """What a store of this kind calls its tables, its login and so on."""
    return _WORDS.get(kind, {}).get(thing, _PLAIN[thing])
