"""What is kept of namespaces for the next page, the latest used, bounded by their number and their bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from sys import getsizeof
from typing import Generic, TypeVar

Value = TypeVar("Value")
#: A thread_id and a namespace.
Where = tuple[str, str]

_NAMESPACES = 64


class Kept(Generic[Value]):
    """Safe to share between threads."""

    def __init__(self, most_bytes: int, namespaces: int = _NAMESPACES) -> None:
        self._most_bytes = most_bytes
        self._namespaces = namespaces
        self._held: OrderedDict[Where, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, where: Where) -> Value | None:
        with self._lock:
            if where not in self._held:
                return None
            self._held.move_to_end(where)
            return self._held[where][0]

    def put(self, where: Where, value: Value, size: int) -> None:
        """`size` in bytes. What is larger than all may be is not kept, nor is what it was to replace."""
        with self._lock:
            self._held.pop(where, None)
            if size > self._most_bytes:
                return
            self._held[where] = value, size
            while len(self._held) > self._namespaces or self._bytes() > self._most_bytes:
                self._held.popitem(last=False)

    def _bytes(self) -> int:
        return sum(size for _, size in self._held.values())


def text_bytes(texts: Iterable[str | None]) -> int:
    """What texts take up in memory: ids may be long."""
    return sum(map(getsizeof, texts))
