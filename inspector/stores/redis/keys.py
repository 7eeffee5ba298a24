"""Names of keys and tags, as langgraph-checkpoint-redis 0.5 makes them.

A thread's id may hold every character that separates the parts of a name, so a name proves nothing: whoever finds a
document by its name or its tags looks into the document for whose it is. Bytes that are no UTF-8 keep their place as
surrogates.
"""

from __future__ import annotations

import re

#: What the savers store instead of an empty text.
EMPTY, EMPTY_ID = "__empty__", "00000000-0000-0000-0000-000000000000"
#: The tag index cuts what is longer (measured: 4,096 characters are found, more are not).
_TAG_BYTES = 4_000
_NOT_WORD = re.compile(r"(\W)")
_GLOB = re.compile(r"([\\*?\[\]^-])")
_SPACE = " \t\n\r\v\f"


def text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def raw(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def storable(*names: str) -> bool:
    """Whether the savers can store such names: JSON holds no half of a character."""
    return all(name.encode("utf-8", "replace").decode("utf-8") == name for name in names)


def stored_ns(checkpoint_ns: str) -> str:
    return checkpoint_ns or EMPTY


def stored_id(name: str) -> str:
    return name or EMPTY_ID


def shown_ns(stored: str) -> str:
    return "" if stored == EMPTY else stored


def shown_id(stored: str) -> str:
    return "" if stored == EMPTY_ID else stored


def checkpoint_key(prefix: str, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> str:
    """Of a full saver."""
    return f"{prefix}:{stored_id(thread_id)}:{stored_ns(checkpoint_ns)}:{stored_id(checkpoint_id)}"


def shallow_key(prefix: str, thread_id: str, checkpoint_ns: str) -> str:
    """Of a shallow saver, which keeps one checkpoint for each thread and namespace."""
    return f"{prefix}:{thread_id}:{checkpoint_ns}"


def glob(literal: str) -> bytes:
    """A pattern that matches exactly this, to be followed by what else it shall match."""
    return raw(_GLOB.sub(r"\\\1", literal))


def tag_clause(field: str, value: str) -> str | None:
    """A query that finds a tag, and others that differ in case or hold more between commas; None where no query can:
    of nothing but commas and spaces no tag is made, and a very long one is not found."""
    parts = [part.strip(_SPACE) for part in value.split(",")]
    tags = [_NOT_WORD.sub(r"\\\1", part) for part in parts if part]
    if not tags or len(raw(value)) > _TAG_BYTES or "\x00" in value:
        return None
    return " ".join(f"@{field}:{{{tag}}}" for tag in tags)
