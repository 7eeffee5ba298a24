"""What was said first in a thread, and answered: read live from the store, for the threads in sight and no others.

Of each thread the newest root checkpoint is read and of it the channel that holds the messages. It goes no further
than the page that shows it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from inspector.decode import Budget
from inspector.domain.channels import is_internal
from inspector.domain.messages import as_message, is_message_list
from inspector.domain.value import Value
from inspector.errors import StoreError
from inspector.reader import Reader
from inspector.reader.bodies import decode_body, present
from inspector.reader.state import StateReader
from inspector.stores.base import ChannelBody, CheckpointRow, ReadBudget
from inspector.stores.guard import deadline

_HEAD = ReadBudget(rows=1, bytes=1_000_000)
#: The channel that nearly every graph keeps its messages in; larger ones than this stay in the store.
_USUAL = "messages"
_BODY = ReadBudget(bytes=256_000)
#: Of a message, only its beginning is wanted.
_TEXTS = Budget(max_bytes=256_000, max_text=4_000)
#: Seconds and bytes of values that all threads of a page may take together.
SECONDS, BYTES = 0.6, 6_000_000
#: Characters that are kept of a text.
_LONGEST = 600
#: Where graphs without messages keep what they were asked.
_ASKED = ("question", "query", "input", "user_input", "prompt", "text", "request", "topic")


@dataclass(frozen=True, slots=True)
class Said:
    """The first thing a person said, and the beginning of the last answer; "" where there is none."""

    first: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """`cut` when time or bytes did not suffice for all threads; `error` and `hint` say why the store did not answer.
    `size` are the bytes of what was read."""

    said: Mapping[str, Said] = field(default_factory=dict)
    cut: bool = False
    error: str = ""
    hint: str = ""
    size: int = 0


def read_texts(reader: Reader, thread_ids: Iterable[str], *, seconds: float = SECONDS, size: int = BYTES) -> Texts:
    """In the given order, as far as the budgets go. Threads that are gone are left out. Never raises for a store that
    does not answer: that is told. Nothing is read for who may not see texts: what they hold must not decide either
    what is shown together."""
    if reader.sight.shape:
        return Texts()
    said: dict[str, Said] = {}
    until = time.monotonic() + seconds
    left = size

    def told(*, cut: bool = True, error: str = "", hint: str = "") -> Texts:
        return Texts(said, cut, error, hint, size - left)

    with deadline(seconds):
        for thread_id in dict.fromkeys(thread_ids):
            if left <= 0 or time.monotonic() >= until:
                return told()
            try:
                found = _read_chat(reader, thread_id)
            except StoreError as error:
                if time.monotonic() >= until:
                    return told()
                return told(error=error.message, hint=error.hint)
            if found is not None:
                left -= found[1]
                said[thread_id] = said_in(found[0])
    return told(cut=False)


def _read_chat(reader: Reader, thread_id: str) -> tuple[Mapping[str, Value], int] | None:
    """Channels by name, and their size in bytes; None where the thread is gone. Two reads where the messages are where
    they usually are."""
    rows = reader.store.read_checkpoints(thread_id, "", budget=_HEAD).rows
    if not rows:
        return None
    body = _usual_body(reader, rows[0])
    if body is not None and body.blob is not None:
        return {_USUAL: present(decode_body(body, reader.sight, _TEXTS).value)}, body.size_bytes
    states = StateReader(reader.store, reader.sight).read(rows[0], only=_chat_of(rows[0]))
    return {state.channel: state.value for state in states}, sum(state.size_bytes for state in states)


def _usual_body(reader: Reader, row: CheckpointRow) -> ChannelBody | None:
    """The messages as they were stored; None where they are not stored under that name, or are too large."""
    where = (row.thread_id, row.checkpoint_ns)
    if _USUAL in row.own_bodies:
        found = reader.store.read_own_channels(*where, row.checkpoint_id, [_USUAL], budget=_BODY)
    elif (version := row.channel_versions.get(_USUAL)) is not None:
        found = reader.store.read_channels(*where, [(_USUAL, str(version))], budget=_BODY)
    else:
        return None
    return next((body for body in found if body.type not in ("empty", "null")), None)


def _chat_of(row: CheckpointRow) -> list[str]:
    """The channel that holds the messages, by its usual name; else all of the graph's own, which are small before
    anybody knows better."""
    own = [channel for channel in {*row.channel_versions, *row.inline_values} if not is_internal(channel)]
    return [_USUAL] if _USUAL in own else own


def said_in(values: Mapping[str, Value]) -> Said:
    """By the messages of a state, else by the channel that usually holds a question."""
    for value in values.values():
        if is_message_list(value):
            return _of_messages(value)
    first = next((text for name in _ASKED if isinstance(text := values.get(name), str) and text), "")
    return Said(first[:_LONGEST])


def _of_messages(value: Value) -> Said:
    messages = [message for item in value if (message := as_message(item)) is not None]  # type: ignore[union-attr]
    first = next((message.text for message in messages if message.role == "human" and message.text.strip()), "")
    answer = next((message.text for message in reversed(messages) if message.role == "ai" and message.text.strip()), "")
    return Said(first.strip()[:_LONGEST], answer.strip()[:_LONGEST])
