"""Calls of subgraphs: the checkpoints of a namespace that the same step of the graph around it caused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from inspector.domain.channels import ERROR, INTERRUPT, RESUME
from inspector.domain.thread import caller_of

#: A namespace and a checkpoint in it.
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CallPart:
    """One checkpoint of a subgraph. `parents` as its metadata has them."""

    checkpoint_ns: str
    checkpoint_id: str
    parents: Mapping[str, object]
    hostname: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call of a subgraph. A subgraph with a memory of its own has all its calls in one namespace."""

    checkpoint_ns: str
    caller_ns: str
    caller_id: str  #: the checkpoint whose task called it; "" where the store does not say
    checkpoints: int
    first_checkpoint_id: str
    last_checkpoint_id: str
    hosts: tuple[str, ...]
    marks: frozenset[str] = frozenset()  #: channels of errors, interrupts and resumes at its last checkpoint
    caller_stored: bool = False  #: durability `exit` names callers that it never stores

    @property
    def caller(self) -> Place:
        return self.caller_ns, self.caller_id

    @property
    def last(self) -> Place:
        return self.checkpoint_ns, self.last_checkpoint_id


def group_calls(parts: Iterable[CallPart]) -> list[CallRow]:
    """Calls in the order of their first checkpoints."""
    groups: dict[tuple[str, Place], list[CallPart]] = {}
    for part in parts:
        caller = caller_of(part.checkpoint_ns, part.parents)
        groups.setdefault((part.checkpoint_ns, caller), []).append(part)
    return sorted(
        (_call(ns, caller, inside) for (ns, caller), inside in groups.items()),
        key=lambda call: (call.first_checkpoint_id, call.checkpoint_ns),
    )


def _call(checkpoint_ns: str, caller: Place, parts: list[CallPart]) -> CallRow:
    ids = sorted(part.checkpoint_id for part in parts)
    hosts = dict.fromkeys(part.hostname for part in sorted(parts, key=lambda part: part.checkpoint_id))
    return CallRow(checkpoint_ns, *caller, len(ids), ids[0], ids[-1], tuple(name for name in hosts if name))


def with_marks(
    calls: Iterable[CallRow], marks: Iterable[tuple[str, str, str]], stored: Collection[Place]
) -> list[CallRow]:
    """`marks` are the namespaces, checkpoints and channels of control writes, `stored` those callers that exist."""
    channels: dict[Place, set[str]] = {}
    for checkpoint_ns, checkpoint_id, channel in marks:
        if channel in (ERROR, INTERRUPT, RESUME):
            channels.setdefault((checkpoint_ns, checkpoint_id), set()).add(channel)
    return [
        replace(call, marks=frozenset(channels.get(call.last, ())), caller_stored=call.caller in stored)
        for call in calls
    ]
