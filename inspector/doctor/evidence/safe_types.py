"""Classes that LangGraph's serializer always builds again, and where in a value others may be told of by a schema.

With `LANGGRAPH_STRICT_MSGPACK=true` LangGraph allows, beside the safe ones, the classes that a graph's state names in
its annotations (`langgraph._internal._serde`). What lies in a `dict[str, Any]` is named nowhere and comes back as plain
data. A store does not hold annotations, so this goes by where the value lies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from inspector.decode.objects import DELTA_SNAPSHOT
from inspector.domain.value import Binary, CutText, Pairs, Tagged, Value

#: `SAFE_MSGPACK_TYPES` of langgraph-checkpoint 4.3 (`langgraph.checkpoint.serde._msgpack`), as this decoder names them.
SAFE: frozenset[str] = frozenset(
    {
        *(f"datetime.{name}" for name in ("datetime", "date", "time", "timedelta", "timezone")),
        "uuid.UUID",
        "decimal.Decimal",
        "builtins.set",
        "builtins.frozenset",
        "collections.deque",
        *(f"ipaddress.IPv{version}{name}" for version in (4, 6) for name in ("Address", "Interface", "Network")),
        *(f"pathlib.{name}" for name in ("Path", "PosixPath", "WindowsPath")),
        *(f"pathlib._local.{name}" for name in ("Path", "PosixPath", "WindowsPath")),
        "zoneinfo.ZoneInfo",
        "re.Pattern",
        *(
            f"langchain_core.messages.{module}.{name}{chunk}"
            for module, name in (
                ("base", "BaseMessage"),
                ("human", "HumanMessage"),
                ("ai", "AIMessage"),
                ("system", "SystemMessage"),
                ("chat", "ChatMessage"),
                ("tool", "ToolMessage"),
                ("function", "FunctionMessage"),
            )
            for chunk in ("", "Chunk")
        ),
        "langchain_core.messages.modifier.RemoveMessage",
        "langchain_core.documents.base.Document",
        *(
            f"langgraph.types.{name}"
            for name in ("Send", "TimeoutPolicy", "Interrupt", "Command", "StateSnapshot", "PregelTask", "Overwrite")
        ),
        "langgraph.store.base.Item",
        "langgraph.store.base.GetOp",
    }
)
#: Built without a look at any list: numpy's arrays and LangGraph's own snapshots have codes of their own.
_CODED = frozenset({"numpy.ndarray", DELTA_SNAPSHOT})
#: Of its own packages LangChain builds everything again that it stored as JSON.
_OWN = "langchain_core."
#: They stand for what they hold, so that a schema names it.
_TRANSPARENT = frozenset({"langgraph.types.Overwrite", DELTA_SNAPSHOT})
_CONTAINERS = ("builtins.", "collections.")


def is_safe(type_name: str) -> bool:
    return type_name in SAFE or type_name in _CODED or type_name.startswith(_OWN)


def other_classes(value: Value, *, named: bool = True) -> Iterator[tuple[str, bool]]:
    """Every class in a channel's value that is not safe, and whether the channel's annotation may name it."""
    match value:
        case Tagged():
            if not is_safe(value.type_name):
                yield value.type_name, named
            inside = named and (not is_safe(value.type_name) or _is_seen_through(value.type_name))
            for item in value.fields.values():
                yield from other_classes(item, named=inside)
        case list():
            for item in value:
                yield from other_classes(item, named=named)
        case dict():
            yield from _in_mapping(value.values(), named)
        case Pairs():
            yield from _in_mapping((key for key, _ in value.items), named)
            yield from _in_mapping((item for _, item in value.items), named)


def _is_seen_through(type_name: str) -> bool:
    return type_name in _TRANSPARENT or type_name.startswith(_CONTAINERS)


def _in_mapping(values: Iterable[Value], named: bool) -> Iterator[tuple[str, bool]]:
    """A `dict[str, Basket]` names its class. Where values are of several kinds it is mostly a `dict[str, Any]`."""
    values = list(values)
    of_one_kind = len({_kind(item) for item in values if item is not None}) <= 1
    for item in values:
        yield from other_classes(item, named=named and of_one_kind)


def _kind(value: Value) -> str:
    match value:
        case Tagged():
            return value.type_name
        case CutText():
            return "str"
        case Binary():
            return "bytes"
        case Pairs():
            return "dict"
    return type(value).__name__
