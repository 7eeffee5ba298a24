"""Which subgraphs each step called, and what became of the calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from inspector.domain.channels import ERROR, INTERRUPT, RESUME
from inspector.domain.coordinates import step_of, time_of
from inspector.domain.thread import NAMESPACE_SEPARATOR, Namespace, ThreadHistory, is_within
from inspector.reader import Reader
from inspector.stores.calls import CallRow
from inspector.views.contexts import CallItem, NamespaceItem

#: Subgraphs of the listed steps that a page asks about, the newest of them; data has more steps.
CALLED, CALLED_BY_DATA = 200, 1_000


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls by the namespaces that they are in, and those of one namespace's steps by the step; oldest first."""

    by_namespace: Mapping[str, tuple[CallItem, ...]] = field(default_factory=dict)
    by_step: Mapping[str, tuple[CallItem, ...]] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        reader: Reader,
        history: ThreadHistory,
        items: Iterable[NamespaceItem],
        listed: Iterable[NamespaceItem],
        most: int,
    ) -> Calls:
        """Of the `listed` namespaces and of those that the steps of `history` may have called, in one read. `items` are
        all that are known."""
        wanted = [item.checkpoint_ns for item in listed] + called_from(history)[-most:]
        names = [name for name in dict.fromkeys(wanted) if name]
        newest = {item.checkpoint_ns: item.last_checkpoint_id for item in history.namespaces}
        numbers = {item.checkpoint_ns: item.number for item in items}
        calls = [
            call_item(row, newest, numbers.get(row.checkpoint_ns, 0))
            for row in reader.read_calls(history.thread_id, names)
        ]
        here = [call for call in calls if call.caller_ns == history.checkpoint_ns and call.caller_id]
        return cls(_by(calls, "checkpoint_ns"), _by(here, "caller_id"))


def called_from(history: ThreadHistory) -> list[str]:
    """Subgraphs that the listed steps may have called, oldest first: those right within the namespace that were at work
    between the oldest of the steps and the one after the newest."""
    if not history.checkpoints:
        return []
    oldest, after = history.checkpoints[-1].checkpoint_id, history.above
    return [
        item.checkpoint_ns
        for item in history.namespaces
        if _is_child(item, history.checkpoint_ns)
        and item.last_checkpoint_id >= oldest
        and (not after or item.first_checkpoint_id <= after)
    ]


def _is_child(item: Namespace, outer: str) -> bool:
    """A node's second call has a number of its own below the first's namespace."""
    if not is_within(item.checkpoint_ns, outer):
        return False
    parts = item.checkpoint_ns[len(outer) :].strip(NAMESPACE_SEPARATOR).split(NAMESPACE_SEPARATOR)
    return len(parts) == 1 or (len(parts) == 2 and parts[1].isdecimal())


def call_item(row: CallRow, newest: Mapping[str, str], number: int = 0) -> CallItem:
    """`newest` are the newest checkpoints of the namespaces, `number` the place among those of the same name."""
    at, until = time_of(row.first_checkpoint_id), time_of(row.last_checkpoint_id)
    around = Namespace(row.caller_ns, 0).node_names
    node_names = Namespace(row.checkpoint_ns, 0).node_names
    alone = row.checkpoints == 1 or at is None or until is None
    return CallItem(
        checkpoint_ns=row.checkpoint_ns,
        node_names=node_names,
        checkpoints=row.checkpoints,
        first_checkpoint_id=row.first_checkpoint_id,
        last_checkpoint_id=row.last_checkpoint_id,
        at=at,
        seconds=None if alone or at is None or until is None else (until - at).total_seconds(),
        hostnames=row.hosts,
        state=_state(row, newest.get(row.caller_ns, "")),
        caller_ns=row.caller_ns,
        caller_id=row.caller_id,
        caller_step=step_of(row.caller_id),
        caller_stored=row.caller_stored,
        number=number,
        names=node_names[len(around) :] or node_names,
    )


def _state(row: CallRow, newest: str) -> str:
    """The graph around a call has gone on where it has a checkpoint newer than the calling one."""
    gone_on = bool(row.caller_id) and newest > row.caller_id
    if ERROR in row.marks:
        return "failed"
    if INTERRUPT in row.marks:
        return "passed" if gone_on else "answered" if RESUME in row.marks else "asked"
    if not row.caller_id or not newest:
        return ""
    return "done" if gone_on else "open"


def _by(calls: Sequence[CallItem], name: str) -> dict[str, tuple[CallItem, ...]]:
    found: dict[str, list[CallItem]] = {}
    for call in calls:
        found.setdefault(getattr(call, name), []).append(call)
    return {key: tuple(inside) for key, inside in found.items()}
