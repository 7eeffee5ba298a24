"""How objects look in JSON: which mappings stand for one, and what it is then shown as. Pure.

Sources of these facts: `langchain_core.load.serializable` (`lc: 1`), LangGraph's serializer up to 2.x and
`langgraph.checkpoint.redis.jsonplus_redis` (`lc: 2`, and the keys `__interrupt__`, `__send__`,
`__delta_snapshot__`, `__bytes__`).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from inspector.decode import objects
from inspector.decode.budget import Meter
from inspector.decode.containers import REST
from inspector.decode.texts import binary
from inspector.domain.value import Binary, Omitted, Tagged, Value

Assemble: TypeAlias = Callable[[str, Value, Meter], Value]
Raw: TypeAlias = Mapping[object, object]


@dataclass(frozen=True, slots=True)
class Recognised:
    """A mapping that stands for an object: its class, its entries, and what to make of them once decoded."""

    module: str
    name: str
    parts: dict[object, object]
    assemble: Assemble


#: The Redis saver's own marks: the key, the class it stands for, and the keys it always comes with.
_MARKS: dict[str, tuple[str, str, set[object]]] = {
    "__interrupt__": ("langgraph.types", "Interrupt", {"value"}),
    "__send__": ("langgraph.types", "Send", {"node", "arg"}),
    "__delta_snapshot__": ("langgraph.checkpoint.serde.types", "_DeltaSnapshot", {"value"}),
}
_BYTES_MARK = "__bytes__"

#: A mapping with none of these keys stands for no object.
SIGNS: frozenset[object] = frozenset({"lc", _BYTES_MARK, *_MARKS})

_NOT_STORED = "The serializer kept this object's class, not its value."
#: Classes of these modules have no `__dict__`, which is all that the Redis saver keeps of a class it does not know.
_WITHOUT_DICT = frozenset(
    {
        "builtins",
        "collections",
        "datetime",
        "decimal",
        "fractions",
        "ipaddress",
        "numpy",
        "pathlib",
        "re",
        "uuid",
        "zoneinfo",
    }
)


def recognise(raw: Raw) -> Recognised | None:
    """The object that a JSON mapping stands for; None for a mapping that is just that."""
    if raw.get("lc") in (1, 2):
        return _envelope(raw)
    for mark, (module, name, always) in _MARKS.items():
        if raw.get(mark) is True and always <= raw.keys():
            return Recognised(module, name, {key: raw[key] for key in raw if key != mark}, _fields)
    return None


def marked_bytes(raw: Raw, meter: Meter) -> Binary | None:
    """The bytes of `{"__bytes__": base64}`; None for every other mapping. Only what is shown is decoded."""
    text = raw.get(_BYTES_MARK)
    if len(raw) != 1 or not isinstance(text, str):
        return None
    kept = meter.budget.max_binary
    try:
        head = base64.b64decode(text[: 4 * (kept // 3 + 1)], validate=True)
    except (binascii.Error, ValueError):
        return None
    return Binary(head[:kept], len(text) // 4 * 3 - text[-2:].count("="))


def _envelope(raw: Raw) -> Recognised | None:
    path = raw.get("id")
    if not isinstance(path, list) or not path or not all(isinstance(part, str) for part in path):
        return None
    module, name = objects.shown_class(".".join(path[:-1]), path[-1])
    parts = {key: item for key, item in raw.items() if key not in ("lc", "type", "id")}
    match raw.get("type"):
        case "constructor":
            return Recognised(module, name, parts, _redis_object if raw["lc"] == 2 else _constructor)
        case "not_implemented":
            return Recognised(module, name, parts, _fields)
        case "secret":
            # Holds the name of the variable that has the secret, never the secret.
            return Recognised("langchain_core.load.serializable", "SerializedSecret", {"id": path}, _fields)
    return None


def _fields(type_name: str, parts: Value, _: Meter) -> Tagged:
    return Tagged(type_name, parts if isinstance(parts, dict) else {REST: parts})


def _redis_object(type_name: str, parts: Value, meter: Meter) -> Value:
    """An `lc: 2` object. One without arguments, of a class that keeps its value elsewhere, has lost it."""
    if isinstance(parts, dict) and not parts.get("args") and parts.get("kwargs") == {}:
        module, _, name = type_name.rpartition(".")
        if module.partition(".")[0] in _WITHOUT_DICT or name.endswith(("Error", "Exception")):
            return Tagged(type_name, {"value": Omitted("not stored", 0, _NOT_STORED)})
    return _constructor(type_name, parts, meter)


def _constructor(type_name: str, parts: Value, meter: Meter) -> Value:
    """An object from its decoded `args`, `kwargs` and `method`; what else is there is kept beside them."""
    if not isinstance(parts, dict):
        return Tagged(type_name, {REST: parts})
    args, kwargs, method = parts.get("args"), parts.get("kwargs"), parts.get("method")
    if args and objects.is_secret(type_name):
        return Tagged(type_name, {"value": objects.MASK})
    if not args:
        shown = objects.from_fields(type_name, kwargs if kwargs is not None else {})
    elif kwargs:
        shown = Tagged(type_name, {"args": args, **(kwargs if isinstance(kwargs, dict) else {"kwargs": kwargs})})
    elif isinstance(args, list) and len(args) == 1:
        if method == "fromhex" and (raw := _from_hex(type_name, args[0], meter)):
            return raw
        shown = objects.from_one(type_name, args[0], method if isinstance(method, str) else "")
    else:
        shown = objects.from_args(type_name, args)
    more = {key: item for key, item in parts.items() if key not in ("args", "kwargs", "method")}
    return Tagged(type_name, {**more, **shown.fields}) if more else shown


def _from_hex(type_name: str, digits: Value, meter: Meter) -> Binary | None:
    try:
        raw = bytes.fromhex(digits) if isinstance(digits, str) else None
    except ValueError:
        return None
    return binary(raw, meter, type_name.rpartition(".")[2]) if raw is not None else None
