"""New input at an old checkpoint: the conversation branches, and both branches hold a turn of their own."""

from __future__ import annotations

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Two turns, then another second turn from the end of the first."""
    graph = build_chat(stage.saver)
    thread_id = stage.thread_id("branched")
    config = stage.config(thread_id)
    stage.say(graph, config, "Hi, I'm Ada.")
    end_of_first = graph.get_state(config).config
    stage.say(graph, config, "Where is order 4021?")
    stage.say(graph, stage.at(end_of_first), "Who am I?")
    return played(graph, PlayedThread(thread_id, turns=3))
