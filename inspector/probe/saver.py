"""A saver that tells what it is asked.

`watch` gives the saver object itself another class: a subclass of its own, with the same name, whose methods count and
then do what they did. So it stays what it was: for `isinstance`, for its serializer, for `copy.copy`, for every
reference that the agent holds already. A saver class of the agent's own is treated like any other.
"""

from __future__ import annotations

import types
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from langgraph.checkpoint.base import BaseCheckpointSaver

from inspector.probe import process
from inspector.probe.calls import wrap
from inspector.probe.copies import copying
from inspector.probe.errors import name_class
from inspector.probe.lookup import find_method
from inspector.probe.process import _State
from inspector.probe.settings import log
from inspector.probe.watched import ATTRIBUTE, enter

_SYNC = (
    "get_tuple", "list", "put", "put_writes", "delete_thread", "delete_for_runs", "copy_thread", "prune",
    "get_delta_channel_history",
)  # fmt: skip
#: Those that the installed version of LangGraph knows.
METHODS = tuple(name for sync in _SYNC for name in (sync, f"a{sync}") if hasattr(BaseCheckpointSaver, name))

Saver = TypeVar("Saver")

#: The watched class of each class, for as long as either is in use: classes may be made at run time.
_classes: weakref.WeakKeyDictionary[type, weakref.ref[type]] = weakref.WeakKeyDictionary()
_unwatchable: weakref.WeakSet[type] = weakref.WeakSet()
#: The newest stay while they have no saver: making one takes a millisecond.
_kept: deque[type] = deque(maxlen=64)
#: The attribute of a watched class that holds the one it was made from. Only its own counts.
_ORIGINAL = "_inspector_original"
_CLASS: Any = object.__dict__["__class__"]


def watch(saver: Saver) -> Saver:
    """The same object, watched from now on. A second time changes nothing. What cannot be watched is given back as it
    is, and the log says so once a class. Never raises."""
    try:
        probe = _State.current or process.current()
        if _ORIGINAL in type(saver).__dict__:
            watched = saver._inspector_probe  # type: ignore[attr-defined]
            if watched is not None and watched.probe is probe and probe.flusher.started:
                return saver  # as before nearly every run
        if not probe.settings.enabled or not isinstance(saver, BaseCheckpointSaver):
            return saver
        if _ORIGINAL not in type(saver).__dict__:
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
    """None where there is none. Takes no lock, which a fork could leave locked: of two that are made at once, each
    serves the saver that it was made for."""
    known = _classes.get(kind)
    made = known() if known is not None else None
    if made is not None or kind in _unwatchable:
        return made
    try:
        made = _make_class(kind)
    except Exception as failure:  # a metaclass or `__init_subclass__` of the agent's own may refuse
        _unwatchable.add(kind)
        log.warning("The probe cannot watch %s (%s).", name_class(kind), name_class(type(failure)))
        return None
    _kept.append(made)
    _classes[kind] = weakref.ref(made)
    return made


def _make_class(kind: type) -> type:
    def fill(namespace: dict[str, Any]) -> None:
        # No slots of its own: the memory layout is the same, or the object could not change its class.
        namespace.update(__slots__=(), __module__=kind.__module__, __doc__=kind.__doc__, **copying(kind))
        namespace.update({ATTRIBUTE: None, _ORIGINAL: kind, "__class__": property(_get_class, _CLASS.__set__)})
        for name in METHODS:
            namespace[name] = _wrapped(kind, name)

    made = types.new_class(kind.__name__, (kind,), {}, fill)
    made.__qualname__ = kind.__qualname__
    return made


def _get_class(saver: Any) -> type:
    """The one that the agent knows. A saver's `super(self.__class__, self)` would find itself again otherwise."""
    kind = type(saver)
    original: type = kind.__dict__.get(_ORIGINAL, kind)
    return original


def _wrapped(kind: type, name: str) -> Any:
    method, inherited = find_method(kind, name), getattr(BaseCheckpointSaver, name)
    wrapper = wrap(method)
    return wrapper if method.function is not inherited else _Inherited(inherited, wrapper)


class _Inherited:
    """A method that the saver does not have of its own. Whoever looks at the class, to see what the saver can do, finds
    the one of `BaseCheckpointSaver`; whoever calls it is counted: an async call of a sync saver, which fails."""

    def __init__(self, inherited: Callable[..., Any], wrapper: Callable[..., Any]) -> None:
        self._inherited = inherited
        self._wrapper = wrapper

    def __get__(self, saver: Any, owner: type | None = None) -> Any:
        return self._inherited if saver is None else types.MethodType(self._wrapper, saver)
