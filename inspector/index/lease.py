"""One process at a time writes to a store's rows: a lease in the index's database, however many replicas sync.

Who holds it renews it as it goes on. One that stops without saying so (killed, or cut off) is waited for until its
lease ends; one that was only slow finds the lease lost at its next write and writes nothing more.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from inspector.errors import InspectorError
from inspector.models import StoreEntry
from inspector.models.database import atomic

#: How long a lease lasts that nobody renews: longer than any single read of a store.
LASTS = timedelta(seconds=120)
_RENEW_AFTER = 10.0  #: seconds
#: How long after a rest the next pass may begin, before nobody seems to be there.
_LATE = timedelta(seconds=30)
_HOST = socket.gethostname()[:30].replace(":", "_")
_HELD: set[str] = set()  #: by this process


class LeaseTaken(InspectorError):
    """Another process syncs this store."""


@dataclass(slots=True)
class Lease:
    """The right to write to the rows of one store."""

    entry: StoreEntry
    holder: str
    _renewed: float = field(default_factory=time.monotonic)

    def renew(self) -> None:
        """To be called as a pass goes on. Raises `LeaseTaken` when it was lost."""
        if time.monotonic() - self._renewed < _RENEW_AFTER:
            return
        held = StoreEntry.objects.filter(pk=self.entry.pk, lease=self.holder)
        if not held.update(lease_until=timezone.now() + LASTS):
            raise _lost(self.entry)
        self._renewed = time.monotonic()

    def save(self, fields: Collection[str]) -> None:
        """Writes these fields of the store's row as `entry` has them. Raises `LeaseTaken` when it was lost: then they
        tell less than what another process has written."""
        held = StoreEntry.objects.filter(pk=self.entry.pk, lease=self.holder)
        if not held.update(**{name: getattr(self.entry, name) for name in fields}):
            raise _lost(self.entry)

    @contextmanager
    def writing(self) -> Iterator[StoreEntry]:
        """A transaction in which nobody else writes to the store's rows; gives the store's row as it is. Raises
        `LeaseTaken` before anything is written."""
        with atomic():
            held = StoreEntry.objects.select_for_update().get(pk=self.entry.pk)
            if held.lease != self.holder:
                raise _lost(self.entry)
            yield held


@contextmanager
def lease_of(entry: StoreEntry) -> Iterator[Lease]:
    """The lease for as long as the block lasts. Raises `LeaseTaken` where another process has it."""
    holder = f"{_HOST}:{os.getpid()}:{uuid4().hex[:12]}"
    free = Q(lease="") | Q(lease_until=None) | Q(lease_until__lt=timezone.now())
    _HELD.add(holder)
    try:
        if not (_take(entry, holder, free) or _take_from_dead(entry, holder)):
            raise _lost(entry)
        entry.refresh_from_db()
        yield Lease(entry, holder)
    finally:
        _HELD.discard(holder)
        with suppress(DatabaseError):  # it ends by itself
            StoreEntry.objects.filter(pk=entry.pk, lease=holder).update(lease="", lease_until=None)


def syncer_state(entry: StoreEntry, now: datetime) -> str:
    """Whether anybody keeps a store's rows up to date: `working` at it, `resting` between two passes, or `none`."""
    if entry.lease and entry.lease_until and entry.lease_until > now and not _is_dead(entry.lease):
        return "working"
    if entry.rest_until and entry.rest_until + _LATE > now:
        return "resting"
    return "none"


def give_back_all() -> None:
    """At the end of the process: what a pass that hangs holds would keep others waiting until it ends. Should the
    pass go on after all, it finds its lease lost and writes nothing."""
    if not _HELD:
        return
    with suppress(DatabaseError):
        StoreEntry.objects.filter(lease__in=list(_HELD)).update(lease="", lease_until=None)


def _take(entry: StoreEntry, holder: str, free: Q) -> bool:
    until = timezone.now() + LASTS
    return bool(StoreEntry.objects.filter(free, pk=entry.pk).update(lease=holder, lease_until=until))


def _take_from_dead(entry: StoreEntry, holder: str) -> bool:
    entry.refresh_from_db(fields=["lease"])
    return _is_dead(entry.lease) and _take(entry, holder, Q(lease=entry.lease))


def _is_dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that ended without a word, as one does that was killed: nobody
    has to wait until its lease ends. Containers that share a host's name may not see each other's processes; then two
    sync for a moment, and the one that held the lease finds it lost."""
    host, _, rest = holder.partition(":")
    process = rest.partition(":")[0]
    if host != _HOST or not process.isdigit() or holder in _HELD:
        return False
    if int(process) == os.getpid():  # one before this with the same number, as in a container that was restarted
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False


def _lost(entry: StoreEntry) -> LeaseTaken:
    holder = StoreEntry.objects.values_list("lease", flat=True).filter(pk=entry.pk).first() or ""
    who = ", process ".join(holder.split(":")[:2]) or "another process"
    return LeaseTaken(f"{entry.name} is being synced by {who}.", "One process at a time does; this one tries again.")
