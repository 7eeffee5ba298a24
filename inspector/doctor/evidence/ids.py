"""What the form of a thread_id says of how it was made."""

from __future__ import annotations

import re

from inspector.domain.coordinates import id_shape, looks_random

#: Parts of an id that stand for themselves: what comes after the last of them belongs to one run, say.
_JOINTS = ":/|#"
_NANOID = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9_-]{21}")
_MADE = (
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"  # a UUID
    r"|[0-7][0-9A-HJKMNP-TV-Z]{25}"  # a ULID
    r"|(?=[0-9a-f]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{8,64}"
    r"|(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*[0-9])[A-Za-z0-9]{16,}"
)
_WITH_TAIL = re.compile(rf"(?P<prefix>.*?[-_.:/|#])(?:{_MADE})", re.DOTALL)
_COUNTED = re.compile(rf"{_MADE}|[0-9]+")
_NUMBERED = re.compile(r"(?P<prefix>.*?[-_.:/|#])[0-9T:._-]*[0-9]", re.DOTALL)


def shape_of(thread_id: str) -> str:
    """ "uuid4", "uuid7", "ulid", "hex", "nanoid"; "" for what may have been chosen."""
    if looks_random(thread_id):
        return id_shape(thread_id)
    return "nanoid" if _NANOID.fullmatch(thread_id) else ""


def random_tail(thread_id: str) -> str:
    """What comes before the part of an id that was made at random: "chat-" of "chat-" and a UUID. "" where there is no
    such part, or nothing before it."""
    if shape_of(thread_id):
        return ""
    found = _WITH_TAIL.fullmatch(thread_id)
    return found["prefix"] if found else ""


def run_prefix(thread_id: str) -> str:
    """What ids of one family share: all up to the last of `:/|#`, or before a random tail or a number. "" for none, and
    for an id that is random as a whole."""
    if shape_of(thread_id):
        return ""
    place = max(thread_id.rfind(joint) for joint in _JOINTS)
    if 0 <= place < len(thread_id) - 1:
        return thread_id[: place + 1]
    if prefix := random_tail(thread_id):
        return prefix
    found = _NUMBERED.fullmatch(thread_id)
    return found["prefix"] if found else ""


def run_form(thread_id: str, prefix: str) -> str:
    """What the ids of many small families share: "…:run-*" of "alice:run-7", whose prefix is "alice:"."""
    return f"…{prefix[-1:]}{count_form(thread_id[len(prefix) :])}"


def count_form(thread_id: str) -> str:
    """An id without what may be counted or made at random in it: "session-*:*"."""
    return _COUNTED.sub("*", thread_id)
