"""One logical call of a saver, from its beginning to its end.

Savers call themselves: async ones serve sync calls through their event loop, sync ones serve async calls through a
thread. A context variable, which goes along with both, says that a call is under way, and calls below it are not
counted. It is never set while the agent's own code runs, not between two items of `list` either.
"""

from __future__ import annotations

from asyncio import _get_running_loop
from contextvars import ContextVar, Token
from time import time
from typing import Any

from inspector.probe import process
from inspector.probe.errors import name_error
from inspector.probe.process import Process
from inspector.probe.recorder import MISS, OTHER, READ, WRITES, WRONG_LOOP
from inspector.probe.watched import ATTRIBUTE, Watched, enter


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
        if self.asynchronous:
            self.watched.serving.pop(id(self.config), None)
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
CURRENT: ContextVar[Call | None] = ContextVar("inspector_probe_call", default=None)


def begin(saver: Any, kind: int, args: tuple[Any, ...], kwargs: dict[str, Any], asynchronous: bool) -> Call | None:
    """None for a call that is not to be counted."""
    outer = CURRENT.get()
    if outer is not None and outer.open:
        return None
    probe = process.current()
    if not probe.counts:
        return None
    try:
        watched = saver.__dict__.get(ATTRIBUTE)
        if watched is None or watched.probe is not probe:
            watched = enter(saver, probe)
        config = args[0] if args else kwargs.get("config")
        if not asynchronous and watched.serving and watched.is_serving(config, kind):
            return None
        call = Call(probe, watched, kind, config, asynchronous)
        if kind == WRITES:
            call.writes = len(args[1] if len(args) > 1 else kwargs["writes"])
        running = _get_running_loop()
        if running is not None and watched.is_foreign(running, saver, asynchronous):
            probe.note(WRONG_LOOP)
        probe.open_calls.add(call)
        if asynchronous:
            watched.serving[id(config)] = call
        if not probe.flusher.started:
            probe.flusher.start()
        return call
    except Exception as failure:
        probe.note_failure(failure)
        return None


def leave(token: Token[Call | None]) -> None:
    try:  # noqa: SIM105  `suppress` costs as much as the rest of a call
        CURRENT.reset(token)
    except ValueError:  # ended from another context, which never saw the variable set
        pass
