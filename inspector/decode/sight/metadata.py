"""The shape of a checkpoint's metadata: where the step stands, and who wrote it.

Keys are names that code gives, so they stay. Values stay under the keys that LangGraph itself writes, as far as they
look as LangGraph writes them, and under those that the configuration takes hosts and graphs from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from inspector.decode.sight.words import is_made_id
from inspector.domain.delta import COUNTERS
from inspector.domain.text import count_noun
from inspector.domain.value import Json

_KEY = re.compile(r"[A-Za-z_][\w.:-]{0,79}", re.ASCII)
_SOURCES = frozenset({"input", "loop", "update", "fork"})
#: A node, or one with its task's id; a subgraph's namespace has several.
_LONGEST = 1_000
_LONGEST_NAME = 255


def shape_of_metadata(
    metadata: Mapping[str, Json], *, names: Collection[str], pseudonym: Callable[[str], str]
) -> dict[str, Json]:
    """`names` are the keys whose values are names of hosts and graphs. `pseudonym` stands for a key that is no name."""
    shown: dict[str, Json] = {}
    for key, value in metadata.items():
        test = _is_name if key in names else _KEPT.get(key, _never)
        kept = value is None or test(value)
        shown[key if _KEY.fullmatch(key) else pseudonym(key)] = value if kept else hidden(value)
    return shown


def hidden(value: Json) -> dict[str, Json]:
    """As `to_json` shows an `Omitted`. It tells what kind of value there is and how much of it."""
    match value:
        case str():
            return _omitted(len(value), f"text of {count_noun(len(value), 'character')}")
        case list():
            return _omitted(len(value), f"list of {count_noun(len(value), 'item')}")
        case dict():
            return _omitted(len(value), f"mapping of {count_noun(len(value), 'key')}")
        case bool():
            return _omitted(1, "a truth value")
        case _:
            return _omitted(1, "a number")


def is_hidden(value: object) -> bool:
    return isinstance(value, dict) and value.get("reason") == "hidden" and "$omitted" in value


def _omitted(size: int, detail: str) -> dict[str, Json]:
    return {"$omitted": size, "reason": "hidden", "detail": detail}


def _never(value: Json) -> bool:
    return False


def _is_name(value: Json) -> bool:
    """As the host of a step is taken from it."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number or (isinstance(value, str) and len(value) <= _LONGEST_NAME)


def _is_place(value: Json) -> bool:
    """A node, a namespace or an id of a thread."""
    return isinstance(value, str) and len(value) <= _LONGEST


def _is_step(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -1 <= value < 10**7


def _is_source(value: Json) -> bool:
    return isinstance(value, str) and value in _SOURCES


def _is_id(value: Json) -> bool:
    return isinstance(value, str) and is_made_id(value)


def _are_parents(value: Json) -> bool:
    """Checkpoints by their namespaces."""
    return isinstance(value, dict) and all(_is_place(name) and _is_id(found) for name, found in value.items())


def _are_places(value: Json) -> bool:
    return isinstance(value, list) and all(_is_place(item) or _is_step(item) or _are_places(item) for item in value)


def _are_counters(value: Json) -> bool:
    """Numbers by channel."""
    return isinstance(value, dict) and all(
        isinstance(counts, list) and all(_is_step(count) for count in counts) for counts in value.values()
    )


_KEPT: Mapping[str, Callable[[Json], bool]] = {
    "source": _is_source,
    "step": _is_step,
    "parents": _are_parents,
    COUNTERS: _are_counters,
    "langgraph_step": _is_step,
    "langgraph_node": _is_place,
    "langgraph_triggers": _are_places,
    "langgraph_path": _are_places,
    "langgraph_checkpoint_ns": _is_place,
    "checkpoint_ns": _is_place,
    "checkpoint_id": _is_id,
    "thread_id": _is_place,
    "run_id": _is_id,
    "langgraph_request_id": _is_id,
    "assistant_id": _is_id,
}
