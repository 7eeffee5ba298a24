"""Messages are edited and removed by id: one replaced in place, two taken out, in the end all of them."""

from __future__ import annotations

from langchain_core.messages import HumanMessage, RemoveMessage
from langgraph.graph.message import REMOVE_ALL_MESSAGES

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Two threads: one edited and trimmed, one emptied and started afresh."""
    graph = build_chat(stage.saver)
    trimmed, emptied = stage.thread_id("trimmed"), stage.thread_id("emptied")
    config = stage.config(trimmed)
    for number, text in enumerate(("Hi, I'm Ada.", "It is about order 4021.", "Where is that order?")):
        stage.run(graph, {"messages": [HumanMessage(text, id=f"question-{number}")]}, config)
    edited = HumanMessage("It is about order 4099.", id="question-1")
    stage.run(graph, {"messages": [edited, HumanMessage("And that order?", id="question-3")]}, config)
    first_two = [RemoveMessage(str(message.id)) for message in graph.get_state(config).values["messages"][:2]]
    graph.update_state(config, {"messages": first_two}, as_node="respond")
    stage.say(graph, stage.config(emptied), "Hi, I'm Ada.", "Who am I?")
    graph.update_state(stage.config(emptied), {"messages": [RemoveMessage(REMOVE_ALL_MESSAGES)]}, as_node="respond")
    stage.say(graph, stage.config(emptied), "Who am I?")
    return played(graph, [PlayedThread(trimmed, turns=4), PlayedThread(emptied, turns=3)])
