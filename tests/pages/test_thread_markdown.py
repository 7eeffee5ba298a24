"""`/thread/download/?as=markdown`: a conversation that can be pasted into a ticket."""

from __future__ import annotations

import re
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt

from inspector.views.transcript import fenced
from tests.pages.downloads import DOWNLOAD, HOSTILE, State, body, markdown
from tests.pages.kinds import Shop


def test_markdown_holds_the_conversation_and_nothing_of_it_breaks_out(sqlite_shop: Shop) -> None:
    hostile = "# No heading\n```\nfence\n````\n<script>alert(1)</script>\n\n---\n[link](javascript:x)\r\u202e"

    def ask(state: State) -> dict[str, Any]:
        interrupt({"question": "Shall I?"})
        return {}

    with sqlite_shop.open_saver() as saver:
        graph: Any = StateGraph(State).add_node("ask", ask).add_edge(START, "ask").compile(checkpointer=saver)
        calls = [{"name": "look`up", "args": {"order": "4021"}, "id": "call_1"}]
        image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
        graph.invoke(
            {
                "messages": [
                    HumanMessage([{"type": "text", "text": hostile}, image], name="# Ada\n## x"),
                    AIMessage("", tool_calls=calls),
                    ToolMessage("It is on its way.", tool_call_id="call_1", name="look`up"),
                ],
                "order": {"note": "```\n# x"},
            },
            {"configurable": {"thread_id": HOSTILE}},
        )

    text = body(sqlite_shop.browser.get(DOWNLOAD, id=HOSTILE, **{"as": "markdown"})).decode()
    outside = _outside_fences(text)
    headings = [line for line in outside if line.startswith("#")]
    assert [line.split(" ")[0] for line in headings] == ["#", "##", "###", "###", "###", "##", "###", "##"]
    assert not [line for line in outside if "<script" in line or "javascript:" in line or "fence" in line]
    assert "iVBOR" not in text
    assert "[image" in text
    assert "\u202e" not in text
    assert "It is on its way." in text
    assert '"order": "4021"' in text
    assert '"question": "Shall I?"' in text


def test_markdown_tells_a_question_that_waits_from_one_that_was_answered(sqlite_shop: Shop) -> None:
    def ask(state: State) -> dict[str, Any]:
        return {"messages": [AIMessage(f"So {interrupt('Shall I?')}")]}

    with sqlite_shop.open_saver() as saver:
        graph: Any = StateGraph(State).add_node("ask", ask).add_edge(START, "ask").compile(checkpointer=saver)
        config: Any = {"configurable": {"thread_id": "one"}}
        graph.invoke({"messages": [HumanMessage("Hello")]}, config)
        asked = markdown(sqlite_shop)
        at = graph.get_state(config).config["configurable"]["checkpoint_id"]
        graph.invoke(Command(resume="yes\u202e"), config)

    assert "`ask` asked:" in asked
    assert asked.endswith("No answer is stored.\n")
    assert markdown(sqlite_shop, checkpoint=at).endswith('The answer:\n\n```json\n"yes\\u202e"\n```\n')


def test_markdown_tells_a_failure_that_a_retry_mended(sqlite_shop: Shop) -> None:
    errors = iter([ValueError("teapot broke")])

    def work(state: State) -> dict[str, Any]:
        for error in errors:
            raise error
        return {"order": {"id": 1}}

    with sqlite_shop.open_saver() as saver:
        graph: Any = StateGraph(State).add_node("work", work).add_edge(START, "work").compile(checkpointer=saver)
        config: Any = {"configurable": {"thread_id": "one"}}
        with pytest.raises(ValueError, match="teapot"):
            graph.invoke({"messages": [HumanMessage("Hello")]}, config)
        failed = markdown(sqlite_shop)
        at = graph.get_state(config).config["configurable"]["checkpoint_id"]
        graph.invoke(None, config)

    assert "`work` failed:\n" in failed
    assert "`work` failed, and finished later:\n" in markdown(sqlite_shop, checkpoint=at)


def test_markdown_names_the_pictures_of_a_tools_result(sqlite_shop: Shop) -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
    result = {"type": "tool_result", "tool_use_id": "call_1", "content": [{"type": "text", "text": "Look."}, picture]}
    other = {"type": "web_search_tool_result", "found": "a teapot"}

    def answer(state: State) -> dict[str, Any]:
        return {"messages": [AIMessage("Fine.")]}

    with sqlite_shop.open_saver() as saver:
        graph: Any = StateGraph(State).add_node("answer", answer).add_edge(START, "answer").compile(checkpointer=saver)
        graph.invoke({"messages": [HumanMessage([result, other])]}, {"configurable": {"thread_id": "one"}})

    text = markdown(sqlite_shop)
    assert "Result:\n\n```text\nLook.\n```\n\n[image: `image/png`, 8 B]\n" in text
    assert '"found": "a teapot"' in text
    assert "iVBOR" not in text


def _outside_fences(text: str) -> list[str]:
    """Lines that a Markdown reader takes for its own (CommonMark, fenced code blocks)."""
    kept, fence = [], ""
    for line in text.split("\n"):
        run = re.match(r" {0,3}(`{3,})([^`]*)$", line)
        if fence:
            if run and len(run[1]) >= len(fence) and not run[2].strip():
                fence = ""
        elif run:
            fence = run[1]
        else:
            kept.append(line)
    assert not fence, "The last fence is not closed."
    return kept


def test_a_fence_is_longer_than_any_in_its_text() -> None:
    assert fenced("a ````` b").startswith("``````text\n")
