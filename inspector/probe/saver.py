"""A saver that tells what it is asked.

`watch` gives the saver object itself another class: a subclass of its own, with the same name, whose methods count and
then do what they did. So it stays what it was: for `isinstance`, for its serializer, for `copy.copy`, for every
reference that the agent holds already. A saver class of the agent's own is treated like any other.
"""

from __future__ import annotations

import copyreg
import types
from collections.abc import Callable
from typing import Any, TypeVar

from langgraph.checkpoint.base import BaseCheckpointSaver

from inspector.probe import process
from inspector.probe.calls import wrap
from inspector.probe.errors import name_class
from inspector.probe.settings import log
from inspector.probe.watched import ATTRIBUTE, enter

_SYNC = (
    "get_tuple", "list", "put", "put_writes", "delete_thread", "delete_for_runs", "copy_thread", "prune",
    "get_delta_channel_history",
)  # fmt: skip
#: Those that the installed version of LangGraph knows.
METHODS = tuple(name for sync in _SYNC for name in (sync, f"a{sync}") if hasattr(BaseCheckpointSaver, name))

Saver = TypeVar("Saver")

_classes: dict[type, type | None] = {}
_originals: dict[type, type] = {}


def watch(saver: Saver) -> Saver:
    """The same object, watched from now on. A second time changes nothing. What cannot be watched is given back as it
    is, and the log says so once a class. Never raises."""
    try:
        probe = process.current()
        if type(saver) in _originals:
            watched = saver._inspector_probe  # type: ignore[attr-defined]
            if watched is not None and watched.probe is probe and probe.flusher.started:
                return saver  # as before nearly every run
        if not probe.settings.enabled or not isinstance(saver, BaseCheckpointSaver):
            return saver
        if type(saver) not in _originals:
            kind = _watched_class(type(saver))
            if kind is None or not hasattr(saver, "__dict__"):
                return saver
            saver.__class__ = kind
        if probe.counts:
            enter(saver, probe)
            if not probe.flusher.started:
                probe.flusher.start()
    except Exception as failure:
        process.current().note_failure(failure)
    return saver


def _watched_class(kind: type) -> type | None:
    """None where there is none. Takes no lock, which a fork could leave locked: the first of two that are made at once
    is taken by both."""
    if kind not in _classes:
        made = None
        try:
            made = _make_class(kind)
            _originals[made] = kind
        except Exception as failure:  # a metaclass or `__init_subclass__` of the agent's own may refuse
            log.warning("The probe cannot watch %s (%s).", name_class(kind), name_class(type(failure)))
        _classes.setdefault(kind, made)
    return _classes[kind]


def _make_class(kind: type) -> type:
    def fill(namespace: dict[str, Any]) -> None:
        # No slots of its own: the memory layout is the same, or the object could not change its class.
        namespace.update(__slots__=(), __module__=kind.__module__, __doc__=kind.__doc__, __reduce_ex__=_reduce)
        namespace[ATTRIBUTE] = None
        for name in METHODS:
            namespace[name] = _wrapped(kind, name)

    made = types.new_class(kind.__name__, (kind,), {}, fill)
    made.__qualname__ = kind.__qualname__
    return made


def _wrapped(kind: type, name: str) -> Any:
    method, inherited = getattr(kind, name), getattr(BaseCheckpointSaver, name)
    wrapper = wrap(name, method)
    return wrapper if method is not inherited else _Inherited(inherited, wrapper)


class _Inherited:
    """A method that the saver does not have of its own. Whoever looks at the class, to see what the saver can do, finds
    the one of `BaseCheckpointSaver`; whoever calls it is counted: an async call of a sync saver, which fails."""

    def __init__(self, inherited: Callable[..., Any], wrapper: Callable[..., Any]) -> None:
        self._inherited = inherited
        self._wrapper = wrapper

    def __get__(self, saver: Any, owner: type | None = None) -> Any:
        return self._inherited if saver is None else types.MethodType(self._wrapper, saver)


def _reduce(self: Any, protocol: Any) -> Any:
    """Names the class that can be found by its name."""
    kind = type(self)
    original = _originals[kind]
    reduced = super(kind, self).__reduce_ex__(protocol)
    if isinstance(reduced, tuple) and reduced[0] is copyreg.__newobj__ and reduced[1][0] is kind:  # type: ignore[attr-defined]
        return (_rebuild, (original, *reduced[1][1:]), *reduced[2:])
    return reduced


def _rebuild(kind: type, *arguments: Any) -> Any:
    """For `copy` and `pickle`."""
    return copyreg.__newobj__(_watched_class(kind) or kind, *arguments)  # type: ignore[attr-defined]
