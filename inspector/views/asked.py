"""A thread that the store does not hold and that workers have asked for: who did, when, and where theirs went."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from inspector.domain.text import count_noun
from inspector.errors import NotFound
from inspector.index.workers import Owned
from inspector.ledger.places import is_elsewhere
from inspector.models import StoreEntry
from inspector.views.also import where
from inspector.views.bar import make_bar
from inspector.views.contexts import AlsoIn, AskedHost, AskedPage
from inspector.views.mentions import about_thread
from inspector.views.page import show
from inspector.views.processes import time_at
from inspector.views.reads import ThreadReads
from inspector.views.room import asked_that_fit

_ELSEWHERE = "Workers put checkpoints under this id in another place than this store, which is named below."
_HERE = "Workers put checkpoints under this id here: it was deleted since, has expired, or was never committed."
_SOMEWHERE = (
    "Workers put checkpoints under this id. Whether their place, named below, is this store cannot be told: they are "
    "elsewhere, or were here and are gone."
)
_NOWHERE = (
    "No worker reports that it wrote under this id. An id that is made anew at every request, or spelled in two ways, "
    "looks so."
)


def show_asked(
    request: HttpRequest, entry: StoreEntry, thread_id: str, told: ThreadReads, also_in: tuple[AlsoIn, ...]
) -> HttpResponse:
    """Told like every other unknown thread, with 404, and with all that the ledger knows of it."""
    hosts = tuple(_host(row) for row in told.rows)
    reads = sum(host.reads for host in hosts)
    times = f"{'at least ' if told.cut else ''}{count_noun(reads, 'time')}"
    asked = f"Workers asked for it {times}." if reads else "Workers know of it."
    page = AskedPage(
        error=" ".join(filter(None, ("No checkpoint is stored under this thread_id.", where(also_in), asked))),
        hint=_hint(told),
        thread_id=thread_id,
        reads=told.items,
        worker_errors=told.errors,
        workers=hosts,
        store=entry.name,
        also_in=also_in,
        findings=about_thread(entry, thread_id),
        status=NotFound.status,
        bar=make_bar(request, "threads", entry),
        listed=asked_that_fit(hosts),
    )
    return show(request, "asked", page, status=NotFound.status)


def _hint(told: ThreadReads) -> str:
    wrote = [row for row in told.rows if row.counted.checkpoints]
    if any(row.elsewhere for row in wrote):
        return _ELSEWHERE
    if any(is_elsewhere(row.counted.place, told.places.here) is False for row in wrote):
        return _HERE
    return _SOMEWHERE if wrote else _NOWHERE


def _host(row: Owned) -> AskedHost:
    counted = row.counted
    return AskedHost(
        hostname=counted.hostname,
        reads=counted.reads,
        misses=counted.misses,
        checkpoints=counted.checkpoints,
        where=counted.place.where if counted.place is not None else "",
        elsewhere=row.elsewhere,
        first_at=time_at(counted.first_at),
        last_at=time_at(counted.last_at),
    )
