"""One logical call of a saver, from its beginning to its end.

Savers call themselves: async ones serve sync calls through their event loop, sync ones serve async calls through a
thread. A context variable, which goes along with both, says that a call is under way, and calls below it are not
counted. It is never set while the agent's own code runs, not between two items of `list` either.

A graph's run makes half a dozen calls, and all that is done here comes on top of them: so plain lists and tuples stand
in for objects.
"""

from __future__ import annotations

from asyncio import _get_running_loop
from contextvars import ContextVar, Token
from time import time
from typing import Any

from inspector.probe import process
from inspector.probe.errors import name_error, name_error_of_async
from inspector.probe.process import Process
from inspector.probe.recorder import MISS, OTHER, READ, WRITES, WRONG_LOOP
from inspector.probe.watched import Watched, enter

#: What is to be counted at the end: kind, asynchronous, configuration, and the number of writes.
Started = tuple[Process, Watched, int, bool, Any, int]
#: A call under way; empty once it has ended, also for those who took it along in their context. None stands for one
#: that is counted already and still works: its `list` goes on.
Call = list[Started | None]
#: The call that this context is in.
CURRENT: ContextVar[Call | None] = ContextVar("inspector_probe_call", default=None)

_NOTHING: dict[str, Any] = {}


def begin(args: tuple[Any, ...], kwargs: dict[str, Any], kind: int, asynchronous: bool) -> Call | None:
    """`args` begin with the saver. None for a call that is not to be counted."""
    if CURRENT.get():
        return None
    probe = process.current()
    if not probe.counts:
        return None
    try:
        saver = args[0]
        watched: Watched | None = saver._inspector_probe
        if watched is None or watched.probe is not probe:
            watched = enter(saver, probe)
        config = args[1] if len(args) > 1 else kwargs.get("config")
        if not asynchronous and watched.serving and watched.is_serving(config, kind):
            return None
        many = 0
        if kind == WRITES:
            many = len(args[2] if len(args) > 2 else kwargs["writes"])
        running = _get_running_loop()
        if running is not None and watched.is_foreign(running, saver, asynchronous):
            probe.note(WRONG_LOOP)
        if not probe.flusher.started:
            probe.flusher.start()
        call: Call = [(probe, watched, kind, asynchronous, config, many)]
        if asynchronous:
            watched.recorder = None  # first: from here on a sync call may be a part of an async one
            watched.serving[id(call)] = id(config), kind
        next(probe.begun)
        return call
    except Exception as failure:
        probe.note_failure(failure)
        return None


def end(call: Call, result: Any = None, error: BaseException | None = None) -> None:
    """Counts what the call did. Only the first time."""
    started = call.pop() if call else None
    if started is None:
        return
    probe, watched, kind, asynchronous, config, many = started
    if asynchronous:
        watched.serving.pop(id(call), None)
    try:
        try:
            configurable = config["configurable"]
            thread_id = configurable.get("thread_id", "")
        except (LookupError, TypeError, AttributeError):  # what the saver makes of it is its own affair
            configurable, thread_id = _NOTHING, ""
        if thread_id.__class__ is not str:
            thread_id = str(thread_id)
        slot = watched.slot
        if slot is None:
            slot = watched.provisional_slot()
        value: Any = many
        name = ""
        if error is not None:  # one that was cancelled did nothing that could be counted
            if isinstance(error, Exception):
                name = name_error_of_async(error) if asynchronous and kind != OTHER else name_error(error)
            kind = OTHER
        elif kind == READ:
            if configurable.get("checkpoint_ns"):
                kind = OTHER
            elif result is None:
                kind, value = MISS, ""
            else:
                value = str(result.config["configurable"].get("checkpoint_id") or "")
        note = probe.note  # a method that is an attribute is called faster so
        note((kind, asynchronous, thread_id, slot, time(), value, name))
    except Exception as failure:
        probe.note((OTHER, asynchronous, "", 0, 0.0, None, ""))
        probe.note_failure(failure)


def leave(token: Token[Call | None]) -> None:
    try:  # noqa: SIM105  `suppress` costs as much as the rest of a call
        CURRENT.reset(token)
    except ValueError:  # ended from another context, which never saw the variable set
        pass
