"""What a thread did not know when it began: messages and values of the conversation's threads before it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inspector.domain.messages import as_message, is_message_list, message_id_of, role_of
from inspector.domain.secrets import MASK, looks_secret
from inspector.domain.thread import ChannelState
from inspector.domain.value import Omitted, Tagged, Value

#: Values that a seam names; more are counted.
MOST_VALUES = 12

State = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A channel and what it held in the thread before. `now` is what this thread had there instead, None where it had
    nothing."""

    channel: str
    value: Value
    now: Value


@dataclass(frozen=True, slots=True)
class Seam:
    """`messages` of the threads before were unknown to the one that begins here; `more_values` are not listed."""

    thread_id: str
    hosts: tuple[str, ...]
    messages: int
    values: tuple[Unknown, ...]
    more_values: int = 0


def state_of(states: Iterable[ChannelState]) -> dict[str, Value]:
    """The graph's own channels that hold something; those that look secret masked."""
    found = {state.channel: state.value for state in states if not state.internal}
    return {
        name: MASK if looks_secret(name) else masked(value) for name, value in found.items() if not _is_empty(value)
    }


def masked(value: Value) -> Value:
    """The same with the values of keys that look secret taken out, at any depth. Messages stay as they are: they are
    shown as they stand everywhere."""
    if role_of(value):
        return value
    if isinstance(value, dict):
        return {key: MASK if looks_secret(key) and not _is_empty(item) else masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    if isinstance(value, Tagged):
        fields = {
            key: MASK if looks_secret(key) and not _is_empty(item) else masked(item)
            for key, item in value.fields.items()
        }
        return Tagged(value.type_name, fields)
    return value


def find_seam(thread_id: str, hosts: tuple[str, ...], before: Sequence[State], first: State) -> Seam:
    """`before` are the last states of the threads before it, oldest first, `first` is its own once it had taken in its
    input."""
    known = {key for value in first.values() for key in _keys(value)}
    unknown = {key for state in before for value in state.values() for key in _keys(value)} - known
    latest: dict[str, Value] = {}
    for state in before:
        latest |= {name: value for name, value in state.items() if not is_message_list(value) and not role_of(value)}
    lost = [Unknown(name, value, first.get(name)) for name, value in sorted(latest.items()) if first.get(name) != value]
    return Seam(thread_id, hosts, len(unknown), tuple(lost[:MOST_VALUES]), max(0, len(lost) - MOST_VALUES))


def messages_of(state: State) -> list[Value]:
    """Those of the longest list of messages; what else a state holds, it holds beside them."""
    lists = [value for value in state.values() if is_message_list(value)]
    found: list[Value] = max(lists, key=len, default=[])  # type: ignore[arg-type]
    return [item for item in found if not isinstance(item, Omitted)]


def _keys(value: Value) -> Iterable[str]:
    """What tells messages apart: their ids, else who said what."""
    if not is_message_list(value):
        return
    assert isinstance(value, list)  # noqa: S101  said by the line above
    for item in value:
        if message_id := message_id_of(item):
            yield message_id
        elif (message := as_message(item)) is not None:
            yield f"{message.role}\n{message.text}"


def _is_empty(value: Value) -> bool:
    return value is None or value == "" or value == [] or value == {}
