"""How the gallery addresses its threads and talks to their graphs."""

from __future__ import annotations

from typing import Any


def config(thread_id: str, *, host: str = "web-1", **metadata: Any) -> Any:
    """A run of this host on this thread."""
    return {"configurable": {"thread_id": thread_id}, "metadata": {"worker_hostname": host, **metadata}}


def at(checkpoint: Any, host: str) -> Any:
    """A run of this host from one checkpoint."""
    return {"configurable": dict(checkpoint["configurable"]), "metadata": {"worker_hostname": host}}


def ask(graph: Any, where: Any, *texts: str) -> None:
    """One turn for each text, each step kept."""
    for text in texts:
        graph.invoke({"messages": [("user", text)]}, where, durability="sync")


def oldest_first(graph: Any, where: Any) -> list[Any]:
    return list(reversed(list(graph.get_state_history(where))))
