"""A thread: its namespaces and its checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inspector.domain.checkpoint import Checkpoint
from inspector.domain.value import Value

#: A subgraph's namespace joins its parents' with this, and each node from its task with a colon.
NAMESPACE_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Namespace:
    """A graph or subgraph of a thread. The root is ""."""

    checkpoint_ns: str
    checkpoints: int
    last_checkpoint_id: str = ""
    first_checkpoint_id: str = ""

    @property
    def depth(self) -> int:
        return 0 if not self.checkpoint_ns else self.checkpoint_ns.count(NAMESPACE_SEPARATOR) + 1

    @property
    def node_names(self) -> tuple[str, ...]:
        """The nodes on the way to this subgraph, without their task ids."""
        parts = self.checkpoint_ns.split(NAMESPACE_SEPARATOR) if self.checkpoint_ns else []
        return tuple(part.partition(":")[0] for part in parts)


def caller_of(checkpoint_ns: str, parents: Mapping[str, object]) -> tuple[str, str]:
    """The namespace and the checkpoint that a subgraph was called from, by the `parents` in its checkpoints' metadata:
    the graphs around it, by namespace. The innermost called it: a node's second call has a namespace within the first's
    that names the same parents. ("", "") where nothing is named."""
    around = [ns for ns, found in parents.items() if isinstance(found, str) and is_within(checkpoint_ns, ns)]
    inner = max(around, key=len, default="")
    found = parents.get(inner)
    return (inner, found) if isinstance(found, str) else ("", "")


def is_within(checkpoint_ns: str, outer: str) -> bool:
    """Whether one namespace is a subgraph's of the other, at any depth."""
    return checkpoint_ns != outer and (not outer or checkpoint_ns.startswith(outer + NAMESPACE_SEPARATOR))


@dataclass(frozen=True, slots=True)
class ThreadHistory:
    """A page of one namespace of a thread, newest checkpoint first. `truncated` when the store holds older ones too."""

    thread_id: str
    checkpoint_ns: str
    namespaces: tuple[Namespace, ...]
    checkpoints: tuple[Checkpoint, ...]
    truncated: bool
    beyond: str = ""  #: id of the first checkpoint that is older than those, when truncated
    above: str = ""  #: id of the first one that is newer, when the history begins below the newest
    newer: int = 0  #: checkpoints of the namespace that are newer than those, and that are older
    older: int = 0

    def find(self, checkpoint_id: str) -> Checkpoint | None:
        return next((item for item in self.checkpoints if item.checkpoint_id == checkpoint_id), None)


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One channel's value at a checkpoint. `rebuilt` when it was put together from writes; `loaded` is False when its
    body was larger than the budget and left in the store."""

    channel: str
    version: str
    type: str
    size_bytes: int
    value: Value
    internal: bool
    loaded: bool = True
    rebuilt: bool = False
    complete: bool = True
    warnings: tuple[str, ...] = ()
