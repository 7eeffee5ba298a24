"""The wrappers around methods that hand out one item after another: `list` and `alist`.

The context says that a call is under way only while the next item is made, never while the agent has one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from functools import wraps
from typing import Any

from inspector.probe.call import CURRENT, Call, begin, end, leave
from inspector.probe.lookup import Method

Function = Callable[..., Any]


def wrap_generator(method: Method, kind: int) -> Function:
    owner, name, function, late = method

    @wraps(function)
    def call_generator(*args: Any, **kwargs: Any) -> Iterator[Any]:
        now = function if getattr(owner, name) is function else late
        items = iter(now(*args, **kwargs))  # arguments that it does not take make no call
        call = begin(args, kwargs, kind, False)
        yield from items if call is None else _steps(call, items)

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
                end(call, error=error)
                raise
            finally:
                leave(token)
            yield item
    finally:
        try:
            if close := getattr(iterator, "close", None):
                close()
        finally:
            end(call)


def wrap_async_generator(method: Method, kind: int) -> Function:
    owner, name, function, late = method

    @wraps(function)
    async def call_async_generator(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        now = function if getattr(owner, name) is function else late
        items = aiter(now(*args, **kwargs))
        call = begin(args, kwargs, kind, True)
        steps = items if call is None else _async_steps(call, items)
        try:
            async for item in steps:
                yield item
        finally:
            if close := getattr(steps, "aclose", None):
                await close()

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
                end(call, error=error)
                raise
            finally:
                leave(token)
            yield item
    finally:
        try:
            if close := getattr(iterator, "aclose", None):
                await close()
        finally:
            end(call)


def wrap_lister(method: Method, kind: int, asynchronous: bool) -> Function:
    """For a `list` that is no generator function: it may hand on an iterator of something else."""

    owner, name, function, late = method

    @wraps(function)
    def call_lister(*args: Any, **kwargs: Any) -> Any:
        now = function if getattr(owner, name) is function else late
        call = begin(args, kwargs, kind, asynchronous)
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
        end(call)  # now: nobody has to iterate
        if isinstance(result, AsyncIterator):
            call.append(None)
            return _async_steps(call, result)
        if isinstance(result, Iterator):
            call.append(None)
            return _steps(call, result)
        return result

    return call_lister
