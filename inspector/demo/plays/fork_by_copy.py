"""`update_state(as_node="__copy__")` clones a checkpoint; the clone then gets a turn of its own."""

from __future__ import annotations

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Clone the end of the first turn and go on from there."""
    graph = build_chat(stage.saver)
    thread_id = stage.thread_id("cloned")
    config = stage.config(thread_id)
    stage.say(graph, config, "Hi, I'm Ada.")
    end_of_first = graph.get_state(config).config
    stage.say(graph, config, "Where is order 4021?")
    clone = graph.update_state(stage.at(end_of_first), None, as_node="__copy__")
    stage.say(graph, stage.at(clone), "Who am I?")
    return played(graph, PlayedThread(thread_id, turns=3))
