"""The ways in which LangGraph uses a saver, sync and async, and what they amount to by an independent count."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Send, interrupt

#: Reads, misses, checkpoints, writes.
Figures = tuple[int, int, int, int]


def _join(left: list[str], right: list[str]) -> list[str]:
    return [*left, *right]


class State(TypedDict):
    said: Annotated[list[str], _join]


def chat(saver: Any) -> Any:
    graph = StateGraph(State)
    graph.add_node("answer", lambda state: {"said": ["answer"]})
    graph.add_edge(START, "answer")
    return graph.compile(saver)


def nested(saver: Any) -> Any:
    """With a subgraph that forgets and one that remembers, three tasks at once, and a question."""
    forgets, remembers = chat(None), chat(True)
    graph = StateGraph(State)
    graph.add_node("forgets", forgets)
    graph.add_node("remembers", remembers)
    graph.add_node("part", lambda state: {"said": ["part"]})
    graph.add_node("ask", lambda state: {"said": [interrupt("well?")]})
    graph.add_edge(START, "forgets")
    graph.add_edge("forgets", "remembers")
    graph.add_conditional_edges("remembers", lambda state: [Send("part", state) for _ in range(3)], ["part"])
    graph.add_edge("part", "ask")
    return graph.compile(saver)


def functional(saver: Any) -> Any:
    @task
    def double(number: int) -> int:
        return 2 * number

    @entrypoint(saver)
    def work(number: int) -> int:
        return double(number).result() + double(number + 1).result()

    return work


def functional_async(saver: Any) -> Any:
    @task
    async def double(number: int) -> int:
        return 2 * number

    @entrypoint(saver)
    async def work(number: int) -> int:
        return await double(number) + await double(number + 1)

    return work


def on(thread_id: str) -> Any:
    return {"configurable": {"thread_id": thread_id}}


HELLO = {"said": ["hello"]}
#: Root runs that `play` begins.
RUNS = 10


def play(saver: Any) -> None:
    graph = chat(saver)
    graph.invoke(HELLO, on("invoke"))
    graph.invoke(HELLO, on("invoke"))
    assert len(list(graph.stream(HELLO, on("stream"), stream_mode="updates"))) == 1
    graph.batch([HELLO, HELLO], [on("batch-1"), on("batch-2")])
    graph.invoke(HELLO, on("exit"), durability="exit")
    graph.invoke(HELLO, on("sync"), durability="sync")
    assert graph.get_state(on("invoke")).values["said"][-1] == "answer"
    graph.update_state(on("update"), {"said": ["edited"]}, as_node="answer")
    assert graph.get_state(on("nobody")).values == {}
    list(graph.get_state_history(on("invoke")))
    asks = nested(saver)
    asks.invoke(HELLO, on("nested"))
    asks.invoke(Command(resume="fine"), on("nested"))
    assert functional(saver).invoke(1, on("functional")) == 6


async def play_async(saver: Any) -> None:
    graph = chat(saver)
    await graph.ainvoke(HELLO, on("invoke"))
    await graph.ainvoke(HELLO, on("invoke"))
    assert len([part async for part in graph.astream(HELLO, on("stream"), stream_mode="updates")]) == 1
    await graph.abatch([HELLO, HELLO], [on("batch-1"), on("batch-2")])
    await graph.ainvoke(HELLO, on("exit"), durability="exit")
    await graph.ainvoke(HELLO, on("sync"), durability="sync")
    assert (await graph.aget_state(on("invoke"))).values["said"][-1] == "answer"
    await graph.aupdate_state(on("update"), {"said": ["edited"]}, as_node="answer")
    assert (await graph.aget_state(on("nobody"))).values == {}
    assert [state async for state in graph.aget_state_history(on("invoke"))]
    asks = nested(saver)
    await asks.ainvoke(HELLO, on("nested"))
    await asks.ainvoke(Command(resume="fine"), on("nested"))
    assert await functional_async(saver).ainvoke(1, on("functional")) == 6


class CountingSaver(InMemorySaver):
    """Counts for itself, where every call of an in-memory saver ends."""

    def __init__(self) -> None:
        super().__init__()
        self.counted: Counter[tuple[str, str]] = Counter()
        self.calls = 0

    def get_tuple(self, config: Any) -> Any:
        found = super().get_tuple(config)
        if not config["configurable"].get("checkpoint_ns"):
            self._count(config, "reads")
            self._count(config, "misses", int(found is None))
        return found

    def put(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
        self._count(config, "checkpoints")
        return super().put(config, checkpoint, metadata, new_versions)

    def put_writes(self, config: Any, writes: Any, task_id: str, task_path: str = "") -> None:
        self._count(config, "writes", len(writes))
        super().put_writes(config, writes, task_id, task_path)

    def _count(self, config: Any, name: str, many: int = 1) -> None:
        self.counted[config["configurable"]["thread_id"], name] += many

    def figures(self) -> dict[str, Figures]:
        counted = self.counted
        return {
            thread: (
                counted[thread, "reads"],
                counted[thread, "misses"],
                counted[thread, "checkpoints"],
                counted[thread, "writes"],
            )
            for thread, _ in counted
        }


def expected() -> dict[str, Figures]:
    """By thread, of one `play` on an empty store that nothing watches."""
    saver = CountingSaver()
    play(saver)
    return saver.figures()
