"""Channels stored as deltas (beta): enough turns for snapshots to appear, then a fork and an overwrite."""

from __future__ import annotations

from langchain_core.messages import RemoveMessage
from langgraph.types import Overwrite

from inspector.demo.graphs.notes import build_notes
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Six turns on one thread; on another a fork, and a channel that is overwritten."""
    graph = build_notes(stage.saver)
    long, forked = stage.thread_id("long"), stage.thread_id("forked")
    for number in range(6):
        stage.run(graph, _turn(f"remark {number}", number), stage.config(long))
    config = stage.config(forked)
    for number in range(2):
        stage.run(graph, _turn(f"remark {number}", number), config)
    end_of_second = graph.get_state(config).config
    stage.run(graph, _turn("remark 2", 2), config)
    stage.run(graph, {**_turn("another remark 2", 2), "notes": ["a note of the user's"]}, stage.at(end_of_second))
    graph.update_state(config, {"notes": Overwrite(["only this"])}, as_node="reply")
    graph.update_state(config, {"messages": [RemoveMessage("question-0")]}, as_node="reply")
    stage.run(graph, _turn("remark 3", 3), config)
    return played(graph, [PlayedThread(long, turns=6), PlayedThread(forked, turns=5)])


def _turn(text: str, number: int) -> dict[str, object]:
    return {"messages": [{"type": "human", "content": text, "id": f"question-{number}"}]}
