"""Several stores asked at once, none of which holds up the answers of the others.

Each is asked in a thread of its own, which goes on where nobody waits for it any more: a server that hangs is cut by
the store's own limits. Who asks the same again meanwhile shares that question, so that a page which is loaded again and
again leaves one thread, and does not wait a second time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from inspector.errors import StoreError, StoreTimeout
from inspector.logs.request_id import answering, current_id
from inspector.reader import Reader
from inspector.stores.base import CheckpointStore

#: Seconds that a page of several stores waits for one of them.
PATIENCE = 3.0
#: Seconds that it waits for one which lately did not answer: enough to see that it is back.
AGAIN = 0.3
#: Seconds for which a failure counts as lately.
DOWN_FOR = 30.0

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Heard(Generic[Told]):
    """What one store answered. `told` is None where it did not; then `error` says why."""

    told: Told | None = None
    error: StoreError | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    began: float
    answer: Future[Any] = field(default_factory=Future)


_LOCK = Lock()
_under_way: WeakKeyDictionary[CheckpointStore, dict[str, _Question]] = WeakKeyDictionary()
_failed: WeakKeyDictionary[CheckpointStore, tuple[float, StoreError]] = WeakKeyDictionary()


def ask_all(
    readers: Iterable[Reader], what: str, question: Callable[[Reader], Told], *, patience: float | None = None
) -> dict[str, Heard[Told]]:
    """By the names of the stores, what `question` makes of each, within `patience` seconds for all together. `what`
    tells the question from others: the same one, still under way, is shared. The question may read its store and
    nothing else. What it raises beside `StoreError` is raised here."""
    patience = PATIENCE if patience is None else patience
    asked = [(reader, _ask(reader, what, question)) for reader in readers]
    return {reader.store.name: _wait(reader.store, one, patience) for reader, one in asked}


def failed_lately(store: CheckpointStore) -> StoreError | None:
    """Why the store let a page wait in vain a moment ago; None where it did not, or has answered since."""
    since, error = _failed.get(store, (0.0, None))
    return error if error is not None and time.monotonic() - since < DOWN_FOR else None


def _ask(reader: Reader, what: str, question: Callable[[Reader], Any]) -> _Question:
    with _LOCK:
        here = _under_way.setdefault(reader.store, {})
        if what not in here:
            asked = _Question(time.monotonic())
            arguments = (current_id(), reader, what, question, asked)
            Thread(target=_answer_for, args=arguments, name=f"ask-{reader.store.name}", daemon=True).start()
            here[what] = asked  # only now: one whose thread could not start would be shared for ever
        return here[what]


def _answer_for(request: str, *arguments: Any) -> None:
    """The log tells for which request a store was asked, and what else belongs to that one's thread stays there."""
    with answering(request):
        _answer(*arguments)


def _answer(reader: Reader, what: str, question: Callable[[Reader], Any], asked: _Question) -> None:
    told, error = None, None
    try:
        told = question(reader)
    except BaseException as failure:  # told to whoever waits
        error = failure
    with _LOCK:
        _under_way.get(reader.store, {}).pop(what, None)
        if isinstance(error, StoreError) and time.monotonic() - asked.began > PATIENCE:
            _failed[reader.store] = (time.monotonic(), error)
        elif error is None:
            _failed.pop(reader.store, None)
    if error is not None:
        asked.answer.set_exception(error)
    else:
        asked.answer.set_result(told)


def _wait(store: CheckpointStore, asked: _Question, patience: float) -> Heard[Any]:
    """Counted from when the question was asked, by whomever."""
    before = failed_lately(store)
    until = asked.began + (min(AGAIN, patience) if before is not None else patience)
    try:
        return Heard(asked.answer.result(max(0.0, until - time.monotonic())))
    except StoreError as error:
        return Heard(error=error)
    except TimeoutError:
        waited = f"{store.safe_url} has not answered within {patience:.2g} s."
        return Heard(error=before or StoreTimeout(waited, "It is still being asked; the page recovers by itself."))
