"""Which nodes are due after a checkpoint.

LangGraph computes this from the graph's code. Without the code, three records tell the same: a node is due when one of
its trigger channels holds a value and a newer version than the node has seen (`versions_seen`), trigger channels carry
the node's name (`branch:to:NODE`, `join:A+B:NODE`) or were seen by it before, and Sends wait in `__pregel_tasks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inspector.domain.channels import START, TASKS, join_starts, joined_names, triggered_node
from inspector.domain.turns import Version, version_order
from inspector.domain.value import Omitted, Tagged, Value

#: A node that is due and cannot be named: the Sends that name it are larger than one read may take.
UNKNOWN_NODE = "?"

Seen = Mapping[str, Mapping[str, Version]]


def learn_triggers(checkpoints: Iterable[Seen]) -> dict[str, frozenset[str]]:
    """Trigger channels by node, from every `versions_seen` of a namespace: it records exactly a node's triggers."""
    triggers: dict[str, set[str]] = {}
    for versions_seen in checkpoints:
        for node, seen in versions_seen.items():
            if node == START or not node.startswith("__"):
                triggers.setdefault(node, set()).update(seen)
    return {node: frozenset(channels) for node, channels in triggers.items()}


def learn_starters(task_paths: Iterable[str]) -> dict[str, frozenset[str]]:
    """Triggers of nodes that began on the input itself, from the writes of a checkpoint that holds one: an entrypoint
    that was interrupted in its first run has seen nothing yet, but its writes name it."""
    nodes = {node_of_task_path(path) for path in task_paths} - {""}
    return {node: frozenset({START}) for node in nodes}


def due_nodes(
    channel_versions: Mapping[str, Version],
    versions_seen: Seen,
    values: Mapping[str, Value],
    triggers: Mapping[str, frozenset[str]],
) -> tuple[str, ...]:
    """Names of the nodes due next: Sends in their order, then triggered nodes by name.

    `values` holds the channels that have a value (decoded where the value matters, anything elsewhere).
    """
    due = set()
    for channel, version in channel_versions.items():
        if channel not in values or not _is_available(channel, values[channel]):
            continue
        for node in _listeners(channel, triggers):
            seen = versions_seen.get(node, {}).get(channel)
            if seen is None or version_order(version) > version_order(seen):
                due.add(node)
    return send_targets(values.get(TASKS)) + tuple(sorted(due))


def send_targets(value: Value) -> tuple[str, ...]:
    """Node names of the Sends in a `__pregel_tasks` value; anything else in it is passed over, as LangGraph does. What
    was too large to read may hold more of them: that stands there as `UNKNOWN_NODE`."""
    items = value if isinstance(value, list) else [value]
    nodes = [_target(item) for item in items]
    return tuple(node for node in nodes if node)


def _target(item: Value) -> str:
    if isinstance(item, Omitted):
        return UNKNOWN_NODE
    node = item.fields.get("node") if isinstance(item, Tagged) and item.short_name == "Send" else None
    return node if isinstance(node, str) else ""


def _listeners(channel: str, triggers: Mapping[str, frozenset[str]]) -> set[str]:
    nodes = {node for node, channels in triggers.items() if channel in channels}
    named = triggered_node(channel)
    if named is not None:
        nodes.add(named)
    elif channel == START and not nodes:
        nodes.add(START)  # every StateGraph begins with this node; a functional entrypoint is known once it has run
    return nodes


def _is_available(channel: str, value: Value) -> bool:
    """A join waits for all its starts. A deferred node's trigger is stored with a flag that says it may run."""
    match value:
        case [inner, bool() as finished] if triggered_node(channel) is not None:
            return finished and _is_available(channel, inner)
    starts = join_starts(channel)
    if starts is None:
        return True
    arrived = value.fields.get("items") if isinstance(value, Tagged) else value
    return isinstance(arrived, list) and starts == joined_names(item for item in arrived if isinstance(item, str))


def node_of_task_path(task_path: str) -> str:
    """The node in a write's `task_path`, as `~__pregel_pull, bot`; "" for a Send, whose path holds only its number."""
    kind, _, rest = task_path.partition(", ")
    return rest if kind == "~__pregel_pull" else ""


def send_index(task_path: str) -> int | None:
    """The number of the Send in a write's `task_path`, as `~__pregel_push, 0000000002, …`; None for anything else."""
    kind, _, rest = task_path.partition(", ")
    number = rest.partition(",")[0].strip()
    return int(number) if kind == "~__pregel_push" and number.isdecimal() and len(number) < 12 else None
