"""The methods of a saver's class: which of them can be wrapped, and what each is at the time of a call.

Tests and monitoring tools put something else in a method's place, for a while or for good. They do so in the class that
they know, which is the one below the watched one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple


class Method(NamedTuple):
    """`function` is to be called for as long as `getattr(owner, name)` is it, else `late`. Both take the saver first.
    Whoever calls looks by itself: one more function call would cost more than the look."""

    owner: Any  #: a class
    name: str
    function: Callable[..., Any]
    late: Callable[..., Any]


def find_method(owner: type, name: str) -> Method:
    """Raises `TypeError` where it is none that takes its saver first: a property, a static method, a mock."""
    static = inspect.getattr_static(owner, name)
    odd = isinstance(static, staticmethod | classmethod)
    if odd or not callable(static) or not hasattr(type(static), "__get__"):
        raise TypeError(f"{name} is no plain method")
    return Method(owner, name, getattr(owner, name), partial(_call_late, owner, name))


def _call_late(owner: type, name: str, saver: Any, /, *args: Any, **kwargs: Any) -> Any:
    """As `saver.name(...)` would, were the saver not watched."""
    static = next(vars(kind)[name] for kind in owner.__mro__ if name in vars(kind))
    bind = getattr(type(static), "__get__", None)
    method = static if bind is None else bind(static, saver, owner)
    return method(*args, **kwargs)
