"""Two hosts answer one conversation in turn and say so in the metadata; a third thread has one host only."""

from __future__ import annotations

from inspector.demo.graphs.chat import build_support
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Four turns on web-1 and web-2 in turn."""
    graph = build_support(stage.saver)
    shared, alone = stage.thread_id("shared"), stage.thread_id("alone")
    texts = ("Hi, I'm Ada.", "Where is order 4021?", "Can you change that order?", "Who am I?")
    for turn, text in enumerate(texts):
        host = f"web-{turn % 2 + 1}"
        stage.say(graph, stage.config(shared, worker_hostname=host, user_id="ada", assistant="support"), text)
    stage.say(graph, stage.config(alone, worker_hostname="web-2", user_id="bo"), "Where is order 4022?")
    notes = "web-1, web-2, web-1, web-2"
    return played(graph, [PlayedThread(shared, turns=4, notes=notes), PlayedThread(alone, turns=1)])
