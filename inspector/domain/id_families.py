"""What the ids of one family share: of the runs of one job, say."""

from __future__ import annotations

import re

from inspector.domain.thread_ids import MADE, RANDOM_SHAPES, id_shape, random_tail

#: Parts of an id that stand for themselves: what comes after the last of them belongs to one run, say.
_JOINTS = ":/|#"
_COUNTED = re.compile(rf"{MADE}|[0-9]+")
_NUMBERED = re.compile(r"(?P<prefix>.*?[-_.:/|#])[0-9T:._-]*[0-9]", re.DOTALL)


def shape_of(thread_id: str) -> str:
    """ "uuid4", "uuid7", "ulid", "hex", "nanoid"; "" for what may have been chosen, as a whole or in part."""
    shape = id_shape(thread_id)
    return shape if shape in RANDOM_SHAPES else ""


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
