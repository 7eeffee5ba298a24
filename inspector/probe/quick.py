"""A shorter way for the calls that nearly every run makes: sync ones of LangGraph's own savers.

A run makes half a dozen of them, and in between so much else happens that nothing of ours is left in the processor's
caches: what counts is how little is touched. These methods are known to call no other watched method and to belong to
no event loop, so the calls below them need not be told of anything. Whatever is not as usual goes the long way.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from time import time
from types import FunctionType
from typing import Any

from inspector.probe.call import CURRENT, end
from inspector.probe.lookup import Method
from inspector.probe.recorder import MANY, MISS, OTHER, PUT, READ, WRITES, Recorder
from inspector.probe.stamp import stamp
from inspector.probe.watched import Watched

Function = Callable[..., Any]

#: Modules and names of classes. Their subclasses may do anything.
_OWN = (
    ("langgraph.checkpoint.memory", "InMemorySaver"),
    ("langgraph.checkpoint.postgres", "PostgresSaver"),
    ("langgraph.checkpoint.sqlite", "SqliteSaver"),
)


def quicken(method: Method, wrapper: Function) -> Function:
    """`wrapper` goes the long way. It is the answer too where there is no shorter one."""
    if method.name not in _WAYS or not _is_own(method):
        return wrapper
    quick = _WAYS[method.name](method.owner, method.function, wrapper)
    if _parameters(method.function) != _parameters(quick):
        return wrapper
    return wraps(method.function)(quick)


def _is_own(method: Method) -> bool:
    """By what nobody copies who puts another function in its place, as `functools.wraps` copies its name."""
    owner, name, function, _ = method
    home = owner.__module__, owner.__qualname__
    return (
        home in _OWN
        and isinstance(function, FunctionType)
        and (function.__globals__["__name__"], function.__code__.co_qualname) == (home[0], f"{home[1]}.{name}")
    )


def _parameters(function: Function) -> list[tuple[str, Any, Any]] | None:
    with suppress(TypeError, ValueError):
        return [(one.name, one.kind, one.default) for one in inspect.signature(function).parameters.values()]
    return None


def _make_get_tuple(owner: Any, function: Function, wrapper: Function) -> Function:
    def get_tuple(self: Any, config: Any) -> Any:
        watched = self._inspector_probe  # `watched.ATTRIBUTE`: every watched class has one
        if (
            watched is None
            or (recorder := watched.recorder) is None
            or not recorder.heard
            or CURRENT.get()
            or owner.get_tuple is not function
        ):
            return wrapper(self, config)
        try:
            next(recorder.begun)
            result = function(self, config)
        except BaseException as error:
            _fail(watched, READ, config, error)
            raise
        _note(recorder, watched, READ, config, result)
        return result

    return get_tuple


def _make_put(owner: Any, function: Function, wrapper: Function) -> Function:
    def put(self: Any, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
        watched = self._inspector_probe
        if (
            watched is None
            or (recorder := watched.recorder) is None
            or not recorder.heard
            or CURRENT.get()
            or owner.put is not function
        ):
            return wrapper(self, config, checkpoint, metadata, new_versions)
        try:
            next(recorder.begun)
            result = function(self, config, checkpoint, stamp(config, metadata), new_versions)
        except BaseException as error:
            _fail(watched, PUT, config, error)
            raise
        _note(recorder, watched, PUT, config, None)
        return result

    return put


def _make_put_writes(owner: Any, function: Function, wrapper: Function) -> Function:
    def put_writes(self: Any, config: Any, writes: Any, task_id: Any, task_path: Any = "") -> Any:
        watched = self._inspector_probe
        if (
            watched is None
            or (recorder := watched.recorder) is None
            or not recorder.heard
            or CURRENT.get()
            or owner.put_writes is not function
        ):
            return wrapper(self, config, writes, task_id, task_path)
        try:
            next(recorder.begun)
            result = function(self, config, writes, task_id, task_path)
        except BaseException as error:
            _fail(watched, WRITES, config, error)
            raise
        _note(recorder, watched, WRITES, config, writes)
        return result

    return put_writes


_WAYS = {"get_tuple": _make_get_tuple, "put": _make_put, "put_writes": _make_put_writes}


def _note(recorder: Recorder, watched: Watched, kind: int, config: Any, value: Any) -> None:
    """`value` is what was read or written."""
    try:
        configurable = config["configurable"]
        thread_id = configurable["thread_id"]
        if thread_id.__class__ is not str:
            thread_id = str(thread_id)
        if kind == WRITES:
            value = len(value)
        elif kind == READ:
            if configurable.get("checkpoint_ns"):
                kind, value = OTHER, None
            elif value is None:
                kind, value = MISS, ""
            else:
                value = str(value.config["configurable"].get("checkpoint_id") or "")
        slot = watched.slot
        if slot is None:  # being named to a forked child's probe
            slot = watched.provisional_slot()
        events = recorder.events
        events.append((kind, False, thread_id, slot, time(), value, ""))
        if len(events) >= MANY:
            recorder.relieve()
    except Exception as failure:
        recorder.note((OTHER, False, "", 0, 0.0, None, ""))
        watched.probe.note_failure(failure)


def _fail(watched: Watched, kind: int, config: Any, error: BaseException) -> None:
    end([(watched.probe, watched, kind, False, config, 0)], error=error)
