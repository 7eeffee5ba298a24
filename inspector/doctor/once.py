"""A store as the rules see it: its signs are asked for once, and after a first silence nothing more is.

Rules come one after the other, and each would wait for a server that is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from inspector.errors import ReadTooLong, StoreError, StoreUnreachable
from inspector.index.asking import Heard, ask_all
from inspector.reader import Reader
from inspector.stores.base import CheckpointStore
from inspector.stores.signs import Signs


def ask_once(reader: Reader) -> CheckpointStore:
    """The reader's store, asked for its signs now. One that keeps silent is waited for as by a page of several stores,
    and not for long where it lately did so."""
    heard = ask_all([reader], "signs", lambda one: one.store.read_signs())[reader.store.name]
    return cast("CheckpointStore", _Asked(reader.store, heard))


class _Asked:
    """Hands everything on to the store but `read_signs`, unless the store does not answer."""

    def __init__(self, store: CheckpointStore, heard: Heard[Signs]) -> None:
        self._store = store
        self._heard = heard
        self._down = heard.error if _is_down(heard.error) else None

    def read_signs(self) -> Signs:
        if self._heard.told is None:
            raise _again(self._heard.error or StoreError("The store did not answer."))
        return self._heard.told

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        return self._guarded(found) if callable(found) else found

    def _guarded(self, read: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*arguments: Any, **named: Any) -> Any:
            if self._down is not None:
                raise _again(self._down)
            try:
                return read(*arguments, **named)
            except StoreUnreachable as error:
                self._down = error
                raise

        return ask


def _is_down(error: StoreError | None) -> bool:
    """Whether it would answer nothing else either. A look that took too long says nothing of shorter ones."""
    return error is not None and not isinstance(error, ReadTooLong)


def _again(error: StoreError) -> StoreError:
    return type(error)(error.message, error.hint)
