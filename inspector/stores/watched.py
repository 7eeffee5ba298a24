"""A store that tells whose content is read from it, for the log of who opened which thread.

It lies below all that reads, so that no page can show what people said and be forgotten in the log. Who may see the
shape of values only reads by a store without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias, cast

from inspector.stores.base import (
    DEFAULT_READ,
    ChannelBody,
    CheckpointRow,
    CheckpointStore,
    Cut,
    ReadBudget,
    WriteRow,
)

#: Is told the names of a store and a thread, each time that content of it is handed out.
Listener: TypeAlias = Callable[[str, str], None]

_listener: ContextVar[Listener] = ContextVar("listener")


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Within it, reads of this context are told to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def unheard() -> Iterator[None]:
    """For reads that are not shown as they are: whoever uses it tells by `tell_shown` what is, if anything."""
    with listening(lambda store, thread_id: None):
        yield


def tell_shown(store: CheckpointStore, thread_ids: Iterable[str]) -> None:
    """That content of these threads, read unheard, is shown. Nothing of a store that nobody watches."""
    if isinstance(store, _Watched):
        listener = _listener.get()
        for thread_id in thread_ids:
            listener(store.name, thread_id)


def watched(store: CheckpointStore) -> CheckpointStore:
    """The same store, whose content can be read only where somebody listens."""
    return cast("CheckpointStore", _Watched(store))


class _Watched:
    """Everything else is the store's own: sizes, ids, outlines and counts are no content."""

    def __init__(self, store: CheckpointStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def read_checkpoints(
        self, thread_id: str, checkpoint_ns: str, *, before: str | None = None, budget: ReadBudget = DEFAULT_READ
    ) -> Cut:
        listener = self._heard()
        cut = self._store.read_checkpoints(thread_id, checkpoint_ns, before=before, budget=budget)
        if cut.rows:
            listener(self._store.name, thread_id)
        return cut

    def read_checkpoint(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> CheckpointRow | None:
        listener = self._heard()
        row = self._store.read_checkpoint(thread_id, checkpoint_ns, checkpoint_id)
        if row is not None:
            listener(self._store.name, thread_id)
        return row

    def read_channels(
        self,
        thread_id: str,
        checkpoint_ns: str,
        versions: Sequence[tuple[str, str]],
        *,
        budget: ReadBudget = DEFAULT_READ,
    ) -> list[ChannelBody]:
        listener = self._heard()
        bodies = self._store.read_channels(thread_id, checkpoint_ns, versions, budget=budget)
        if bodies:
            listener(self._store.name, thread_id)
        return bodies

    def read_own_channels(
        self,
        thread_id: str,
        checkpoint_ns: str,
        checkpoint_id: str,
        channels: Sequence[str],
        *,
        budget: ReadBudget = DEFAULT_READ,
    ) -> list[ChannelBody]:
        listener = self._heard()
        bodies = self._store.read_own_channels(thread_id, checkpoint_ns, checkpoint_id, channels, budget=budget)
        if bodies:
            listener(self._store.name, thread_id)
        return bodies

    def read_writes(
        self,
        thread_id: str,
        checkpoint_ns: str,
        checkpoint_ids: Sequence[str],
        *,
        channels: Sequence[str] | None = None,
        bodies: bool = True,
        budget: ReadBudget = DEFAULT_READ,
    ) -> list[WriteRow]:
        listener = self._heard() if bodies else None
        where = (thread_id, checkpoint_ns, checkpoint_ids)
        rows = self._store.read_writes(*where, channels=channels, bodies=bodies, budget=budget)
        if rows and listener is not None:
            listener(self._store.name, thread_id)
        return rows

    def _heard(self) -> Listener:
        """Asked before the read: a page that nobody would hear of shows nothing."""
        try:
            return _listener.get()
        except LookupError:
            raise RuntimeError("Content is read for somebody, and nothing writes down whose it is.") from None
