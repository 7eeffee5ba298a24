"""Names of keys and tags, as langgraph-checkpoint-redis 0.5 makes them.

A thread's id may hold every character that separates the parts of a name, so a name proves nothing: whoever finds a
document by its name or its tags looks into the document for whose it is. Bytes that are no UTF-8 keep their place as
surrogates.
"""

from __future__ import annotations

import re

#: What the savers store instead of an empty text.
EMPTY, EMPTY_ID = "__empty__", "00000000-0000-0000-0000-000000000000"
#: The tag index cuts what is longer than 4,096 bytes.
_TAG_BYTES = 4_000
_GLOB = re.compile(r"([\\*?\[\]^-])")
_SPACE = " \t\n\r\v\f"


def text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def raw(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def is_text(raw: bytes) -> bool:
    """Whether a saver can have made the key: its names are JSON in the document."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


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
    return raw(escape_glob(literal))


def escape_glob(literal: str) -> str:
    return _GLOB.sub(r"\\\1", literal)


def shared_start(one: str, other: str) -> str:
    """The text that both begin with."""
    size = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    return one[: min(len(one), len(other)) if size is None else size]


def tags_of(value: str) -> list[str] | None:
    """The tags that the index makes of a text; None where it makes none, or cuts them, so that none finds it."""
    tags = [part.strip(_SPACE) for part in value.split(",")]
    tags = [tag for tag in tags if tag]
    return None if not tags or len(raw(value)) > _TAG_BYTES or "\x00" in value else tags
