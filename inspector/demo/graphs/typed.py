"""A state full of types: what people put into channels besides JSON, each with its own way to be stored."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import ipaddress
import pathlib
import re
import uuid
from collections import deque
from typing import Any, NamedTuple

from langchain_core.documents import Document
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langgraph.graph import START, MessagesState, StateGraph
from pydantic import BaseModel

from inspector.demo.graphs.base import Graph, Saver, Update


class Priority(enum.Enum):
    """An enum with string values."""

    LOW = "low"
    HIGH = "high"


@dataclasses.dataclass
class Address:
    """A dataclass."""

    city: str
    zip: str | None = None


class Ticket(BaseModel):
    """A pydantic model that holds a dataclass's worth of fields and an enum."""

    number: int
    priority: Priority
    opened: dt.datetime
    tags: list[str] = []


class Point(NamedTuple):
    """A named tuple."""

    x: float
    y: float


# What a serializer must be told to be allowed to build again.
STORED_TYPES = [(kind.__module__, kind.__qualname__) for kind in (Priority, Address, Ticket, Point)]


class TypedState(MessagesState):
    """Channels of every kind."""

    ticket: Ticket
    address: Address
    point: Point
    priority: Priority
    values: dict[str, Any]
    documents: list[Document]


def fill(state: TypedState) -> Update:
    """Fill every channel. The values change with the number of messages, so that turns differ."""
    turn = len(state["messages"])
    moment = dt.datetime(2026, 3, 29, 1, 59, 59, 123456, tzinfo=dt.UTC) + dt.timedelta(hours=turn)
    return {
        "ticket": Ticket(number=turn, priority=Priority.HIGH, opened=moment, tags=["vip"]),
        "address": Address(city="Wien", zip="1070"),
        "point": Point(48.2 + turn, 16.35),
        "priority": Priority.LOW if turn % 2 else Priority.HIGH,
        "values": _values(turn, moment),
        "documents": [Document("Returns take thirty days.", metadata={"source": "faq.md", "page": turn})],
        "messages": _messages(turn),
    }


def _values(turn: int, moment: dt.datetime) -> dict[str, Any]:
    return {
        "none": None,
        "truth": turn % 2 == 0,
        "integers": [0, -1, 2**31, -(2**63), 2**64 - 1],
        "floats": [0.1, -0.0, 1e300, float("inf")],
        "text": 'Grüße, 你好, 👋🏽, \u202eright to left\u202c, <b>bold</b> & "quotes" \\ back',
        "bytes": bytes(range(16)),
        "moment": moment,
        "date": moment.date(),
        "time": moment.time(),
        "duration": dt.timedelta(days=turn, seconds=5),
        "uuid": uuid.UUID(int=turn),
        "decimal": decimal.Decimal("19.90"),
        "set": {1, 2, 3},
        "frozenset": frozenset({"a"}),
        "tuple": (1, "two", 3.0),
        "deque": deque([1, 2], maxlen=4),
        "address": ipaddress.ip_address("192.0.2.7"),
        "path": pathlib.Path("/srv/data"),
        "pattern": re.compile(r"^a+$", re.IGNORECASE),
        "nested": {"list": [{"deep": [[[]]]}], "empty": {}, "$type": "a key of the user's own"},
    }


def _messages(turn: int) -> list[Any]:
    """Messages with parts, reasoning, a tool call that could not be parsed, and names."""
    return [
        SystemMessage("Be brief.", id="system"),
        HumanMessage(
            [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": "data:,x"}},
            ],
            name="ines",
            id=f"question-{turn}",
        ),
        AIMessage(
            [
                {"type": "reasoning", "reasoning": "It looks like a tent."},
                {"type": "text", "text": "A tent."},
            ],
            id=f"answer-{turn}",
            invalid_tool_calls=[
                {"type": "invalid_tool_call", "id": "c1", "name": "buy", "args": '{"sku": ', "error": "cut"}
            ],
        ),
    ]


def build_typed(saver: Saver | None) -> Graph:
    """One node that fills everything."""
    graph = StateGraph(TypedState)
    graph.add_node("fill", fill)
    graph.add_edge(START, "fill")
    return graph.compile(checkpointer=saver, name="typed")
