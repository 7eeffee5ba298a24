"""Conversations that are hard to set: right-to-left, emoji, edits, tools that fail, pictures."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, RemoveMessage, SystemMessage, ToolMessage
from langgraph.graph import START, MessagesState, StateGraph

from inspector.demo.graphs.base import Saver, Update
from tests.browser.gallery.configs import config

SCRIPTS, TOOLS, PICTURES = "gallery-scripts", "gallery-tools", "gallery-pictures"
#: Each said twice: the second time with one word changed, under the same message id.
EDITED = (
    ("أين طلبي رقم 4021؟ لم يصل بعد.", "أين طلبي رقم 4022؟ لم يصل بعد."),
    ("ההזמנה שלך יצאה מהמחסן today בשעה 14:30.", "ההזמנה שלך יצאה מהמחסן tomorrow בשעה 14:30."),
    ("ご注文の品は明日届きます。", "ご注文の品は明後日届きます。"),
    ("주문하신 상품은 내일 도착합니다.", "주문하신 상품은 모레 도착합니다."),
    ("Thanks 👩‍👩‍👧‍👦, see you 👋🏽 in 🇪🇺!", "Thanks 👩‍👩‍👧‍👦, see you 👋🏿 in 🇯🇵!"),
    ("Zalgo t̸̡̛e̵̢͝x̶̧͠t́ and cafe\u0301.", "Zalgo t̸̡̛e̵̢͝x̶̧͠t́ and café."),
)


def put_talk(saver: Saver) -> tuple[str, ...]:
    script = Script(saver)
    _put_scripts(script)
    _put_tools(script)
    _put_pictures(script)
    return SCRIPTS, TOOLS, PICTURES


class Script:
    """A graph whose one node says what it was told to."""

    def __init__(self, saver: Saver) -> None:
        self._said: list[Any] = []
        graph = StateGraph(MessagesState)
        graph.add_node("say", self._say)
        graph.add_edge(START, "say")
        self._graph: Any = graph.compile(checkpointer=saver)

    def run(self, thread_id: str, asked: str, *said: AnyMessage | RemoveMessage) -> None:
        self._said = list(said)
        self._graph.invoke({"messages": [("user", asked)]}, config(thread_id), durability="sync")

    def _say(self, state: MessagesState) -> Update:
        return {"messages": self._said}


def _put_scripts(script: Script) -> None:
    """What is said first is long; then each message is edited, and one is taken back."""
    first, second = (
        [(HumanMessage, AIMessage)[place % 2](texts[version], id=f"m{place}") for place, texts in enumerate(EDITED)]
        for version in (0, 1)
    )
    script.run(SCRIPTS, "مرحبا 👋 " * 60, *first, AIMessage("שלום 👋 " * 60, id="long"))
    script.run(SCRIPTS, "עוד פעם, בבקשה 🙏", *second, RemoveMessage("long"))


def _put_tools(script: Script) -> None:
    """One call answered, one failed, one never answered, one invalid, and a result that nobody asked for."""
    found, failed, open_call = (
        {"name": name, "args": args, "id": f"call_{name}", "type": "tool_call"}
        for name, args in (
            ("lookup_order", {"order_id": "4021", "fields": ["price", "state"]}),
            ("refund", {"order_id": "4021", "amount": 30.5, "reason": "It came damaged. " * 12}),
            ("notify", {"to": "ada@example.org", "nested": {"a": [1, 2, {"b": None}]}}),
        )
    )
    wrong: Any = {
        "name": "search",
        "args": '{"q": "tea',
        "id": "call_search",
        "error": "not JSON",
        "type": "invalid_tool_call",
    }
    usage: Any = {"input_tokens": 1_204, "output_tokens": 86, "total_tokens": 1_290}
    calls = [found, failed, open_call]
    error = "Traceback (most recent call last):\n  File 'refund.py', line 7\nPaymentError: card expired"
    script.run(TOOLS, "Hello", SystemMessage("You are a patient assistant.", id="s"), AIMessage("Hello!", id="a"))
    script.run(
        TOOLS,
        "Refund my order.",
        AIMessage("I look.", id="a1", tool_calls=calls, invalid_tool_calls=[wrong], usage_metadata=usage),
        ToolMessage('{"price": 30.5, "state": "delivered"}', tool_call_id="call_lookup_order", id="t1"),
        ToolMessage(error, tool_call_id="call_refund", status="error", id="t2"),
        ToolMessage("for nobody", tool_call_id="call_unknown", id="t3"),
        AIMessage("Your card is expired.", id="a2", usage_metadata=usage),
    )


def _put_pictures(script: Script) -> None:
    url = f"data:image/png;base64,{base64.b64encode(picture(48, 32)).decode()}"
    text = {"type": "text", "text": "What is on this picture?"}
    far = {"type": "image_url", "image_url": {"url": "https://pictures.example.org/far-away.png"}}
    plain: Any = {"type": "image", "source_type": "base64", "mime_type": "image/png", "data": url.partition(",")[2]}
    broken = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    bill = {"type": "file", "file": {"filename": "bill.pdf"}}
    script.run(PICTURES, "Look.", HumanMessage([text, {"type": "image_url", "image_url": {"url": url}}], id="p1"))
    script.run(PICTURES, "And?", AIMessage("Colours.", id="p2"), HumanMessage([plain, far, broken, bill], id="p3"))


def picture(width: int, height: int) -> bytes:
    """A PNG of so many pixels, no two neighbours alike."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(
        b"\0" + b"".join(bytes((x * 255 // width, y * 255 // height, (x ^ y) & 255)) for x in range(width))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
