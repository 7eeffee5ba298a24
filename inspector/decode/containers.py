"""Lists and mappings of the tree, whole or cut in the middle: what the readers of msgpack and JSON share."""

from __future__ import annotations

from inspector.decode.budget import Meter, Stop
from inspector.domain.value import Omitted, Pairs, Value

#: The key that stands for the entries of a mapping, or the parts of an object, that were left out.
REST = "…"


def mapping(flat: list[Value], meter: Meter) -> dict[str, Value] | Pairs:
    """Keys and values in turn as a `dict`, or as `Pairs` where some key is not text."""
    keys, values = flat[0::2], flat[1::2]
    for key in keys:
        if key.__class__ is not str:
            return Pairs(tuple(zip(keys, values, strict=False)))
    fields: dict[str, Value] = dict(zip(keys, values, strict=False))  # type: ignore[arg-type]
    if len(fields) < len(values):
        meter.warn("A mapping repeats a key; the last value is shown, as LangGraph reads it.")
    return fields


def cut_mapping(flat: list[Value], count: int, stop: Stop, meter: Meter) -> dict[str, Value] | Pairs:
    """The part of a mapping of `count` entries that was read before `stop`, and a mark for the rest."""
    if stop.partial is not None:
        flat.append(stop.partial)
    whole = len(flat) // 2
    cut = mapping(flat, meter)
    if whole == count:
        return cut
    rest = stop.rest(count - whole)
    if isinstance(cut, Pairs):
        return Pairs((*cut.items, (rest, rest)))
    key = REST
    while key in cut:
        key += REST
    cut[key] = rest
    return cut


def cut_list(items: list[Value], count: int, stop: Stop) -> list[Value]:
    """The part of a list of `count` elements that was read before `stop`, and a mark for the rest."""
    if stop.partial is not None:
        items.append(stop.partial)
    if len(items) < count:
        items.append(stop.rest(count - len(items)))
    return items


def too_deep(size: int, meter: Meter) -> Omitted:
    """The mark for a container of `size` elements, or an object of `size` bytes, beyond the depth budget."""
    sentence = f"Nested more than {meter.budget.max_depth} levels deep; what is deeper is not shown."
    meter.warn(sentence)
    return Omitted("depth", size, sentence)
