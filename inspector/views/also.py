"""The other stores that hold a thread of the same id, as pages name them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.http import HttpRequest, HttpResponse

from inspector.access.readers import readers_for
from inspector.access.viewer import Viewer
from inspector.domain.text import count_noun
from inspector.errors import InspectorError, NotFound, StoreError
from inspector.index.twins import Twin, find_twins, look_for
from inspector.models import StoreEntry
from inspector.views.bar import known, make_bar
from inspector.views.contexts import AlsoIn, ElsewherePage
from inspector.views.page import show, title_of


def find_also(viewer: Viewer, entry: StoreEntry, thread_ids: Collection[str]) -> dict[str, tuple[AlsoIn, ...]]:
    """By thread_id, from the index, as far as the viewer may look at those stores."""
    found = {thread_id: _also(viewer, twins) for thread_id, twins in find_twins(entry, thread_ids).items()}
    return {thread_id: also for thread_id, also in found.items() if also}


def look_also(viewer: Viewer, entry: StoreEntry, thread_id: str) -> tuple[AlsoIn, ...]:
    """For an id that is not in this store: the others are asked, briefly, where the index knows none."""
    return _also(viewer, look_for(entry, thread_id, others=readers_for(viewer)))


def show_elsewhere(
    request: HttpRequest, entry: StoreEntry, thread_id: str, also_in: tuple[AlsoIn, ...]
) -> HttpResponse:
    """Told like every other unknown thread, with 404, and with where it is."""
    error = NotFound(
        f"No checkpoint is stored under this thread_id in the store {entry.name}. {where(also_in)}",
        "One conversation in two places looks so, and so does a wrong store in the address.",
    )
    return _show(request, entry, thread_id, error, also_in, title="In another store")


def show_down(
    request: HttpRequest, entry: StoreEntry, thread_id: str, error: StoreError, also_in: tuple[AlsoIn, ...]
) -> HttpResponse:
    """The store's own error, beside the other stores that hold the thread: they may be all that can be read now."""
    return _show(request, entry, thread_id, error, also_in, title=title_of(error))


def _show(
    request: HttpRequest,
    entry: StoreEntry,
    thread_id: str,
    error: InspectorError,
    also_in: tuple[AlsoIn, ...],
    *,
    title: str,
) -> HttpResponse:
    page = ElsewherePage(
        error=error.message,
        hint=error.hint,
        thread_id=thread_id,
        store=entry.name,
        also_in=also_in,
        status=error.status,
        title=title,
        bar=make_bar(request, "threads", entry),
    )
    return show(request, "error", page, status=error.status)


def where(also_in: Collection[AlsoIn]) -> str:
    """ "It is in the store redis-eu: 12 checkpoints."; "" where it is in none."""
    places = ", ".join(f"{also.store}: {count_noun(also.checkpoints, 'checkpoint')}" for also in also_in)
    return f"It is in the store{'s' if len(also_in) > 1 else ''} {places}." if places else ""


def _also(viewer: Viewer, twins: Iterable[Twin]) -> tuple[AlsoIn, ...]:
    seen = [twin for twin in twins if viewer.may_see(twin.store)]
    return tuple(AlsoIn(twin.store, twin.checkpoints, known(twin.last_at)) for twin in seen)
