"""Who answers whom in a list of messages: tool calls and the results that carry their ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inspector.domain.deferred import opened
from inspector.domain.message_parts import ToolCall
from inspector.domain.messages import Message, as_message, role_of
from inspector.domain.value import Tagged, Value

#: Where a tool says how long it took, and what makes seconds of it.
_DURATIONS = {
    "duration": 1.0,
    "duration_s": 1.0,
    "duration_seconds": 1.0,
    "elapsed": 1.0,
    "duration_ms": 0.001,
    "elapsed_ms": 0.001,
    "latency_ms": 0.001,
}


#: A list of more messages than this is not read whole for the sake of a few, but so many around each of them. An
#: answer follows its call, mostly right away.
_MANY, _REACH = 500, 100


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Of one list of messages, by position from 0. `answers` has for a call, told by its message and its number in it,
    the position of its result; `asked` for a result, by its position and the id that it carries, which call that was;
    `last_said` is the last position that is no tool's result."""

    answers: Mapping[tuple[int, int], int] = field(default_factory=dict)
    asked: Mapping[tuple[int, str], tuple[int, ToolCall]] = field(default_factory=dict)
    last_said: int = -1
    length: int = 0
    whole: bool = True  #: every message was looked at

    def standing(self, call: ToolCall, position: int, number: int) -> str:
        """`answered`, `open` (nothing came after it yet) or `skipped`: the conversation went on without its result,
        which most models refuse. `unknown` for a call without an id, `invalid` for one that no tool can run."""
        if not call.valid:
            return "invalid"
        if not call.call_id:
            return "unknown"
        if (position, number) in self.answers:
            return "answered"
        if not self.whole and position + _REACH < self.length:
            return "unknown"
        return "skipped" if self.last_said > position else "open"


@dataclass(slots=True)
class _Pairing:
    """Calls and results as they come. Models reuse ids such as "call_0": a result answers the newest call of its id,
    and of several in one message the first that has none."""

    answers: dict[tuple[int, int], int] = field(default_factory=dict)
    asked: dict[tuple[int, str], tuple[int, ToolCall]] = field(default_factory=dict)
    _newest: dict[str, list[tuple[int, int, ToolCall]]] = field(default_factory=dict)
    _early: dict[str, list[int]] = field(default_factory=dict)  #: results before any call of their id

    def call(self, position: int, calls: Sequence[ToolCall]) -> None:
        for number, call in enumerate(calls):
            if not call.call_id:
                continue
            for early in self._early.pop(call.call_id, ()):
                self.asked[early, call.call_id] = position, call
            held = self._newest.get(call.call_id)
            if held is None or held[0][0] != position:
                held = self._newest[call.call_id] = []
            held.append((position, number, call))

    def answer(self, position: int, call_id: str) -> None:
        held = self._newest.get(call_id)
        if held is None:
            self._early.setdefault(call_id, []).append(position)
            return
        waiting = next((one for one in held if one[:2] not in self.answers), None)
        if waiting is not None:
            self.answers[waiting[:2]] = position
        asked_at, _, call = waiting or held[0]
        self.asked.setdefault((position, call_id), (asked_at, call))


def read_dialogue(messages: Sequence[Value], near: Collection[int] | None = None) -> Dialogue:
    """Linear. Of a list of thousands only messages around the positions `near` are looked at, where those are given."""
    looked_at = _around(near, len(messages)) if near is not None and len(messages) > _MANY else None
    pairing = _Pairing()
    last_said = -1
    for position, value in enumerate(messages):
        role = role_of(value)
        if looked_at is not None and position not in looked_at:
            last_said = position if role not in ("", "tool", "function") else last_said
            continue
        if role in ("tool", "function"):
            if (call_id := _text(value, "tool_call_id")) is not None:
                pairing.answer(position, call_id)
            continue
        if role:
            last_said = position
        if role == "ai" and (message := as_message(value)) is not None:
            pairing.call(position, message.tool_calls)
        elif role and (message := _with_results(value)) is not None:
            for part in message.parts:
                if part.kind == "tool_result" and part.call_id:
                    pairing.answer(position, part.call_id)
    return Dialogue(pairing.answers, pairing.asked, last_said, len(messages), looked_at is None)


def _around(places: Collection[int], length: int) -> set[int]:
    return {position for place in places for position in range(max(0, place - _REACH), min(length, place + _REACH + 1))}


def seconds_taken(message: Message) -> float | None:
    """How long a tool took, where its message says so."""
    fields = _fields(message.raw)
    for place in ("additional_kwargs", "response_metadata", "artifact"):
        held = _fields(fields.get(place))
        for key, factor in _DURATIONS.items():
            found = held.get(key)
            if isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found < 1e9:
                return found * factor
    return None


def _with_results(value: Value) -> Message | None:
    """A message that may hold results among its parts, as Anthropic's form has them."""
    content = _fields(value).get("content")
    return as_message(value) if isinstance(content, list) and content else None


def _text(value: Value, key: str) -> str | None:
    found = _fields(value).get(key)
    return found if isinstance(found, str) and found else None


def _fields(value: Any) -> Mapping[str, Any]:
    value = opened(value)
    fields = value.fields if isinstance(value, Tagged) else value
    return fields if isinstance(fields, Mapping) else {}
