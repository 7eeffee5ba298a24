"""The bar above every page: which store, how far its index is, and how many orphans and problems there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest
from django.utils import timezone

from inspector.access.asking import viewer_of
from inspector.access.doors import login_hint
from inspector.access.readers import reader_for, readers_for
from inspector.access.viewer import Viewer
from inspector.alerts.words import headline
from inspector.errors import InspectorError, Refused
from inspector.index.queries import Moment
from inspector.index.tallies import read_tally
from inspector.index.trouble import noted as trouble_of
from inspector.models import UNKNOWN_TIME, StoreEntry
from inspector.reader import Reader
from inspector.views.contexts import Bar, IndexState, LedgerState, StoreChoice, WalkState
from inspector.views.lately import numbers_lately, read_numbers

#: Fields of a store that grow with what it holds.
_LONG = ("hosts", "skipped", "ledger_untold", "ledger_unplaced")


def moment() -> Moment:
    return Moment(timezone.now(), settings.INSPECTOR.orphan_after)


def signed_in(request: HttpRequest) -> Viewer:
    """Who looks. Raises `Refused` where the gate let nobody in."""
    viewer = viewer_of(request)
    if viewer is None:
        raise Refused("Nobody is signed in.", login_hint())
    return viewer


def readers_of(request: HttpRequest) -> Mapping[str, Reader]:
    """The stores that the viewer may look at, by name, as far as they may see into them."""
    return readers_for(signed_in(request))


def reader_of(request: HttpRequest) -> Reader:
    """The store that `store=` names, the first one without. Raises for an unknown one, one that is not for the viewer,
    or when there is none."""
    return reader_named(request, request.GET.get("store", ""))


def reader_named(request: HttpRequest, name: str) -> Reader:
    """Another store than the one that the page is about. Raises as `reader_of` does."""
    return reader_for(signed_in(request), name)


def entry_of(reader: Reader) -> StoreEntry:
    """The index's row of a store; before the first pass an empty one, which no thread belongs to."""
    return StoreEntry.objects.filter(name=reader.store.name).first() or StoreEntry(pk=0, name=reader.store.name)


def entries_of(readers: Iterable[Reader]) -> dict[str, StoreEntry]:
    """The same of several stores by their names, read at once, without what the index alone needs of them."""
    names = [reader.store.name for reader in readers]
    found = {entry.name: entry for entry in StoreEntry.objects.filter(name__in=names).defer(*_LONG)}
    return {name: found.get(name) or StoreEntry(pk=0, name=name) for name in names}


def index_state(entry: StoreEntry) -> IndexState:
    """A pass writes its numbers down at its end. Until the first one has ended, lists grow past them all the time."""
    synced = entry.synced_at
    held = read_tally(entry) if synced is None and entry.pk else entry
    trouble = trouble_of(entry.name)
    return IndexState(
        synced_at=synced,
        lag_seconds=max(0.0, (timezone.now() - synced).total_seconds()) if synced else None,
        threads=held.threads,
        checkpoints=held.checkpoints,
        building=synced is None and not entry.error,
        error=trouble.message if trouble else entry.error,
        hint=trouble.hint if trouble else entry.error_hint,
        ledger=ledger_state(entry, entry.ledger),
        walk=_walk_state(entry),
    )


def _walk_state(entry: StoreEntry) -> WalkState | None:
    if entry.walk_after is None:
        return None
    done, total = entry.walk_done, entry.walk_total
    left = entry.walk_seconds * max(0, total - done) / done if done and total else None
    return WalkState(done, max(total, done) if total is not None else None, left)


def ledger_state(entry: StoreEntry, url: str) -> LedgerState:
    """What the index knows of the ledger at `url`. Before the first fold it does not know its address yet."""
    kind = {"postgresql": "postgres", "rediss": "redis"}.get(scheme := url.partition(":")[0], scheme)
    return LedgerState(url, kind, entry.ledger_seen_at, entry.ledger_error, entry.ledger_error_hint)


def make_bar(request: HttpRequest, section: str, entry: StoreEntry | None = None) -> Bar:
    """Never raises: an error page has a bar too."""
    readers: Mapping[str, Reader] = {}
    try:
        readers = readers_of(request)
        return _full_bar(request, section, readers, entry or entry_of(reader_of(request)))
    except (InspectorError, SuspiciousOperation):
        return Bar(section, "", tuple(readers), "", None, 0, choices=_choices(readers, ""))
    except (DatabaseError, InterfaceError):  # the index itself is what the page tells of
        return Bar(section, "", tuple(readers), "", None, 0)


def _full_bar(request: HttpRequest, section: str, readers: Mapping[str, Reader], entry: StoreEntry) -> Bar:
    numbers = (numbers_lately if "X-Refresh" in request.headers else read_numbers)(entry, moment())
    problems, orphans, fires = numbers.problems, numbers.orphans, numbers.fires
    return Bar(
        section=section,
        store=entry.name,
        stores=tuple(readers),
        server=entry.server,
        index=index_state(entry),
        orphans=orphans.unmuted,
        kind=readers[entry.name].store.kind,
        choices=_choices(readers, entry.name),
        problems=problems.all,
        errors=problems.errors,
        muted=orphans.muted,
        alerts=len(fires),
        alert=headline(fires[0]) if fires else "",
    )


def _choices(readers: Mapping[str, Reader], current: str) -> tuple[StoreChoice, ...]:
    """From the index alone: no page waits for the stores that it is not about."""
    if len(readers) < 2:
        return ()
    try:
        entries = entries_of(readers.values())
    except (DatabaseError, InterfaceError):
        return ()
    return tuple(_choice(readers[name], entry, current=name == current) for name, entry in entries.items())


def _choice(reader: Reader, entry: StoreEntry, *, current: bool) -> StoreChoice:
    state = index_state(entry)
    return StoreChoice(
        name=entry.name,
        kind=reader.store.kind,
        server=entry.server,
        threads=state.threads,
        lag_seconds=state.lag_seconds,
        building=state.building,
        error=state.error,
        current=current,
    )


def known(at: datetime) -> datetime | None:
    """A time of the index, None where the store tells none."""
    return at.astimezone(UTC) if at != UNKNOWN_TIME else None
