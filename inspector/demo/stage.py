"""What a play is given (a `Stage`) and what it hands back (`Played`).

A play performs a known sequence on real threads and then *says* what it did. Readers are tested against
that claim and against LangGraph's own `get_state_history` on the same graph.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, StateSnapshot

from inspector.demo.graphs.base import AnyGraph, Saver

Durability: TypeAlias = Literal["sync", "async", "exit"]
DURABILITIES: tuple[Durability, ...] = ("sync", "async", "exit")


@dataclass(frozen=True)
class PlayedThread:
    """One thread and what happened on it.

    `turns` counts what a person would call turns: inputs that the root graph accepted. An answer to an
    interrupt, an edited state, a replay are none. `namespaces` are the subgraph namespaces that hold
    checkpoints: `"specialist"` where the subgraph has a memory, `"specialist:"` where each call gets a new
    one (a task id follows).
    """

    thread_id: str
    turns: int
    namespaces: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True)
class Played:
    """A play's graph, still alive, and its threads."""

    graph: AnyGraph
    threads: tuple[PlayedThread, ...]
    slug: str = ""
    durability: Durability = "sync"


@dataclass(frozen=True)
class Stage:
    """Where a play is performed: the checkpointer, the durability, and ids that collide with nobody's."""

    saver: Saver
    durability: Durability
    prefix: str
    metadata: dict[str, str] = field(default_factory=dict)

    def thread_id(self, name: str) -> str:
        """This play's own id for a thread called `name`."""
        return f"{self.prefix}-{self.durability}-{name}"

    def config(self, thread_id: str, **metadata: Any) -> RunnableConfig:
        """The config that addresses a thread; `metadata` lands in the checkpoints' metadata."""
        return {"configurable": {"thread_id": thread_id}, "metadata": {**self.metadata, **metadata}}

    def at(self, checkpoint: RunnableConfig, **metadata: Any) -> RunnableConfig:
        """The config that addresses one old checkpoint."""
        return {**checkpoint, "metadata": {**self.metadata, **metadata}}

    def run(self, graph: AnyGraph, value: Any, config: RunnableConfig, **options: Any) -> Any:
        """Invoke: `value` is an input, a `Command`, or None to go on."""
        return graph.invoke(value, config, durability=self.durability, **options)

    def say(self, graph: AnyGraph, config: RunnableConfig, *texts: str) -> None:
        """One turn for each text."""
        for text in texts:
            self.run(graph, {"messages": [("user", text)]}, config)

    def resume(self, graph: AnyGraph, config: RunnableConfig, answer: Any) -> Any:
        """Answer an interrupt."""
        return self.run(graph, Command(resume=answer), config)


def checkpoint_before(graph: AnyGraph, config: RunnableConfig, node: str, *, turn: int = 1) -> RunnableConfig:
    """The checkpoint from which `node` ran next in the given turn (1 is the first), for forks and replays.

    Durability "exit" keeps one checkpoint a run and none in the middle: there it is that of the turn's end.
    """
    history: list[StateSnapshot] = list(reversed(list(graph.get_state_history(config))))
    middles = [state for state in history if node in state.next]
    return (middles or history)[turn - 1].config


def played(graph: AnyGraph, threads: Iterable[PlayedThread] | PlayedThread) -> Played:
    """Shorthand for one thread or many."""
    return Played(graph, (threads,) if isinstance(threads, PlayedThread) else tuple(threads))
