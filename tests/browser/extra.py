"""What no scenario has: a conversation of many steps, and one whose every text is markup. By LangGraph, like all."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from inspector.demo.graphs.chat import build_support
from inspector.demo.repertoire import open_saver

LONG = "long"
MARKUP = "markup"
#: Each would count itself in a trap, if it were ever more than text.
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "'><svg onload=alert(3)><a href='javascript:alert(4)'>x</a>",
    "</pre></bdi></details></template><iframe srcdoc='<script>parent.alert(5)</script>'></iframe>",
    "<b data-live=1 hx-get=/stores/ hx-trigger=load onmouseover=alert(6)>x</b>",
)


def play_extra(url: str) -> int:
    """Play both; the number of threads."""
    with open_saver(url) as saver:
        graph: Any = build_support(saver)
        for number in range(24):
            config = _config(LONG, worker_hostname=f"web-{number % 2 + 1}")
            graph.invoke({"messages": [("user", f"Question {number}")]}, config)
        attack = " ".join(ATTACKS)
        for text in ATTACKS:
            call = {"name": text, "args": {text: [text, {text: text}]}, "id": text, "type": "tool_call"}
            messages = [
                HumanMessage([{"type": "text", "text": text}, {"type": text, text: text}], name=text),
                AIMessage(text, tool_calls=[call], response_metadata={text: text}),
                ToolMessage(text, tool_call_id=text, name=text, status="error"),
            ]
            config = _config(MARKUP, worker_hostname=text, user_id=text, assistant=text, **{"<i>key": attack})
            graph.update_state(config, {"messages": messages}, as_node="agent")
    return 2


def _config(thread_id: str, **metadata: str) -> Any:
    return {"configurable": {"thread_id": thread_id}, "metadata": metadata}
