"""A colleague puts a message into a conversation from outside, between its two turns and at its end."""

from __future__ import annotations

from langchain_core.messages import AIMessage

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Two turns, three edits from outside (`update_state`), no turn among those."""
    graph = build_chat(stage.saver)
    thread_id = stage.thread_id("edited")
    config = stage.config(thread_id, user_id="u-17")
    stage.say(graph, config, "Hi, I'm Ada.")
    graph.update_state(config, {"messages": [AIMessage("A note from our staff: VIP.")]}, as_node="respond")
    stage.say(graph, config, "Who am I?")
    graph.update_state(config, {"messages": [("user", "typed by staff")]})
    graph.update_state(config, None)
    return played(graph, PlayedThread(thread_id, turns=2))
