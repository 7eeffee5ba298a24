"""The functional API: an entrypoint with tasks, an interrupt and a memory of the previous call."""

from __future__ import annotations

from typing import Any

from langgraph.func import entrypoint, task
from langgraph.types import interrupt

from inspector.demo.graphs.base import AnyGraph, Saver


def build_essay(saver: Saver | None, *, reviewed: bool = False) -> AnyGraph:
    """Two tasks and a running total. `reviewed` asks a person before it returns."""

    @task
    def write(topic: str) -> str:
        return f"An essay about {topic}."

    @task
    def count_words(text: str) -> int:
        return len(text.split())

    @entrypoint(checkpointer=saver)
    def essay(topic: str, *, previous: Any = None) -> entrypoint.final[Any, Any]:
        text = write(topic).result()
        words = count_words(text).result()
        if reviewed:
            text = f"{text} {interrupt({'question': 'Any remark?', 'text': text})}"
        total = words + (previous or {"words": 0})["words"]
        return entrypoint.final(value={"text": text, "words": words}, save={"words": total, "last": topic})

    return essay
