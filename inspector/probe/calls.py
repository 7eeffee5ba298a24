"""The wrappers around a saver's methods. Each counts one logical call once, and passes on whatever the method does.

Our bookkeeping never raises. The method's own exceptions pass through, and so does everything it returns.

They take whatever arguments there are, the saver first. On top of a few of them there is a shorter way: see `quick`.

A call's mark is set inside of what ends the call: one that is interrupted as it begins has ended, and its mark counts
for nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from inspector.probe.call import CURRENT, begin, end, leave
from inspector.probe.listing import wrap_async_generator, wrap_generator, wrap_lister
from inspector.probe.lookup import Method
from inspector.probe.quick import quicken
from inspector.probe.recorder import OTHER, PUT, READ, WRITES
from inspector.probe.sqlite_path import ask_path, ask_path_async
from inspector.probe.stamp import stamped
from inspector.probe.watched import ATTRIBUTE

Function = Callable[..., Any]

_KINDS = {
    "get_tuple": READ,
    "put": PUT,
    "put_writes": WRITES,
}


def wrap(method: Method) -> Function:
    """Its name is one that `BaseCheckpointSaver` has."""
    name, function = method.name, method.function
    asynchronous = name.startswith("a")
    kind = _KINDS.get(name.removeprefix("a"), OTHER)
    wrapper: Function
    if inspect.isasyncgenfunction(function):
        wrapper = wrap_async_generator(method, kind)
    elif inspect.isgeneratorfunction(function):
        wrapper = wrap_generator(method, kind)
    elif name in ("list", "alist") and not inspect.iscoroutinefunction(function):
        wrapper = wrap_lister(method, kind, asynchronous)
    elif asynchronous:
        wrapper = _wrap_async(method, kind)
    else:
        wrapper = _wrap_sync(method, kind)
        wrapper = quicken(method, wrapper)
    # LangGraph asks for the signature in every run. Following `__wrapped__` would cost more than all the counting.
    with suppress(TypeError, ValueError):
        wrapper.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return wrapper


def _wrap_sync(method: Method, kind: int) -> Function:
    owner, name, function, late = method

    @wraps(function)
    def call_sync(*args: Any, **kwargs: Any) -> Any:
        if kind == PUT:
            args, kwargs = stamped(args, kwargs)
        now = function if getattr(owner, name) is function else late
        call = begin(args, kwargs, kind, False)
        if call is None:
            return now(*args, **kwargs)
        try:
            token = CURRENT.set(call)
            try:
                result = now(*args, **kwargs)
            finally:
                leave(token)
        except BaseException as error:
            end(call, error=error)
            raise
        if (watched := args[0]._inspector_probe).wants_path:
            ask_path(args[0], watched)
        end(call, result)
        return result

    return call_sync


def _wrap_async(method: Method, kind: int) -> Function:
    owner, name, function, late = method

    @wraps(function)
    async def call_async(*args: Any, **kwargs: Any) -> Any:
        if kind == PUT:
            args, kwargs = stamped(args, kwargs)
        now = function if getattr(owner, name) is function else late
        call = begin(args, kwargs, kind, True)
        if call is None:
            result = await now(*args, **kwargs)
            watched = getattr(args[0], ATTRIBUTE, None)
            if watched is not None and watched.wants_path:  # a sync call, served in the saver's event loop
                await ask_path_async(args[0], watched)
            return result
        try:
            token = CURRENT.set(call)
            try:
                result = await now(*args, **kwargs)
            finally:
                leave(token)
        except BaseException as error:
            end(call, error=error)
            raise
        try:
            if (watched := args[0]._inspector_probe).wants_path:
                await ask_path_async(args[0], watched)
        finally:  # cancelled by now or not: what the call did is done
            end(call, result)
        return result

    return call_async
