"""The wrappers around methods that hand out one item after another: `list` and `alist`.

The context says that a call is under way only while the next item is made, never while the agent has one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from functools import wraps
from typing import Any

from inspector.probe.call import CURRENT, Call, begin, end, leave

Method = Callable[..., Any]


def wrap_generator(method: Method, kind: int) -> Method:
    @wraps(method)
    def call_generator(*args: Any, **kwargs: Any) -> Iterator[Any]:
        call = begin(args, kwargs, kind, False)
        if call is None:
            yield from method(*args, **kwargs)
        else:
            yield from _steps(call, method(*args, **kwargs))

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


def wrap_async_generator(method: Method, kind: int) -> Method:
    @wraps(method)
    async def call_async_generator(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        call = begin(args, kwargs, kind, True)
        items = method(*args, **kwargs)
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


def wrap_lister(method: Method, kind: int, asynchronous: bool) -> Method:
    """For a `list` that is no generator function: it may hand on an iterator of something else."""

    @wraps(method)
    def call_lister(*args: Any, **kwargs: Any) -> Any:
        call = begin(args, kwargs, kind, asynchronous)
        if call is None:
            return method(*args, **kwargs)
        token = CURRENT.set(call)
        try:
            result = method(*args, **kwargs)
        except BaseException as error:
            end(call, error=error)
            raise
        finally:
            leave(token)
        end(call)  # now: nobody has to iterate
        if isinstance(result, AsyncIterator):
            call.append(None)
            return _async_steps(call, result)
        if isinstance(result, Iterator):
            call.append(None)
            return _steps(call, result)
        return result

    return call_lister
