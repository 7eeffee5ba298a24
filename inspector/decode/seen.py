"""Stored values as they may be seen: what everybody decodes by who is to show what comes of it.

Nothing above `decode` and beside it takes a value any other way (a contract of the import linter), so that no page can
forget to hide what its viewer must not see.
"""

from __future__ import annotations

from dataclasses import replace

from inspector.decode.budget import DEFAULT_BUDGET, Budget
from inspector.decode.cipher import Closed
from inspector.decode.pairs import PAIR_BUDGET, Stored, decode_pair
from inspector.decode.serde import Decoded, decode_json_inline, decode_value, open_value
from inspector.decode.sight import Sight
from inspector.decode.sight.words import is_class_name
from inspector.domain.deferred import resolved
from inspector.domain.value import Absent, Value


def see_value(type_tag: str | None, blob: bytes | None, *, sight: Sight, budget: Budget = DEFAULT_BUDGET) -> Decoded:
    """`decode_value`, as `sight` shows it."""
    return _seen(_masked_value(type_tag, blob, sight, budget), sight)


def see_json(parsed: object, *, sight: Sight, budget: Budget = DEFAULT_BUDGET) -> Decoded:
    """`decode_json_inline`, as `sight` shows it."""
    decoded = decode_json_inline(parsed, budget=budget)
    if sight.masks is not None:
        decoded = _with(decoded, sight.masks.see(decoded.value, sight.channel))
    return _seen(decoded, sight)


def see_pair(before: Stored, after: Stored, *, sight: Sight, budget: Budget = PAIR_BUDGET) -> tuple[Decoded, Decoded]:
    """`decode_pair`, as `sight` shows it. Parts that nobody has to look into stay `Deferred` where the sight shows
    everything."""
    old, new = decode_pair(before, after, budget=budget, key=sight.key)
    stored = (_opened(*before, sight.key), _opened(*after, sight.key))
    if sight.masks is not None and sight.masks.may_hold_either(sight.channel, *stored):
        first, second = sight.masks.see_both(old.value, new.value, sight.channel)
        old, new = _with(old, first), _with(new, second)
    if sight.shape:
        return _seen(_resolved(old), sight), _seen(_resolved(new), sight)
    return _seen(old, sight), _seen(new, sight)


def _resolved(decoded: Decoded) -> Decoded:
    return replace(decoded, value=resolved(decoded.value))


def open_bytes(type_tag: str, blob: bytes, *, sight: Sight) -> tuple[str, bytes]:
    """`open_value`, to test whether the bytes can hold something before they are decoded. They are not to be shown.
    Raises `Closed`."""
    return open_value(type_tag, blob, sight.key)


def _masked_value(type_tag: str | None, blob: bytes | None, sight: Sight, budget: Budget) -> Decoded:
    """Looks for what is to be masked in the bytes, which takes a fraction of what decoding them does."""
    if sight.masks is None or blob is None:
        return decode_value(type_tag, blob, budget=budget, key=sight.key)
    tag, data = _opened(type_tag or "", blob, sight.key)
    decoded = decode_value(tag, data, budget=budget)
    if tag != (type_tag or ""):
        decoded = replace(decoded, encoding=type_tag or "")
    if not sight.masks.may_hold(sight.channel, tag, data):
        return decoded
    return _with(decoded, sight.masks.see(decoded.value, sight.channel))


def _opened(tag: str, data: bytes, key: bytes | None) -> Stored:
    """Without its cipher, where the key opens that. What stays closed says so when it is decoded."""
    try:
        return open_value(tag, data, key)
    except Closed:
        return tag, data


def _with(decoded: Decoded, value: Value | Absent) -> Decoded:
    return decoded if value is decoded.value else replace(decoded, value=value)


def _seen(decoded: Decoded, sight: Sight) -> Decoded:
    value = sight.see(decoded.value)
    if sight.shape:  # other names than those of classes are data
        names = tuple(name for name in decoded.type_names if is_class_name(name))
        return replace(decoded, value=value, type_names=names)
    return decoded if value is decoded.value else replace(decoded, value=value)
