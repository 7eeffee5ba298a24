"""The wrappers around a saver's methods. Each counts one logical call once, and passes on whatever the method does.

Our bookkeeping never raises. The method's own exceptions pass through, and so does everything it returns.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import suppress
from functools import wraps
from typing import Any

from inspector.probe.call import CURRENT, Call, begin, leave
from inspector.probe.recorder import OTHER, PUT, READ, WRITES
from inspector.probe.sqlite_path import ask_path, ask_path_async
from inspector.probe.stamp import stamped
from inspector.probe.watched import ATTRIBUTE

Method = Callable[..., Any]

_KINDS = {
    "get_tuple": READ,
    "put": PUT,
    "put_writes": WRITES,
}


def wrap(name: str, method: Method) -> Method:
    """`name` is the method's, as `BaseCheckpointSaver` has it."""
    asynchronous = name.startswith("a")
    kind = _KINDS.get(name.removeprefix("a"), OTHER)
    wrapper: Method
    if inspect.isasyncgenfunction(method):
        wrapper = _wrap_async_generator(method, kind)
    elif inspect.isgeneratorfunction(method):
        wrapper = _wrap_generator(method, kind)
    elif name in ("list", "alist") and not inspect.iscoroutinefunction(method):
        wrapper = _wrap_lister(method, kind, asynchronous)
    elif asynchronous:
        wrapper = _wrap_async(method, kind)
    else:
        wrapper = _wrap_sync(method, kind)
    # LangGraph asks for the signature in every run. Following `__wrapped__` would cost more than all the counting.
    with suppress(TypeError, ValueError):
        wrapper.__signature__ = inspect.signature(method)  # type: ignore[attr-defined]
    return wrapper


def _wrap_sync(method: Method, kind: int) -> Method:
    @wraps(method)
    def call_sync(self: Any, *args: Any, **kwargs: Any) -> Any:
        if kind == PUT:
            args, kwargs = stamped(args, kwargs)
        call = begin(self, kind, args, kwargs, False)
        if call is None:
            return method(self, *args, **kwargs)
        token = CURRENT.set(call)
        try:
            result = method(self, *args, **kwargs)
        except BaseException as error:
            call.end(error=error)
            raise
        finally:
            leave(token)
        if call.watched.wants_path:
            ask_path(self, call.watched)
        call.end(result)
        return result

    return call_sync


def _wrap_async(method: Method, kind: int) -> Method:
    @wraps(method)
    async def call_async(self: Any, *args: Any, **kwargs: Any) -> Any:
        if kind == PUT:
            args, kwargs = stamped(args, kwargs)
        call = begin(self, kind, args, kwargs, True)
        if call is None:
            result = await method(self, *args, **kwargs)
            watched = self.__dict__.get(ATTRIBUTE)
            if watched is not None and watched.wants_path:  # a sync call, served in the saver's event loop
                await ask_path_async(self, watched)
            return result
        token = CURRENT.set(call)
        try:
            result = await method(self, *args, **kwargs)
        except BaseException as error:
            call.end(error=error)
            raise
        finally:
            leave(token)
        try:
            if call.watched.wants_path:
                await ask_path_async(self, call.watched)
        finally:  # cancelled by now or not: what the call did is done
            call.end(result)
        return result

    return call_async


def _wrap_generator(method: Method, kind: int) -> Method:
    @wraps(method)
    def call_generator(self: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        call = begin(self, kind, args, kwargs, False)
        if call is None:
            yield from method(self, *args, **kwargs)
        else:
            yield from _steps(call, method(self, *args, **kwargs))

    return call_generator


def _steps(call: Call, iterator: Iterator[Any]) -> Iterator[Any]:
    try:
        while True:
            token = CURRENT.set(call)
            try:
                item = next(iterator)
            except StopIteration:
                return
            except BaseException as error:
                call.end(error=error)
                raise
            finally:
                leave(token)
            yield item
    finally:
        try:
            if close := getattr(iterator, "close", None):
                close()
        finally:
            call.end()


def _wrap_async_generator(method: Method, kind: int) -> Method:
    @wraps(method)
    async def call_async_generator(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        call = begin(self, kind, args, kwargs, True)
        items = method(self, *args, **kwargs)
        steps = items if call is None else _async_steps(call, items)
        try:
            async for item in steps:
                yield item
        finally:
            await steps.aclose()

    return call_async_generator


async def _async_steps(call: Call, iterator: AsyncIterator[Any]) -> AsyncGenerator[Any, None]:
    try:
        while True:
            token = CURRENT.set(call)
            try:
                item = await anext(iterator)
            except StopAsyncIteration:
                return
            except BaseException as error:
                call.end(error=error)
                raise
            finally:
                leave(token)
            yield item
    finally:
        try:
            if close := getattr(iterator, "aclose", None):
                await close()
        finally:
            call.end()


def _wrap_lister(method: Method, kind: int, asynchronous: bool) -> Method:
    """For a `list` that is no generator function: it may hand on an iterator of something else."""

    @wraps(method)
    def call_lister(self: Any, *args: Any, **kwargs: Any) -> Any:
        call = begin(self, kind, args, kwargs, asynchronous)
        if call is None:
            return method(self, *args, **kwargs)
        token = CURRENT.set(call)
        try:
            result = method(self, *args, **kwargs)
        except BaseException as error:
            call.end(error=error)
            raise
        finally:
            leave(token)
        call.end()  # now: nobody has to iterate
        if isinstance(result, AsyncIterator):
            call.open = True
            return _async_steps(call, result)
        if isinstance(result, Iterator):
            call.open = True
            return _steps(call, result)
        return result

    return call_lister
