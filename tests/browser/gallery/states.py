"""States that are hard to show: every text an attack or without an end, and a large document with a small change."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.graph import START, StateGraph

from inspector.demo.graphs.base import Saver, Update
from tests.browser.gallery.configs import config

HOSTILE, JSON = "gallery-hostile", "gallery-json"
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}{% raise %}"
CONTROLS = "bell \x07, escape \x1b[31mred\x1b[0m, back \x08\x08\x08, delete \x7f, line\r\nend\u2028and\u2029more"
BIDI = "user\u202egnp.exe\u202c, \u2066isolate\u2069, \u200bzero\u200d\ufeff width, \u202dforced"
LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 40
#: A name with all of it, as channels, nodes and keys are called by users.
LONG_NAME = "a_very_long_name_without_any_break_" * 8
TEXTS = ("", LONG_WORD, BIDI, CONTROLS, MARKUP, f"{BIDI} {CONTROLS} {MARKUP} {LONG_WORD}")


def put_states(saver: Saver) -> tuple[str, ...]:
    _put_hostile(saver)
    _put_json(saver)
    return HOSTILE, JSON


class Writer:
    """A graph whose one node writes what it was told to."""

    def __init__(self, saver: Saver, node: str, *channels: str) -> None:
        self._state: Update = {}
        kind: Any = type("State", (dict,), {"__annotations__": dict.fromkeys(("asked", *channels), Any)})
        graph = StateGraph(kind)
        graph.add_node(node, lambda state: self._state)
        graph.add_edge(START, node)
        self._graph: Any = graph.compile(checkpointer=saver)

    def write(self, state: Update, where: Any) -> None:
        self._state = state
        self._graph.invoke({"asked": "Go on."}, where, durability="sync")


def _put_hostile(saver: Saver) -> None:
    channels = ("text", "messages", "tree", "numbers", LONG_NAME, MARKUP)
    writer = Writer(saver, MARKUP.replace("|", "").replace(":", ""), *channels)
    for number, text in enumerate(TEXTS):
        deep: Any = text
        for _ in range(30):
            deep = {text[:80] or "empty": [deep]}
        state = {
            "text": text * 3,
            "messages": [HumanMessage(text, id=f"h{number}", name=text or None), AIMessage(f"{text} {number}", id="a")],
            "tree": {text: text, LONG_NAME: {LONG_WORD: [text, number]}, "deep": deep},
            "numbers": [float("nan"), float("-inf"), 2**63 - 1, -0.0, None, True, b"\0\xff" * 400],
            LONG_NAME: {"wide": [list(range(60))] * 2, "set": {number, text}},
            MARKUP: text,
        }
        host = (text or "nameless")[:120]
        writer.write(state, config(HOSTILE, host=host, **{LONG_NAME: "x", "user_id": host}))


def _put_json(saver: Saver) -> None:
    """300 kB of JSON; each turn changes one price, takes an item away, or adds one."""
    writer = Writer(saver, "plan", "tree")
    items: list[Any] = [
        {"sku": f"SKU-{number:05}", "price": {"amount": number * 1.5, "currency": "EUR"}, "text": "A fine thing. " * 5}
        for number in range(2_000)
    ]
    writer.write({"tree": {"items": items, "version": 1}}, config(JSON))
    items = [*items[:700], {**items[700], "price": {"amount": 9.99, "currency": "EUR"}}, *items[701:]]
    writer.write({"tree": {"items": items, "version": 2}}, config(JSON))
    items = [*items[:300], *items[301:], {"sku": "SKU-NEW", "price": None}]
    writer.write({"tree": {"items": items, "version": 2, "note": "shorter"}}, config(JSON))
