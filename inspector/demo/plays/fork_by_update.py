"""The past is edited: `update_state` at an old checkpoint makes a branch, which then runs on."""

from __future__ import annotations

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Played, PlayedThread, Stage, checkpoint_before, played


def play(stage: Stage) -> Played:
    """Two turns, then the first answer is rewritten in a branch, then a turn on that branch."""
    graph = build_chat(stage.saver)
    thread_id = stage.thread_id("branched")
    config = stage.config(thread_id)
    stage.say(graph, config, "Hi, I'm Ada.", "Where is order 4021?")
    old = checkpoint_before(graph, config, "respond", turn=1)
    branch = graph.update_state(
        stage.at(old, editor="Mara"), {"messages": [("user", "Hi, I'm Grace.")]}, as_node="__start__"
    )
    stage.run(graph, None, stage.at(branch))
    stage.say(graph, config, "Who am I?")
    return played(graph, PlayedThread(thread_id, turns=3))
