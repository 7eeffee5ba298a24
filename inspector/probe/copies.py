"""How a watched saver is copied and pickled: as the one it was.

A pickle names the saver's own class and nothing of the probe, so it can be read where there is none. A copy is watched
like what it was made from: LangGraph makes one for a run.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from inspector.probe.watched import ATTRIBUTE


def copying(kind: Any) -> dict[str, Callable[..., Any]]:
    """The methods that a watched class gets, by their names. `kind` is the class that it was made from."""

    def reduce(self: Any, protocol: Any) -> Any:
        return _without_probe(kind.__reduce_ex__(self, protocol), type(self), kind)

    def make_copy(self: Any) -> Any:
        own = getattr(kind, "__copy__", None)
        if own is not None:
            return _watched_too(own(self), self, kind)
        reduced = kind.__reduce_ex__(self, 4)
        return self if isinstance(reduced, str) else _watched_too(copy.copy(_Reduced(reduced)), self, kind)

    def make_deep_copy(self: Any, memo: dict[int, Any]) -> Any:
        own = getattr(kind, "__deepcopy__", None)
        if own is not None:
            return _watched_too(own(self, memo), self, kind)
        reduced = kind.__reduce_ex__(self, 4)
        if isinstance(reduced, str):
            return self
        make, *rest = reduced

        def build(*args: Any) -> Any:
            memo[id(self)] = made = make(*args)  # for what leads back to the saver
            return made

        return _watched_too(copy.deepcopy(_Reduced((build, *rest)), memo), self, kind)

    return {"__reduce_ex__": reduce, "__copy__": make_copy, "__deepcopy__": make_deep_copy}


class _Reduced:
    """Makes `copy` go on from what `__reduce_ex__` told."""

    def __init__(self, reduced: tuple[Any, ...]) -> None:
        self._reduced = reduced

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return self._reduced


def _watched_too(clone: Any, saver: Any, kind: type) -> Any:
    if type(clone) is kind:  # a saver that makes its copies itself
        with suppress(TypeError):
            clone.__class__ = type(saver)
    return clone


def _without_probe(reduced: Any, made: type, kind: type) -> Any:
    """`made` may be the function and an argument, and our attribute a part of the state."""
    if not isinstance(reduced, tuple) or len(reduced) < 2:
        return reduced
    function, arguments, *rest = reduced
    if isinstance(arguments, tuple):
        arguments = tuple(_plain_state(kind if value is made else value) for value in arguments)
    if rest:
        state = rest[0]
        rest[0] = tuple(map(_plain_state, state)) if isinstance(state, tuple) else _plain_state(state)
    return (kind if function is made else function, arguments, *rest)


def _plain_state(state: Any) -> Any:
    if type(state) is dict and ATTRIBUTE in state:
        return {name: value for name, value in state.items() if name != ATTRIBUTE}
    return state
