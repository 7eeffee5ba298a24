"""Plays the planting graphs into a saver. Only LangGraph writes: what it stores is what it stores for anybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Command

from inspector.demo.graphs.base import AnyGraph, Saver
from inspector.stores.differences import POSTGRES, SQLITE
from tests.canaries import graphs, values
from tests.canaries.birds import bird

#: The metadata key of a thread's owner, and its value's canary is `OWNER`.
OWNER_KEY = "user_id"
OWNER = bird("owner")
HOST = "web-1"
AES_KEY = b"a key of a test."


@dataclass(frozen=True)
class Planted:
    """`thread_ids` hold canaries; `waiting` of them end with a question, `failed` with an error."""

    thread_ids: tuple[str, ...]
    waiting: tuple[str, ...]
    failed: tuple[str, ...]
    aes_key: bytes = AES_KEY
    owner: str = OWNER


def plant(saver: Saver, layout: str = POSTGRES, *, prefix: str = "planted") -> Planted:
    """Every kind of value that a saver of this layout can store. The saver keeps its own serializer."""
    garden = _Garden(saver, prefix)
    # Redis keeps JSON, which has no keys but texts.
    everything = graphs.build_everything(saver, leave_out=() if layout in (POSTGRES, SQLITE) else ("pairs",))
    for _ in range(2):
        garden.run(everything, "everything", {"messages": values.plain_forms()[:1], "found": [bird("input")]})
    asking = graphs.build_asking(saver, "ask")
    garden.run(asking, "answered", {"told": [bird("asked-input")]})
    garden.run(asking, "answered", Command(resume={"answer": bird("resume")}))
    garden.run(graphs.build_asking(saver, "ask", "keep"), "waiting", {"told": []})
    garden.run(graphs.build_asking(saver, "fail"), "failed", {"told": [bird("failed-input")]})
    garden.run(graphs.build_sending(saver), "sending", {"told": []})
    garden.run(graphs.build_nested(saver), "nested", {"told": [bird("nested-input")]})
    for _ in range(4):
        garden.run(graphs.build_deltas(saver), "deltas", {"notes": [bird("delta-input")]})
    garden.run(graphs.build_functional(saver), "functional", bird("entrypoint-input"))
    garden.run(graphs.build_holding(saver, values.Song.SUNG), "enum", {"held": None})
    if layout in (POSTGRES, SQLITE):
        with _serialized(saver, EncryptedSerializer.from_pycryptodome_aes(key=AES_KEY)):
            garden.run(graphs.build_holding(saver, {bird("sealed-key"): bird("sealed")}), "sealed", {"held": None})
        with _serialized(saver, JsonPlusSerializer(pickle_fallback=True)):
            garden.run(graphs.build_holding(saver, values.Nest()), "pickled", {"held": None})
    waiting = tuple(garden.id_of(name) for name in ("waiting", "sending", "nested", "functional"))
    return Planted(tuple(garden.thread_ids), waiting, (garden.id_of("failed"),))


class _Garden:
    def __init__(self, saver: Saver, prefix: str) -> None:
        self.saver, self.prefix = saver, prefix
        self.thread_ids: dict[str, None] = {}

    def id_of(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    def run(self, graph: AnyGraph, name: str, given: Any) -> None:
        thread_id = self.id_of(name)
        self.thread_ids[thread_id] = None
        config: RunnableConfig = {
            "configurable": {"thread_id": thread_id, "locale": bird("configurable")},
            "metadata": {
                OWNER_KEY: OWNER,
                "worker_hostname": HOST,
                "ticket": bird("metadata"),
                "labels": [bird("metadata-list")],
                "account": {bird("metadata-key"): bird("metadata-nested")},
            },
            "tags": [bird("tag")],
            "run_name": bird("run-name"),
        }
        with suppress(RuntimeError):  # which one node raises
            graph.invoke(given, config, durability="sync")


@contextmanager
def _serialized(saver: Saver, serde: SerializerProtocol) -> Iterator[None]:
    before = saver.serde
    saver.serde = serde
    try:
        yield
    finally:
        saver.serde = before
