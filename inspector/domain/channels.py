"""Channel names LangGraph itself uses, and what they mean. Names as langgraph 1.2 writes them."""

from __future__ import annotations

from collections.abc import Iterable

START = "__start__"
TASKS = "__pregel_tasks"  #: Sends waiting for the next step
ERROR = "__error__"
INTERRUPT = "__interrupt__"
RESUME = "__resume__"
SCHEDULED = "__scheduled__"
ERROR_SOURCE = "__error_source_node__"  #: whose error a handler took on
NULL_TASK_ID = "00000000-0000-0000-0000-000000000000"

_BRANCH = "branch:to:"  #: an edge's trigger: present while its node is due
_JOIN = "join:"  #: several edges into one node: `join:a+b:node` collects who arrived

#: Writes that are marks of a task, not values for a channel.
CONTROL_WRITES = frozenset({ERROR, INTERRUPT, RESUME, SCHEDULED, "__return__", "__no_writes__", ERROR_SOURCE})


def is_internal(channel: str) -> bool:
    """Whether a channel is LangGraph's plumbing rather than the graph's state. `__root__` is state: it is all that a
    graph without named channels has."""
    return channel != "__root__" and channel.startswith(("__", _BRANCH, _JOIN))


def decides_tasks(channel: str) -> bool:
    """Whether a channel's value decides which nodes run next."""
    return channel in (START, TASKS) or channel.startswith((_BRANCH, _JOIN))


def triggered_node(channel: str) -> str | None:
    """The node that a trigger channel belongs to, by its name; None for any other channel."""
    if channel.startswith(_BRANCH):
        return channel[len(_BRANCH) :]
    if channel.startswith(_JOIN):
        return channel.rpartition(":")[2] or None
    return None


def join_starts(channel: str) -> frozenset[str] | None:
    """What a join channel waits for, to be compared with `joined_names` of who has arrived; None for any other channel.

    A node's name may itself hold the plus that stands between names, so both sides are compared in pieces."""
    if not channel.startswith(_JOIN):
        return None
    return joined_names([channel[len(_JOIN) :].rpartition(":")[0]])


def joined_names(nodes: Iterable[str]) -> frozenset[str]:
    return frozenset(piece for node in nodes for piece in node.split("+"))
