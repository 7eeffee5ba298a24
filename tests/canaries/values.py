"""Values of each kind with a canary in each: messages with all that they may carry, and what people put into states."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import pathlib
import re
from collections import deque
from typing import Any

from langchain_core.documents import Document
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, RemoveMessage, SystemMessage, ToolMessage

from inspector.demo.graphs.typed import Address, Point, Priority, Ticket
from tests.canaries.birds import bird

#: Longer than what is decoded of one text.
LONG = 150_000


class Song(enum.Enum):
    """No member has its value by chance: the serializer stores the value."""

    SUNG = bird("enum")


class Nest:
    """What no serializer but pickle can store."""

    def __init__(self) -> None:
        self.egg = bird("pickle")


def questions() -> list[AnyMessage]:
    return [
        SystemMessage(bird("system"), id=bird("system-id")),
        HumanMessage(
            [
                {"type": "text", "text": bird("text-block")},
                bird("text-in-list"),
                {"type": "image_url", "image_url": {"url": f"https://{bird('image-url')}.example/x.png"}},
                {"type": "file", "filename": bird("file-name"), "base64": "aGVsbG8=", "mime_type": bird("mime-type")},
                {"type": bird("block-type"), bird("block-key"): bird("block-value"), "extras": {bird("extra-key"): 1}},
            ],
            name=bird("human-name"),
            id=bird("human-id"),
            additional_kwargs={bird("kwarg-key"): bird("kwarg-value"), "role": bird("kwarg-role")},
        ),
    ]


def answers() -> list[AnyMessage]:
    return [
        AIMessage(
            [
                {"type": "reasoning", "reasoning": bird("reasoning")},
                {"type": "text", "text": bird("ai-text"), "annotations": [{"url": bird("citation")}]},
            ],
            id=bird("ai-id"),
            name=bird("ai-name"),
            tool_calls=[
                {"name": bird("tool-name"), "args": {bird("arg-key"): bird("arg-value")}, "id": bird("call-id")}
            ],
            invalid_tool_calls=[
                {"name": bird("bad-tool"), "args": bird("bad-args"), "id": bird("bad-id"), "error": bird("bad-error")}
            ],
            response_metadata={"model_name": bird("model"), bird("response-key"): bird("response-value")},
            usage_metadata={"input_tokens": 3, "output_tokens": 4, "total_tokens": 7},
        ),
        ToolMessage(bird("tool-result"), tool_call_id=bird("call-id"), id=bird("tool-id"), artifact=bird("artifact")),
    ]


def plain_forms() -> list[dict[str, Any]]:
    """As clients send them."""
    return [
        {"role": "user", "content": bird("plain-content")},
        {"role": bird("plain-role"), "content": bird("odd-content")},
        {"type": "human", "content": bird("typed-content"), "id": bird("typed-id")},
    ]


def removal() -> RemoveMessage:
    return RemoveMessage(bird("human-id"))


def state(turn: int) -> dict[str, Any]:
    """Channels of every kind. Those of two turns differ."""
    say = f"{bird('text')}-{turn}"
    return {
        "text": say,
        "mapping": {bird("key"): bird("value"), "nested": [{"type": bird("type"), "deep": [bird("deep"), turn]}]},
        "pairs": {turn: bird("pair-value"), (1, bird("pair-key")): 2},
        "ticket": Ticket(number=turn, priority=Priority.HIGH, opened=dt.datetime.now(dt.UTC), tags=[bird("field")]),
        "address": Address(city=bird("dataclass"), zip=say),
        "point": Point(turn, 2.0),
        "objects": {
            "set": {bird("set"), say},
            "tuple": (bird("tuple"), turn),
            "deque": deque([bird("deque")]),
            "bytes": bird("bytes").encode(),
            "path": pathlib.Path("/srv") / bird("path"),
            "pattern": re.compile(bird("pattern")),
            "decimal": decimal.Decimal("19.90"),
        },
        "documents": [Document(bird("document"), metadata={"source": bird("document-source")})],
        "long": bird("long") + "x" * LONG + say,
        "secret": {"api_key": bird("secret")},
        "messages": [*questions(), *answers()] if turn == 1 else [removal(), HumanMessage(say, id=f"{say}-id")],
        "forms": plain_forms(),
    }
