"""The wrappers around a saver's methods. Each counts one logical call once, and passes on whatever the method does.

Savers call themselves: async ones serve sync calls through their event loop, sync ones serve async calls through a
thread. A context variable, which goes along with both, says that a call is under way, and calls below it are not
counted. It is never set while the agent's own code runs, not between two items of `list` either.

Our bookkeeping never raises. The method's own exceptions pass through, and so does everything it returns.
"""

from __future__ import annotations

import inspect
from asyncio import _get_running_loop
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import suppress
from contextvars import ContextVar, Token
from functools import wraps
from time import time
from typing import Any

from inspector.probe import process
from inspector.probe.errors import name_error
from inspector.probe.process import Process
from inspector.probe.recorder import MISS, OTHER, PUT, READ, WRITES, WRONG_LOOP
from inspector.probe.sqlite_path import ask_path, ask_path_async
from inspector.probe.stamp import stamped
from inspector.probe.watched import ATTRIBUTE, Watched, enter

Method = Callable[..., Any]

_KINDS = {
    "get_tuple": READ,
    "put": PUT,
    "put_writes": WRITES,
}


class Call:
    """One that is under way."""

    __slots__ = ("asynchronous", "config", "ended", "kind", "open", "probe", "watched", "writes")

    def __init__(self, probe: Process, watched: Watched, kind: int, config: Any, asynchronous: bool) -> None:
        self.open = True  #: calls in its context belong to it
        self.ended = False
        self.probe = probe
        self.watched = watched
        self.kind = kind
        self.config = config
        self.asynchronous = asynchronous
        self.writes = 0

    def end(self, result: Any = None, error: BaseException | None = None) -> None:
        """Counts what the call did. Only the first time."""
        self.open = False
        if self.ended:
            return
        self.ended = True
        probe = self.probe
        probe.open_calls.discard(self)
        try:
            try:
                configurable = self.config["configurable"]
                thread_id = configurable.get("thread_id", "")
            except (LookupError, TypeError, AttributeError):  # what the saver makes of it is its own affair
                configurable, thread_id = _NOTHING, ""
            if thread_id.__class__ is not str:
                thread_id = str(thread_id)
            slot = self.watched.slot
            if slot is None:
                slot = self.watched.provisional_slot()
            if error is not None:
                kind, value, name = self._failed(error)
            else:
                name = ""
                kind, value = self._done(configurable, result)
            probe.note((kind, self.asynchronous, (thread_id, slot), time(), value, name))
        except Exception as failure:
            probe.note((OTHER, self.asynchronous, ("", 0), 0.0, None, ""))
            probe.note_failure(failure)

    def _done(self, configurable: Any, result: Any) -> tuple[int, Any]:
        kind = self.kind
        if kind == READ:
            if configurable.get("checkpoint_ns"):
                return OTHER, None
            if result is None:
                return MISS, ""
            return READ, str(result.config["configurable"].get("checkpoint_id") or "")
        return kind, self.writes

    def _failed(self, error: BaseException) -> tuple[int, Any, str]:
        """One that was cancelled did nothing that could be counted."""
        return OTHER, None, name_error(error) if isinstance(error, Exception) else ""


_NOTHING: dict[str, Any] = {}
#: The call that this context is in.
_CURRENT: ContextVar[Call | None] = ContextVar("inspector_probe_call", default=None)


def _begin(saver: Any, kind: int, args: tuple[Any, ...], kwargs: dict[str, Any], asynchronous: bool) -> Call | None:
    """None for a call that is not to be counted."""
    outer = _CURRENT.get()
    if outer is not None and outer.open:
        return None
    probe = process.current()
    if not probe.counts:
        return None
    try:
        watched = saver.__dict__.get(ATTRIBUTE)
        if watched is None or watched.probe is not probe:
            watched = enter(saver, probe)
        call = Call(probe, watched, kind, args[0] if args else kwargs.get("config"), asynchronous)
        if kind == WRITES:
            call.writes = len(args[1] if len(args) > 1 else kwargs["writes"])
        running = _get_running_loop()
        if running is not None and watched.is_foreign(running, saver, asynchronous):
            probe.note(WRONG_LOOP)
        probe.open_calls.add(call)
        if not probe.flusher.started:
            probe.flusher.start()
        return call
    except Exception as failure:
        probe.note_failure(failure)
        return None


def _leave(token: Token[Call | None]) -> None:
    try:  # noqa: SIM105  `suppress` costs as much as the rest of a call
        _CURRENT.reset(token)
    except ValueError:  # ended from another context, which never saw the variable set
        pass


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
        call = _begin(self, kind, args, kwargs, False)
        if call is None:
            return method(self, *args, **kwargs)
        token = _CURRENT.set(call)
        try:
            result = method(self, *args, **kwargs)
        except BaseException as error:
            call.end(error=error)
            raise
        finally:
            _leave(token)
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
        call = _begin(self, kind, args, kwargs, True)
        if call is None:
            result = await method(self, *args, **kwargs)
            watched = self.__dict__.get(ATTRIBUTE)
            if watched is not None and watched.wants_path:  # a sync call, served in the saver's event loop
                await ask_path_async(self, watched)
            return result
        token = _CURRENT.set(call)
        try:
            result = await method(self, *args, **kwargs)
        except BaseException as error:
            call.end(error=error)
            raise
        finally:
            _leave(token)
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
        call = _begin(self, kind, args, kwargs, False)
        if call is None:
            yield from method(self, *args, **kwargs)
        else:
            yield from _steps(call, method(self, *args, **kwargs))

    return call_generator


def _steps(call: Call, iterator: Iterator[Any]) -> Iterator[Any]:
    try:
        while True:
            token = _CURRENT.set(call)
            try:
                item = next(iterator)
            except StopIteration:
                return
            except BaseException as error:
                call.end(error=error)
                raise
            finally:
                _leave(token)
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
        call = _begin(self, kind, args, kwargs, True)
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
            token = _CURRENT.set(call)
            try:
                item = await anext(iterator)
            except StopAsyncIteration:
                return
            except BaseException as error:
                call.end(error=error)
                raise
            finally:
                _leave(token)
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
        call = _begin(self, kind, args, kwargs, asynchronous)
        if call is None:
            return method(self, *args, **kwargs)
        token = _CURRENT.set(call)
        try:
            result = method(self, *args, **kwargs)
        except BaseException as error:
            call.end(error=error)
            raise
        finally:
            _leave(token)
        call.end()  # now: nobody has to iterate
        if isinstance(result, AsyncIterator):
            call.open = True
            return _async_steps(call, result)
        if isinstance(result, Iterator):
            call.open = True
            return _steps(call, result)
        return result

    return call_lister
