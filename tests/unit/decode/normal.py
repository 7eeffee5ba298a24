"""What a live object should look like once stored and decoded, said without any code of the decoder.

The decoder goes from bytes to a tree; this goes from the object itself to a tree. The two meeting is the test.
"""

from __future__ import annotations

import datetime as dt
import decimal
import ipaddress
import pathlib
import re
import uuid
import zoneinfo
from collections import deque
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np
from langgraph.checkpoint.serde.types import _DeltaSnapshot
from langgraph.store.base import Item
from langgraph.types import Send

from inspector.domain.value import Binary, Pairs, Tagged

ADDRESSES = (
    ipaddress.IPv4Address,
    ipaddress.IPv4Interface,
    ipaddress.IPv4Network,
    ipaddress.IPv6Address,
    ipaddress.IPv6Interface,
    ipaddress.IPv6Network,
)


def assert_same(left: object, right: object) -> None:
    """Equal in every type too: `True` is not 1, 1 is not 1.0, nan is nan, and order counts."""
    assert repr(left) == repr(right)


def normal(obj: Any) -> Any:
    """The tree that decoding the stored object must give."""
    if isinstance(obj, Enum):
        return tag(obj, value=normal(obj.value))
    if obj is None or isinstance(obj, bool | int | float | str):
        return obj
    if isinstance(obj, bytes | bytearray):
        return Binary(bytes(obj[:256]), len(obj))
    if isinstance(obj, _DeltaSnapshot):
        return tag(obj, value=normal(obj.value))
    if hasattr(obj, "get_secret_value"):
        return tag(obj, value="**********")
    if isinstance(obj, dict):
        return _mapping([(normal_key(key), normal(value)) for key, value in obj.items()])
    return _container(obj) if isinstance(obj, list | tuple | set | frozenset | deque) else _object(obj)


def normal_key(key: Any) -> Any:
    """msgpack writes some keys as text that are objects as values."""
    if isinstance(key, Enum):
        return key.value
    if isinstance(key, dt.datetime | dt.date):
        return key.isoformat()
    return str(key) if isinstance(key, uuid.UUID) else normal(key)


def tag(obj: Any, **parts: Any) -> Tagged:
    return Tagged(f"{type(obj).__module__}.{type(obj).__name__}", parts)


def _mapping(entries: list[tuple[Any, Any]]) -> Any:
    return dict(entries) if all(isinstance(key, str) for key, _ in entries) else Pairs(tuple(entries))


def _container(obj: Any) -> Any:
    if hasattr(obj, "_asdict"):
        return tag(obj, **{name: normal(value) for name, value in obj._asdict().items()})
    items = [normal(item) for item in obj]
    return items if type(obj) in (list, tuple) else tag(obj, items=items)


def _object(obj: Any) -> Any:
    if hasattr(obj, "model_dump"):
        dumped = normal(obj.model_dump())
        return tag(obj, **dumped) if isinstance(dumped, dict) else tag(obj, root=dumped)
    if isinstance(obj, dt.datetime | dt.date | dt.timedelta | dt.time | dt.tzinfo):
        return _time(obj)
    if isinstance(obj, (decimal.Decimal, uuid.UUID, pathlib.PurePath, *ADDRESSES)):
        return tag(obj, value=str(obj))
    if isinstance(obj, re.Pattern):
        return tag(obj, pattern=normal(obj.pattern), flags=obj.flags)
    if isinstance(obj, Send):
        timeout = getattr(obj, "timeout", None)
        more = {} if timeout is None else {"timeout": normal(timeout)}
        return tag(obj, node=obj.node, arg=normal(obj.arg), **more)
    if is_dataclass(obj):
        return tag(obj, **{field.name: normal(getattr(obj, field.name)) for field in fields(obj)})
    if isinstance(obj, Item):
        return tag(obj, **{name: normal(value) for name, value in obj.dict().items()})
    if isinstance(obj, np.ndarray):
        return _array(obj)
    assert isinstance(obj, BaseException)
    return repr(obj)


def _time(obj: Any) -> Tagged:
    match obj:
        case dt.timedelta():
            return tag(obj, value=iso_duration(obj))
        case zoneinfo.ZoneInfo():
            return tag(obj, value=obj.key)
        case dt.timezone():
            offset = obj.utcoffset(None)
            named = len(obj.__getinitargs__()) > 1  # type: ignore[attr-defined]
            return (
                tag(obj, value=str(dt.timezone(offset)))
                if not named
                else tag(obj, value=str(dt.timezone(offset)), name=obj.tzname(None))
            )
        case dt.time():
            zone = None if obj.tzinfo is None else normal(obj.tzinfo)
            beside = {"fold": 1} if obj.fold else {}
            if isinstance(obj.tzinfo, zoneinfo.ZoneInfo) or (zone and "name" in zone.fields):
                return tag(obj, value=obj.replace(tzinfo=None).isoformat(), tzinfo=zone, **beside)
            return tag(obj, value=obj.isoformat(), **beside)
    return tag(obj, value=obj.isoformat())


def iso_duration(delta: dt.timedelta) -> str:
    """By whole microseconds, from the smallest unit up."""
    left, micro = divmod(abs(delta) // dt.timedelta(microseconds=1), 1_000_000)
    clock = ""
    for size, unit in ((60, "S"), (60, "M"), (24, "H")):
        left, count = divmod(left, size)
        part = f"{count}.{micro:06d}".rstrip("0") if unit == "S" and micro else str(count)
        clock = (part + unit if part != "0" else "") + clock
    text = "P" + (f"{left}D" if left else "") + (f"T{clock}" if clock else "")
    return ("-" if delta.days < 0 else "") + text if text != "P" else "PT0S"


def _array(obj: np.ndarray[Any, Any]) -> Tagged:
    fortran = obj.flags.f_contiguous and not obj.flags.c_contiguous
    raw = obj.tobytes(order="A")
    parts: dict[str, Any] = {
        "dtype": obj.dtype.str,
        "shape": list(obj.shape),
        "order": "F" if fortran else "C",
        "data": Binary(raw[:256], len(raw)),
    }
    if obj.dtype.kind in "biuf" and obj.dtype.itemsize <= 8:
        parts["first"] = obj.ravel(order="K" if fortran else "C")[:8].tolist()
    return tag(obj, **parts)
