"""A thread's graphs as a tree: each subgraph below the graph that called it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from inspector.domain.checkpoint import Checkpoint
from inspector.domain.coordinates import step_of, time_of
from inspector.domain.thread import Namespace, is_within
from inspector.views.calls import Calls
from inspector.views.contexts import GraphCrumb, GraphLine, NamespaceItem, Nest


def nest(
    listed: Sequence[NamespaceItem], namespaces: Sequence[Namespace], calls: Calls, current: Checkpoint | None
) -> Nest:
    """`current` is a checkpoint of the namespace that is looked at."""
    whole = {item.checkpoint_ns: item for item in namespaces}
    tree = _Tree(listed, whole, calls)
    return Nest(tuple(tree.lines()), _crumbs(current, calls) if current is not None else ())


@dataclass(frozen=True, slots=True)
class _Tree:
    listed: Sequence[NamespaceItem]
    whole: Mapping[str, Namespace]
    calls: Calls

    def lines(self) -> Iterator[GraphLine]:
        """Each graph and then those within it, in the order of their first checkpoints."""
        below: dict[str | None, list[NamespaceItem]] = {}
        for item in self.listed:
            below.setdefault(self._around(item), []).append(item)
        waiting: list[tuple[NamespaceItem, NamespaceItem | None, int]] = []
        waiting += [(item, None, 0) for item in reversed(below.get(None, []))]
        while waiting:
            item, around, depth = waiting.pop()
            yield self._line(item, around, depth)
            inside = below.get(item.checkpoint_ns, [])
            waiting += [(one, item, depth + 1) for one in reversed(inside)]

    def _around(self, item: NamespaceItem) -> str | None:
        """The innermost listed graph around one; None for the root, and where none of them is listed."""
        names = (one.checkpoint_ns for one in self.listed if is_within(item.checkpoint_ns, one.checkpoint_ns))
        return max(names, key=len, default=None)

    def _line(self, item: NamespaceItem, around: NamespaceItem | None, depth: int) -> GraphLine:
        calls = self.calls.by_namespace.get(item.checkpoint_ns, ())
        known = self.whole.get(item.checkpoint_ns)
        first, last = (known.first_checkpoint_id, known.last_checkpoint_id) if known is not None else ("", "")
        took = [call.seconds for call in calls if call.seconds is not None]
        hosts = dict.fromkeys(name for call in calls for name in call.hostnames)
        return GraphLine(
            checkpoint_ns=item.checkpoint_ns,
            names=item.node_names[len(around.node_names) if around is not None else 0 :],
            number=item.number,
            checkpoints=item.checkpoints,
            depth=depth,
            level=len(item.node_names),
            current=item.current,
            calls=calls,
            state=calls[-1].state if calls else "",
            hostnames=tuple(hosts),
            at=time_of(first),
            until=time_of(last),
            seconds=sum(took) if took else None,
            checkpoint_id=last,
        )


def _crumbs(current: Checkpoint, calls: Calls) -> tuple[GraphCrumb, ...]:
    """The graphs around a checkpoint's, by the steps that its metadata names; none at the root. Where the step that
    called it is stored, so are those around."""
    if not current.checkpoint_ns:
        return ()
    named = current.metadata.get("parents")
    named = named if isinstance(named, dict) else {}
    parents = {ns: found for ns, found in named.items() if isinstance(found, str)}
    around = sorted((ns for ns in parents if is_within(current.checkpoint_ns, ns)), key=len)
    own = calls.by_namespace.get(current.checkpoint_ns, ())
    caller = parents[around[-1]] if around else ""
    stored = any(call.caller_stored for call in own if call.caller_id == caller)
    crumbs: list[GraphCrumb] = []
    for checkpoint_ns in around:
        checkpoint_id = parents[checkpoint_ns]
        before = crumbs[-1].checkpoint_ns if crumbs else ""
        names = _names(checkpoint_ns, before)
        crumbs.append(GraphCrumb(checkpoint_ns, names, checkpoint_id, step_of(checkpoint_id), stored))
    before = crumbs[-1].checkpoint_ns if crumbs else ""
    names = _names(current.checkpoint_ns, before)
    return (*crumbs, GraphCrumb(current.checkpoint_ns, names, current.checkpoint_id, current.step, stored=True))


def _names(checkpoint_ns: str, before: str) -> tuple[str, ...]:
    return Namespace(checkpoint_ns, 0).node_names[len(Namespace(before, 0).node_names) :]
