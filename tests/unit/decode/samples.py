"""Live values of every kind that LangGraph's serializer knows, each under a name that says what is special about it."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import ipaddress
import pathlib
import re
import uuid
import zoneinfo
from collections import OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from langchain_core.documents import Document
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    AnyMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    HumanMessageChunk,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)
from langgraph.checkpoint.serde.types import _DeltaSnapshot
from langgraph.store.base import Item
from langgraph.types import Command, Interrupt, Overwrite, Send
from pydantic import BaseModel, RootModel, Secret, SecretBytes, SecretStr

WHEN = dt.datetime(2026, 11, 2, 13, 5, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))
SECRET = "sk-live-never-shown"


class Colour(enum.Enum):
    RED = "red"
    PAIR = (1, 2)


class Level(enum.IntEnum):
    HIGH = 3


class Mood(str, enum.Enum):  # noqa: UP042 - people have these, and they are stored differently from StrEnum's base
    CALM = "calm"


class Point(NamedTuple):
    x: int
    y: float


Old = namedtuple("Old", "a b")


@dataclass
class Leaf:
    name: str
    tags: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Branch:
    left: Leaf
    right: Branch | None = None


class Address(BaseModel):
    street: str
    number: int | None = None


class Person(BaseModel):
    name: str
    homes: list[Address] = []
    password: SecretStr = SecretStr("")
    born: dt.date | None = None


class Numbers(RootModel[list[int]]):
    pass


class Empty(BaseModel):
    pass


CALL = {
    "name": "search",
    "args": {"q": "weather", "n": 3, "deep": {"a": [1, None]}},
    "id": "call_1",
    "type": "tool_call",
}
BROKEN_CALL = {
    "name": "search",
    "args": "{oops",
    "id": "call_2",
    "error": "not JSON",
    "type": "invalid_tool_call",
}

MESSAGES: list[AnyMessage] = [
    SystemMessage("Be brief.", id="s1"),
    HumanMessage("Grüß Gott 👋", id="h1", name="ann"),
    HumanMessage(
        [
            {"type": "text", "text": "look"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
        ]
    ),
    AIMessage(
        "",
        id="a1",
        tool_calls=[CALL],
        invalid_tool_calls=[BROKEN_CALL],
        usage_metadata={"input_tokens": 10, "output_tokens": 2000, "total_tokens": 2010},
        response_metadata={"model_name": "m", "finish_reason": "tool_calls", "logprobs": None},
    ),
    ToolMessage("21 °C", tool_call_id="call_1", artifact={"raw": b"\x00\x01", "at": WHEN}, status="error"),
    FunctionMessage("ok", name="f"),
    ChatMessage("hm", role="critic"),
    RemoveMessage(id="h1"),
    AIMessageChunk(
        "part",
        id="run-1",
        tool_call_chunks=[{"name": "f", "args": "{", "id": "1", "index": 0, "type": "tool_call_chunk"}],
    ),
    HumanMessageChunk("part"),
]

SAMPLES: dict[str, Any] = {
    "none in a list": [None],
    "booleans": [True, False],
    "integers at every width": [0, 1, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**63, 2**64 - 1],
    "negative integers": [-1, -32, -33, -128, -129, -32768, -32769, -(2**31), -(2**31) - 1, -(2**63)],
    "floats": [0.0, -0.0, 1.5, 1e308, float("inf"), float("-inf"), float("nan")],
    "texts at every width": ["", "a", "x" * 31, "x" * 32, "x" * 255, "x" * 256, "y" * 70_000, "ü€😀", "\x00"],
    "bytes at every width": [b"", b"\x00", b"b" * 255, b"b" * 256, b"b" * 70_000],
    "nested bytearray": [bytearray(b"ab")],
    "lists at every width": [[], [1] * 15, [1] * 16, [None] * 70_000],
    "long runs of one number type": [
        [1.5] * 40,
        list(range(40)),
        [300] * 40,
        [-5] * 40,
        [70_000] * 40,
        [-(2**40)] * 40,
    ],
    "runs that are broken once": [[1.5] * 20 + [1], list(range(100, 140)), [300] * 20 + ["x"] + [300] * 20],
    "mappings at every width": [
        {},
        {str(i): i for i in range(15)},
        {str(i): i for i in range(16)},
        {str(i): i for i in range(70_000)},
    ],
    "keys that are not text": {1: "a", None: "b", 2.5: "c", "x": "d", (1, 2): "e", b"k": "f"},
    "keys that look like ours": {"$type": 1, "$omitted": 2, "…": 3},
    "keys written as text": {WHEN: 1, uuid.UUID(int=5): 2, WHEN.date(): 3},
    "an empty key": {"": 0},
    "tuple": (1, (2, "x")),
    "sets": [{1}, frozenset({"a"}), set(), frozenset()],
    "deque": deque([1, [2]], maxlen=5),
    "ordered and default dicts": [OrderedDict(a=1), defaultdict(int, a=1)],
    "named tuples": [Point(1, 2.5), Old("a", [1])],
    "decimal": [decimal.Decimal("1.10"), decimal.Decimal("NaN"), decimal.Decimal("1E+400")],
    "uuid": uuid.UUID("12345678-1234-5678-1234-567812345678"),
    "enums": [Colour.RED, Colour.PAIR, Level.HIGH, Mood.CALM],
    "datetimes": [
        WHEN,
        WHEN.replace(tzinfo=None),
        WHEN.replace(microsecond=0, tzinfo=dt.UTC),
        WHEN.replace(fold=1),
    ],
    "dates": [dt.date(1, 1, 1), dt.date(9999, 12, 31)],
    "times": [
        dt.time(13, 5),
        dt.time(13, 5, 1, 2, tzinfo=dt.UTC),
        dt.time(1, fold=1),
        dt.time(1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")),
        dt.time(1, tzinfo=dt.timezone(dt.timedelta(hours=-3, minutes=-30))),
        dt.time(1, tzinfo=dt.timezone(dt.timedelta(hours=1), "CET")),
    ],
    "durations": [
        dt.timedelta(),
        dt.timedelta(days=3, hours=4, minutes=5, seconds=6, microseconds=7),
        dt.timedelta(hours=-5, minutes=-30),
        dt.timedelta(microseconds=500_000),
        dt.timedelta(days=2),
        dt.timedelta(minutes=1),
    ],
    "timezones": [dt.UTC, dt.timezone(dt.timedelta(hours=-5)), dt.timezone(dt.timedelta(hours=1), "CET")],
    "zones": zoneinfo.ZoneInfo("Asia/Kolkata"),
    "addresses": [
        ipaddress.ip_address("10.0.0.1"),
        ipaddress.ip_network("10.0.0.0/8"),
        ipaddress.ip_interface("10.0.0.1/8"),
        ipaddress.ip_address("::1"),
        ipaddress.ip_network("fe80::/10"),
        ipaddress.ip_interface("::1/128"),
    ],
    "paths": [pathlib.Path(text) for text in ("/a/b.txt", "a/b", ".", "/", "..", "/ü 1")],
    "patterns": [re.compile("a+", re.IGNORECASE), re.compile(rb"\x00")],
    "secrets": [SecretStr(SECRET), SecretBytes(SECRET.encode()), SecretStr(""), Secret[dt.date](WHEN.date())],
    "pydantic models": [
        Person(
            name="Ann",
            homes=[Address(street="A", number=1)],
            password=SecretStr(SECRET),
            born=dt.date(2000, 1, 2),
        ),
        Numbers([1, 2]),
        Empty(),
    ],
    "dataclasses": Branch(Leaf("a", {"t"}), Branch(Leaf("b"))),
    "a document": Document("text", metadata={"page": 1}),
    "store item": Item(value={"a": 1}, key="k", namespace=("n", "s"), created_at=WHEN, updated_at=WHEN),
    "sends": [Send("node", {"a": [Leaf("x")]}), Send("", None)],
    "interrupt": Interrupt(value={"question": "ok?"}, id="abc"),
    "command": Command(update={"messages": [HumanMessage("x")]}, resume=[1], goto=[Send("n", 1), "m"]),
    "overwrite": Overwrite(value=[1]),
    "exceptions": [ValueError("no"), KeyError("k"), RuntimeError()],
    "delta snapshot": _DeltaSnapshot([HumanMessage("x"), {"a": 1}]),
    "arrays": [
        np.arange(20, dtype="<f8"),
        np.arange(6, dtype=">i4").reshape(2, 3),
        np.asfortranarray(np.arange(6, dtype="u1").reshape(2, 3)),
        np.array([True, False]),
        np.array(1.5),
        np.zeros((0, 3), dtype="f4"),
        np.array(["ab", "c"]),
        np.array([1 + 2j]),
        np.arange(10, dtype="f2")[::2],
        np.zeros(1000),
    ],
    "messages": MESSAGES,
    "everything nested": {
        "a": [{"b": (Leaf("x", {"y"}), {"c": Point(1, 2.0)})}],
        "m": {"deep": [MESSAGES[3]]},
    },
}
