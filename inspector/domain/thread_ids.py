"""What the form of a thread_id says of how it was made."""

from __future__ import annotations

import re
from uuid import UUID

#: Forms that an id may have, as people know them. "" stands for one that may have been chosen.
SHAPES = (
    *(f"uuid{version}" for version in ("", *range(1, 9))),
    "ulid",
    "nanoid",
    "hex",
    "integer",
    "prefixed",
)
#: Of these, the ones that are made at random or by the clock, so that no second request makes the same again.
#: Weak evidence alone: many teams keep a uuid per user.
RANDOM_SHAPES = frozenset({"uuid1", "uuid4", "uuid6", "uuid7", "ulid", "nanoid", "hex"})

_UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_FORMS = (
    ("ulid", re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")),
    ("hex", re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")),
    ("integer", re.compile(r"[0-9]{1,20}")),
    ("nanoid", re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9_-]{21}")),
)
#: A part that was made at random: a UUID, a ULID, some hex digits, or letters of both cases and digits.
MADE = (
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|[0-7][0-9A-HJKMNP-TV-Z]{25}"
    r"|(?=[0-9a-f]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{8,64}"
    r"|(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*[0-9])[A-Za-z0-9]{16,}"
)
_WITH_TAIL = re.compile(rf"(?P<prefix>.*?[-_.:/|#])(?:{MADE})", re.DOTALL)
#: No id that is longer is looked at for a random tail.
_LONGEST = 500


def id_shape(thread_id: str) -> str:
    """What made an id, judged by its form: one of `SHAPES`, "prefixed" for a prefix and a part made at random, or ""
    for one that may have been chosen."""
    return _whole(thread_id) or ("prefixed" if random_tail(thread_id) else "")


def random_tail(thread_id: str) -> str:
    """What comes before the part of an id that was made at random: "chat-" of "chat-" and a UUID. "" where there is no
    such part, or nothing before it."""
    if len(thread_id) > _LONGEST or _whole(thread_id):
        return ""
    found = _WITH_TAIL.fullmatch(thread_id)
    return found["prefix"] if found else ""


def _whole(thread_id: str) -> str:
    if _UUID_TEXT.fullmatch(thread_id):
        return f"uuid{UUID(thread_id).version or ''}"
    return next((name for name, pattern in _FORMS if pattern.fullmatch(thread_id)), "")
