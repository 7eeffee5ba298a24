"""From a class's name and its stored arguments to a readable `Tagged`. Pure: nothing named is looked up.

What each class is stored as is a fact of LangGraph's serializer (`langgraph.checkpoint.serde.jsonplus`): a `UUID` as
its 32 hex digits, a `Path` as its parts, a `timedelta` as three integers. This module turns those back into what a
person writes; arguments that are not what the class is known to be stored as are shown as they are.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from inspector.decode import times
from inspector.decode.containers import REST
from inspector.domain.value import Binary, Omitted, Tagged, Value

Fields: TypeAlias = Mapping[str, Value]
Arguments: TypeAlias = Sequence[Value]

#: Shown instead of every secret. It has one length whatever the secret's is.
MASK = "**********"

DELTA_SNAPSHOT = "langgraph.checkpoint.serde.types._DeltaSnapshot"

_SECRET_WORDS = ("secret", "password", "passphrase", "apikey", "credential")

_ARRAY_HEAD = 8
_NUMBER_CODES = {
    "f": {2: "e", 4: "f", 8: "d"},
    "i": {1: "b", 2: "h", 4: "i", 8: "q"},
    "u": {1: "B", 2: "H", 4: "I", 8: "Q"},
}


def shown_class(module: str, name: str) -> tuple[str, str]:
    """The module and name to show for those stored.

    A pattern is stored as the function that compiles it. LangChain stores its own classes under the module they lived
    in years ago (`langchain_core.load.mapping`); its messages and documents are shown where they live now.
    """
    if module == "re" and name == "compile":
        return "re", "Pattern"
    if module in _OLD_MESSAGE_MODULES:
        now = _MESSAGE_MODULES.get(name.removesuffix("Chunk"))
        return (f"langchain_core.messages.{now}", name) if now else (module, name)
    if module in _OLD_DOCUMENT_MODULES and name == "Document":
        return "langchain_core.documents.base", name
    return module, name


def is_secret(type_name: str) -> bool:
    """Whether an object that is one value holds a secret.

    The serializer stores everything with a `get_secret_value` method that way, subclasses too; only the name is known.
    """
    name = type_name.partition("[")[0].rpartition(".")[2].lower()  # `Secret[datetime.date]` is a class's name too
    return any(word in name for word in _SECRET_WORDS)


def from_one(type_name: str, argument: Value, method: str = "") -> Tagged:
    """An object made from one argument: `Class(argument)`, or `Class.method(argument)`."""
    if is_secret(type_name):
        return Tagged(type_name, {"value": MASK})
    known = _from_many(type_name, [argument])
    if known is not None:
        return known
    if type_name in _COLLECTIONS and isinstance(argument, list):
        return Tagged(type_name, {"items": argument})
    if type_name == "uuid.UUID":
        argument = _dashed(argument)
    if method in ("", "fromisoformat"):
        return Tagged(type_name, {"value": argument})
    return Tagged(type_name, {"value": argument, "method": method})


def from_args(type_name: str, arguments: Value) -> Tagged:
    """An object made from positional arguments: `Class(*arguments)`."""
    if is_secret(type_name):
        return Tagged(type_name, {"value": MASK})
    if isinstance(arguments, list):
        known = _from_many(type_name, arguments)
        if known is not None:
            return known
    return Tagged(type_name, {"args": arguments})


def from_fields(type_name: str, fields: Value) -> Tagged:
    """An object made from named arguments: `Class(**fields)`. A pydantic root model has one value, `root`."""
    if isinstance(fields, Omitted):
        return Tagged(type_name, {REST: fields})
    if not isinstance(fields, dict):
        return Tagged(type_name, {"root": fields})
    if type_name == "datetime.time":
        return Tagged(type_name, times.time(fields) or fields)
    if "_secret_value" in fields:  # pydantic's secrets, where they are stored as their attributes
        return Tagged(type_name, {"value": MASK})
    return Tagged(type_name, fields)


def from_array(parts: Arguments) -> Tagged | None:
    """A numpy array from `[dtype, shape, order, data]`, with its first elements in order of memory."""
    match parts:
        case [str(dtype), list(shape), str(order), Binary() as data]:
            fields: dict[str, Value] = {"dtype": dtype, "shape": shape, "order": order, "data": data}
            first = _first_elements(dtype, data.head)
            return Tagged("numpy.ndarray", fields | {"first": first} if first is not None else fields)
    return None


def _from_many(type_name: str, arguments: Arguments) -> Tagged | None:
    if type_name == "re.Pattern":
        return _pattern(arguments)
    if type_name.startswith("pathlib."):
        return _path(type_name, arguments)
    if type_name.startswith("langgraph.") and type_name.endswith(".Send") and 2 <= len(arguments) <= 3:
        return Tagged(type_name, dict(zip(("node", "arg", "timeout"), arguments, strict=False)))
    read = _TIMES.get(type_name)
    fields = read(arguments) if read else None
    return Tagged(type_name, fields) if fields is not None else None


_TIMES: dict[str, Callable[[Arguments], Fields | None]] = {
    "datetime.date": times.date,
    "datetime.timedelta": times.duration,
    "datetime.timezone": times.timezone,
}

_OLD_MESSAGE_MODULES = frozenset({"langchain.schema.messages", "langchain_core.messages"})
_OLD_DOCUMENT_MODULES = frozenset({"langchain.schema.document", "langchain_core.documents"})
_MESSAGE_MODULES = {
    "AIMessage": "ai",
    "BaseMessage": "base",
    "ChatMessage": "chat",
    "FunctionMessage": "function",
    "HumanMessage": "human",
    "RemoveMessage": "modifier",
    "SystemMessage": "system",
    "ToolMessage": "tool",
}

_COLLECTIONS = frozenset({"builtins.set", "builtins.frozenset", "builtins.tuple", "collections.deque"})


def _dashed(argument: Value) -> Value:
    if isinstance(argument, str) and len(argument) == 32:
        return "-".join((argument[:8], argument[8:12], argument[12:16], argument[16:20], argument[20:]))
    return argument


def _pattern(arguments: Arguments) -> Tagged | None:
    match arguments:
        case [pattern, int(flags)]:
            return Tagged("re.Pattern", {"pattern": pattern, "flags": flags})
    return None


def _path(type_name: str, parts: Arguments) -> Tagged | None:
    names = [part for part in parts if isinstance(part, str)]
    if len(names) != len(parts):
        return None
    separator = "\\" if "Windows" in type_name else "/"
    text = separator.join(names)
    if names and names[0].endswith(separator):  # the root brings its own separator
        text = names[0] + separator.join(names[1:])
    return Tagged(type_name, {"value": text or "."})


def _first_elements(dtype: str, head: bytes) -> list[Value] | None:
    """The first numbers of a plain numeric or boolean array; None for any other type of element.

    `dtype` is numpy's array-protocol text: byte order, kind, bytes an element, as in `<f8`.
    """
    order, kind, width = dtype[:1], dtype[1:2], dtype[2:]
    if kind == "b" and width == "1":
        return [byte != 0 for byte in head[:_ARRAY_HEAD]]
    code = _NUMBER_CODES.get(kind, {}).get(int(width)) if width in ("1", "2", "4", "8") else None
    if code is None or order not in "<>|":
        return None
    count = min(_ARRAY_HEAD, len(head) // int(width))
    return list(struct.unpack_from(f"{'>' if order == '>' else '<'}{count}{code}", head))
