"""The shape of a value: its tree without anything that somebody said or an application stored.

What stays are containers with their lengths, the names of classes and of their fields, and of chat messages who spoke,
what kinds of parts they have, how many tokens they took, and ids that a program made. A scalar becomes an `Omitted`
with what it is and how long it is, and with a keyed mark, so that equal ones compare equal and changed ones as changed.
Other ids and the keys of free mappings become pseudonyms: the same text has the same one everywhere here, and nobody
without the key can tell which text that is. Marks and keys never leave the server.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import TypeAlias

from inspector.decode.containers import REST
from inspector.decode.sight.words import (
    BLOCK_KEYS,
    BLOCK_WORDS,
    COUNTS,
    MESSAGE_WORDS,
    REMOVE_ALL,
    STATUSES,
    is_class_name,
    is_field_name,
    is_made_id,
)
from inspector.domain.messages import role_of
from inspector.domain.text import count_noun
from inspector.domain.value import Binary, CutText, Omitted, Pairs, Tagged, Value, digits_of

#: The reason of what is hidden.
HIDDEN = "hidden"

_KEY_BYTES, _ID_BYTES = 3, 6
#: Reasons whose sentences are made of numbers and of this program's words alone.
_PLAIN_REASONS = frozenset({"budget", "depth", "encrypted", "pickle", "invalid", "not stored", "size"})
_Part: TypeAlias = Callable[["_Shaper", Value], Value]
_Places: TypeAlias = Mapping[str, _Part]


def shape_of(value: Value, salt: bytes) -> Value:
    """The tree without its values. `salt` is the key of the marks (up to 64 bytes)."""
    return _Shaper(salt).free(value)


def shape_of_error(value: Value, salt: bytes) -> Value:
    """What a task's error shows: of `repr(exception)`, which most savers keep, the class."""
    text = value.head if isinstance(value, CutText) else value
    if not isinstance(text, str):
        return shape_of(value, salt)
    name, opens, _ = text.partition("(")
    hidden = _Shaper(salt).hidden(value)
    return Tagged(name, {"args": hidden}) if opens and is_class_name(name) else hidden


def pseudonym(text: str, salt: bytes, size: int = _ID_BYTES) -> str:
    """What stands for a text that must not be shown and has to be told from others: `~` and some hexadecimal digits."""
    return "~" + blake2b(b"name:" + _raw(text), key=salt, digest_size=size).hexdigest()


class _Shaper:
    """One method for each place that a value may stand in: what of it is structure depends on that alone."""

    __slots__ = ("_salt",)

    def __init__(self, salt: bytes) -> None:
        self._salt = salt

    def free(self, value: Value) -> Value:
        """A value of the application's own."""
        match value:
            case None:
                return None
            case list():
                return [self.free(item) for item in value]
            case dict() if role_of(value):
                return self._mapping(value, _MESSAGE, typed=True)  # recognised by having no keys but those of messages
            case dict() if value.keys() == {"__overwrite__"}:
                return self._mapping(value, {"__overwrite__": _Shaper.free})
            case {"type": "__overwrite__", "value": inside, **rest} if not rest:
                return {"type": "__overwrite__", "value": self.free(inside)}
            case dict():
                return self._mapping(value, {})
            case Tagged():
                return self._tagged(value)
            case Pairs():
                return Pairs(tuple((self.free(key), self.free(item)) for key, item in value.items))
            case _:
                return self.hidden(value)

    def hidden(self, value: Value) -> Value:
        """In place of a scalar: what it is, and how long."""
        match value:
            case bool():
                return self._omit(1, "a truth value", b"b%d" % value)
            case int():
                return self._omit(1, "a number", b"i" + digits_of(value).encode())
            case float():
                return self._omit(1, "a number", b"f" + (b"nan" if math.isnan(value) else repr(value).encode()))
            case str():
                return self._omit(len(value), _text(len(value)), b"s" + _raw(value))
            case CutText():
                told = b"c%d:" % value.size
                return self._omit(value.size, _text(value.size), told + _raw(value.head), whole=False)
            case Binary():
                whole = len(value.head) == value.size
                told = f"{value.type_name}:{value.size}:".encode(errors="surrogatepass")
                return self._omit(value.size, count_noun(value.size, "byte"), b"y" + told + value.head, whole=whole)
            case Omitted():
                return _left_out(value)
            case _:
                return self.free(value)

    def block(self, value: Value) -> Value:
        """A part of a message's content, or a call of a tool."""
        match value:
            case list():
                return [self.block(item) for item in value]
            case dict():
                return self._mapping(value, _BLOCK)
            case Tagged():
                return self._tagged(value, _BLOCK)
            case _:
                return self.free(value)

    def usage(self, value: Value) -> Value:
        """The tokens that an answer took. Numbers under other keys than those of counts are hidden."""
        fields = value.fields if isinstance(value, Tagged) else value
        if not isinstance(fields, Mapping):
            return self.free(value)
        return self._mapping(fields, _USAGE)

    def extras(self, value: Value) -> Value:
        """What a provider added to a message: calls of tools and counts of tokens are its structure."""
        return self._mapping(value, _EXTRAS) if isinstance(value, dict) else self.free(value)

    def id(self, value: Value) -> Value:
        """An id as programs make them; of another one a pseudonym, by which messages are still told apart."""
        if not isinstance(value, str) or not value:
            return self.free(value)
        return value if is_made_id(value) or value == REMOVE_ALL else pseudonym(value, self._salt)

    def word(self, value: Value) -> Value:
        known = isinstance(value, str) and (value in MESSAGE_WORDS or value in BLOCK_WORDS)
        return value if known else self.free(value)

    def status(self, value: Value) -> Value:
        return value if isinstance(value, str) and value in STATUSES else self.free(value)

    def count(self, value: Value) -> Value:
        is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
        return value if is_count else self.free(value)

    def node(self, value: Value) -> Value:
        """The name of a node, which everybody may see."""
        return value if isinstance(value, str) else self.free(value)

    def _tagged(self, value: Tagged, places: _Places | None = None) -> Tagged:
        name = value.type_name
        if places is None:
            places = _TYPES.get(name.rpartition(".")[2], {}) if name.startswith("langgraph.") else {}
            places = _MESSAGE if role_of(value) else places
        shown = name if is_class_name(name) else pseudonym(name, self._salt)
        return Tagged(shown, self._mapping(value.fields, places, typed=True))

    def _mapping(self, fields: Mapping[str, Value], places: _Places, *, typed: bool = False) -> dict[str, Value]:
        """`places` are the keys of structure with what becomes of their values. Of a `typed` object all others are,
        too, as far as they can be names in a program."""
        shown: dict[str, Value] = {}
        for key, item in fields.items():
            kept = key in places or key == REST or (typed and is_field_name(key))
            shown[key if kept else self._key(key, shown)] = places.get(key, _Shaper.free)(self, item)
        return shown

    def _key(self, key: str, taken: Mapping[str, Value]) -> str:
        """Longer where a short one stands for another key here."""
        short = pseudonym(key, self._salt, _KEY_BYTES)
        return short if short not in taken else pseudonym(key, self._salt, 32)

    def _omit(self, size: int, detail: str, told: bytes, *, whole: bool = True) -> Omitted:
        mark = blake2b(b"mark:" + told, key=self._salt, digest_size=16).digest()
        return Omitted(HIDDEN, size, detail, mark=mark, whole=whole)


_BLOCK: _Places = {
    **dict.fromkeys(BLOCK_KEYS, _Shaper.block),
    "type": _Shaper.word,
    **dict.fromkeys(("id", "call_id", "tool_use_id", "tool_call_id"), _Shaper.id),
    **dict.fromkeys(("name", "args", "input", "arguments"), _Shaper.free),
}
_USAGE: _Places = {key: _Shaper.usage if key.endswith("_details") else _Shaper.count for key in COUNTS}
_EXTRAS: _Places = {
    **dict.fromkeys(("tool_calls", "function_call"), _Shaper.block),
    **dict.fromkeys(("token_usage", "usage"), _Shaper.usage),
}
_MESSAGE: _Places = {
    **dict.fromkeys(("type", "role"), _Shaper.word),
    **dict.fromkeys(("id", "tool_call_id"), _Shaper.id),
    **dict.fromkeys(
        ("content", "tool_calls", "invalid_tool_calls", "tool_call_chunks", "function_call"), _Shaper.block
    ),
    **dict.fromkeys(("additional_kwargs", "response_metadata"), _Shaper.extras),
    "usage_metadata": _Shaper.usage,
    "status": _Shaper.status,
}
#: What LangGraph's own objects hold of structure, by the class.
_TYPES: dict[str, _Places] = {
    "Send": {"node": _Shaper.node},
    "Interrupt": {"id": _Shaper.id, "interrupt_id": _Shaper.id},
}


def _left_out(value: Omitted) -> Omitted:
    """What is not in the tree anyway. A sentence that may quote the data goes, and so do names that are none."""
    names = tuple(name for name in value.names if is_class_name(name))
    if value.reason == HIDDEN or (value.reason in _PLAIN_REASONS and names == value.names):
        return value
    return replace(value, detail=value.detail if value.reason in _PLAIN_REASONS else "", names=names)


def _text(size: int) -> str:
    return f"text of {count_noun(size, 'character')}"


def _raw(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
