"""What the rules look at: everything that can be known of one store at one moment, read once and only when asked for.

The index and the ledger are read in a few short queries, the store's signs in one. A rule that needs more (the newest
checkpoints of a thread, say) goes through `reader` as a page would, for few threads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from inspector.doctor.crew import Crew, read_crew
from inspector.doctor.evidence.cohort import Cohort
from inspector.doctor.evidence.lately import DAY, count_active
from inspector.doctor.evidence.lost import Lost, find_lost
from inspector.doctor.evidence.samples import Sample, read_samples
from inspector.doctor.evidence.sites import Site, sites_of
from inspector.doctor.evidence.traceless import traceless_hosts
from inspector.doctor.mutes import Mutes
from inspector.errors import InspectorError
from inspector.index.connections import get_ledger
from inspector.index.hosts import unwatched_hosts
from inspector.index.mutes import Mutes as StoreMutes
from inspector.index.places import Places, places_of
from inspector.index.queries import Moment, Row
from inspector.index.recent import begun_before, newest_threads
from inspector.ledger.patience import ask_briefly
from inspector.models import UNKNOWN_TIME, StoreEntry, StoreTally
from inspector.reader import Reader
from inspector.stores.signs import Signs

#: Threads, newest first, that rules look at one by one.
NEWEST = 2_000
#: Where the newest threads reach back less far, as many that began before that are looked at as well.
BEGUN_BEFORE = timedelta(minutes=10)


@dataclass(frozen=True)
class Case:
    """`partial` says that the index holds only some of the store's threads, `newest_only` that those are the newest
    ones, as far as can be told."""

    reader: Reader
    entry: StoreEntry
    moment: Moment
    mutes: Mutes = field(default_factory=Mutes)
    partial: bool = False
    newest_only: bool = False

    @property
    def kind(self) -> str:
        return self.reader.store.kind

    @cached_property
    def everybody(self) -> Crew:
        """All who report to the ledger. Never raises: a ledger's trouble is told by `Crew.error`."""
        try:
            ledger = get_ledger(self.entry.name)
            return Crew(exists=False) if ledger is None else ask_briefly(ledger, read_crew)
        except InspectorError as error:
            return Crew(error=error.message)

    @cached_property
    def crew(self) -> Crew:
        """Those of them who may have to do with this store: stores that share a ledger are each told of its own
        workers. Raises `ConfigError`."""
        return self.everybody.without(self.places.lie_in_others)

    @cached_property
    def places(self) -> Places:
        """Which places of workers are this store, and which another one that is configured."""
        return places_of(self.reader)

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """The stores that workers write to: this one first, then the others."""
        return sites_of(self)

    @cached_property
    def unwatched(self) -> tuple[str, ...]:
        """Hosts that wrote to the newest threads and of which no probe tells; "" where writes name none."""
        reporting = set(self.everybody.hosts)
        return tuple(host for host in unwatched_hosts(self.entry) if host not in reporting)

    @cached_property
    def signs(self) -> Signs:
        """Raises `StoreError`."""
        return self.reader.store.read_signs()

    @cached_property
    def tally(self) -> StoreTally:
        return StoreTally.objects.filter(store=self.entry).first() or StoreTally(store=self.entry)

    @cached_property
    def newest(self) -> tuple[Row, ...]:
        """The newest threads with what each host did to them, those that were only asked for as well."""
        return newest_threads(self.entry, NEWEST)

    @cached_property
    def stored(self) -> tuple[Row, ...]:
        """Those of them that the store holds."""
        return tuple(row for row in self.newest if row.entry.stored)

    @cached_property
    def active_in_a_day(self) -> int:
        """Threads of the last day; at least so many where they are too many to count."""
        return count_active(self, self.moment.now - DAY)

    @property
    def unread(self) -> str:
        """What is missing before anything good can be said of the store's threads; "" where it can."""
        if self.partial and not self.newest_only:
            return "A whole pass over the store. A first one goes on while the dashboard runs, or by `inspector sync`."
        return "" if self.stored else "Threads in the store that could be looked at."

    @cached_property
    def traceless(self) -> dict[str, int]:
        """Hosts of whose checkpoints the store holds not one, with how many they have put."""
        return traceless_hosts(self)

    @cached_property
    def lost(self) -> tuple[Lost, ...]:
        """What workers put into this store and it does not hold. Raises `StoreError`."""
        ledger = get_ledger(self.entry.name) if self.crew else None
        return () if ledger is None else find_lost(self.reader, ledger, self.places.here, self.newest, self.crew.hosts)

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """Stored values of a few of the newest and of the oldest threads. Raises `StoreError`."""
        return read_samples(self.reader, self.entry, self.stored)

    @cached_property
    def begun(self) -> tuple[Row, ...]:
        """Stored threads by their beginning: all of the stretch of time that the newest ones reach back, and of a busy
        store, where those are all young, as many that began before. Of either stretch none is left out, as the newest
        ones by their last activity would leave out those that nobody went on with."""
        full = len(self.stored) >= NEWEST
        since = self.stored[-1].entry.last_at if full else UNKNOWN_TIME
        young = tuple(row for row in self.stored if row.entry.first_at > UNKNOWN_TIME and row.entry.first_at >= since)
        before = self.moment.now - BEGUN_BEFORE
        if since <= before:
            return young
        known = {row.entry.pk for row in young}
        earlier = begun_before(self.entry, before, NEWEST)
        return (*young, *(row for row in earlier if row.entry.pk not in known and row.entry.first_at > UNKNOWN_TIME))

    @cached_property
    def muted_here(self) -> StoreMutes:
        """What people said on the pages about orphans to be as it should."""
        return StoreMutes.in_force(self.entry, self.moment.now)

    @cached_property
    def cohort(self) -> Cohort:
        """The same, as rules about ids compare them."""
        return Cohort.of(self)
