"""Stores in which everything that somebody may name or say is markup, written by LangGraph and the probe."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, RemoveMessage, ToolMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from inspector.probe.ledger_schema import Read, ThreadCounts
from tests.contract.places import Saver
from tests.pages.ledgers import MEMORY, telling

#: Each sets `__xss` where it is ever more than text, or asks another host.
RUN = "window.__xss=1"
ATTACKS = (
    f"<img src=x onerror={RUN}>",
    f'"><script>{RUN}</script>',
    f"'><svg/onload={RUN}>",
    f"javascript:{RUN}//",
    f"</style><style>@import 'https://evil.example/x.css';</style><script>{RUN}</script>",
    "{{7*7}}${7*7}{% debug %}<%= 7*7 %>",
    f"\u2028{RUN}\u2029</script><script>{RUN}</script>",
    f"<b hx-get=/stores/ hx-trigger=load hx-on:load={RUN} hx-on::load={RUN} data-hx-on:click={RUN}>x</b>",
    f"[a link](javascript:{RUN}) ![x](https://evil.example/x.png) <https://evil.example> `x`",
    f"data:text/html,<script>parent.{RUN}</script>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe><base href=https://evil.example/>",
    f"<svg><a xlink:href=javascript:{RUN}><use href='data:image/svg+xml,<svg onload={RUN}>'/></a></svg>",
    f"</textarea></title></template></noscript><details open ontoggle={RUN}>",
    f"`-{RUN}-`\\x3cscript\\x3e\\u003cimg src=x onerror={RUN}\\u003e",
    f"<form action=//evil.example><input autofocus onfocus={RUN}><meta http-equiv=refresh content=0;url=//e.example>",
)
ALL = " ".join(ATTACKS)
#: A picture that is a program, and one that lies elsewhere.
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'><script>{RUN}</script></svg>"


class State(MessagesState):
    """The other channels' names are markup, too."""

    found: dict[str, Any]


def _graph(saver: Saver, attack: str) -> Any:
    def say(state: State) -> dict[str, Any]:
        turn = len(state["messages"])
        call = {
            "name": attack,
            "args": {attack: [attack, {attack: attack}]},
            "id": f"{attack}{turn}",
            "type": "tool_call",
        }
        messages: list[AnyMessage] = [
            AIMessage(attack, tool_calls=[call], id=f"{turn}{attack}", response_metadata={attack: attack}),
            ToolMessage(ALL, tool_call_id=call["id"], name=attack, status="error", artifact={attack: SVG}),
        ]
        if turn > 2:
            messages.append(RemoveMessage(str(state["messages"][0].id)))
        return {"messages": messages, "found": {attack: attack, "svg": SVG, "nested": {attack: {attack: [ALL]}}}}

    def ask(state: State) -> dict[str, Any]:
        return {"found": {"answer": interrupt({attack: attack, "question": ALL})}}

    def fail(state: State) -> dict[str, Any]:
        raise type(_name(attack), (RuntimeError,), {})(attack, {attack: attack})

    name = _name(attack)
    inner: Any = StateGraph(State).add_node(f"ask {name}", ask).add_edge(START, f"ask {name}")
    graph: Any = StateGraph(State).add_node(f"say {name}", say).add_node(f"fail {name}", fail)
    graph.add_node(f"inner {name}", inner.compile(name=f"inner {name}"))
    graph.add_edge(START, f"say {name}").add_edge(f"say {name}", f"fail {name}").add_edge(
        f"say {name}", f"inner {name}"
    )
    return graph.compile(checkpointer=saver, name=f"graph {name}")


def _name(attack: str) -> str:
    """LangGraph takes no node's name with these."""
    return attack.replace("|", "!").replace(":", ";")


def play_markup(saver: Saver) -> list[str]:
    """A thread for each attack, of several turns; their ids."""
    ids = []
    for attack in ATTACKS:
        ids.append(attack)
        config: Any = {
            "configurable": {"thread_id": attack},
            "metadata": {
                "worker_hostname": attack[:200],
                "user_id": attack,
                "graph_id": attack,
                "assistant_id": attack,
                attack.replace("\0", ""): {attack: [attack]},
            },
            "tags": [attack],
            "run_name": attack,
        }
        graph = _graph(saver, attack)
        for _ in range(2):
            blocks: list[Any] = [
                {"type": "text", "text": attack},
                {"type": attack, attack: attack},
                {"type": "image_url", "image_url": {"url": "https://evil.example/x.png"}},
                {"type": "image_url", "image_url": {"url": f"data:image/svg+xml,{SVG}"}},
                {"type": "image_url", "image_url": {"url": f"javascript:{RUN}"}},
            ]
            with suppress(RuntimeError):
                graph.invoke({"messages": [HumanMessage(blocks, name=attack, id=f"human {attack}")]}, config)
        graph.update_state(config, {"found": {attack: 1}}, as_node=f"say {_name(attack)}")
    return ids


def tell_markup(url: str, thread_ids: Sequence[str]) -> None:
    """Workers that bear such names, ran such programs, keep things in such places, and were raised such errors."""
    now = time.time()
    with telling(url) as ledger:
        for attack, thread_id in zip(ATTACKS, thread_ids, strict=True):
            counts = ThreadCounts(
                thread_id, 0, now - 9, now, reads=1, misses=1, last_miss_at=now, recent=(Read(now, ""),)
            )
            lost = ThreadCounts(f"lost {attack}", 0, now - 9, now, checkpoints=3)
            away = replace(ledger.place, saver=attack, where=attack, identities=("postgres:system:1/x/public",))
            named = {attack: 3}
            more = {"program": attack, "exceptions": named, "dropped": named, "versions": {attack: attack}, "misses": 1}
            ledger.tell(attack[:200], counts, lost, places=(ledger.place,), reads=1, **more)
            ledger.tell(f"memory {attack[:200]}", counts, places=(MEMORY,), **more)
            ledger.tell(f"away {attack[:200]}", counts, places=(away,), **more)
