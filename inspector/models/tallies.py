"""How many threads are what: rows that follow from those of the threads."""

from __future__ import annotations

from django.db import models

from inspector.models.entries import StoreEntry


class Tally(models.Model):
    """How many threads are what, kept with every change of a row (`index.tallies`) so that no page has to count.

    What depends on the time of day (orphans, running threads) is made of these and of the few young threads.
    """

    store = models.ForeignKey(StoreEntry, on_delete=models.CASCADE, related_name="+", db_index=False)
    threads = models.BigIntegerField(default=0)  #: stored ones, as are all that follow unless said otherwise
    checkpoints = models.BigIntegerField(default=0)
    writes = models.BigIntegerField(default=0)  #: pending writes of these threads, as `ThreadEntry.writes`
    one_turn = models.BigIntegerField(default=0)
    left = models.BigIntegerField(default=0)  #: one turn and not interrupted: an orphan once it is old enough
    left_random = models.BigIntegerField(default=0)  #: of these, with a random id
    left_muted = models.BigIntegerField(default=0)  #: of these, muted
    random_id = models.BigIntegerField(default=0)
    several_hosts = models.BigIntegerField(default=0)
    siblings = models.BigIntegerField(default=0)
    clock_skew = models.BigIntegerField(default=0)
    rebuilt_values = models.BigIntegerField(default=0)
    interrupted = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    unfinished = models.BigIntegerField(default=0)
    missed = models.BigIntegerField(default=0)  #: `missed` is SOMETHING
    missed_once = models.BigIntegerField(default=0)  #: `missed` is ONCE_IDLE
    absent = models.BigIntegerField(default=0)  #: not stored, and known to be asked for
    absent_missed = models.BigIntegerField(default=0)
    absent_missed_once = models.BigIntegerField(default=0)
    never_stored = models.BigIntegerField(default=0)
    #: Threads, stored or absent, of which a probe tells, and what it reports of them: reads, and misses among these.
    told = models.BigIntegerField(default=0)
    reads = models.BigIntegerField(default=0)
    misses = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class StoreTally(Tally):
    """Of a whole store."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store"], name="tally_once_a_store")]

    def __str__(self) -> str:
        return f"{self.store_id}"


class HostTally(Tally):
    """Of the threads that a host wrote to or read. `checkpoints` are those that it put, `writes` stays 0."""

    hostname = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "hostname"], name="tally_once_a_host")]

    def __str__(self) -> str:
        return self.hostname


class HourTally(models.Model):
    """Stored threads by the hour in which they began (UTC): all of them (`by` is "all", and `name` then ""), those that
    a host wrote to ("host"), those of a graph ("graph"), and those whose ids have a shape ("shape")."""

    store = models.ForeignKey(StoreEntry, on_delete=models.CASCADE, related_name="+", db_index=False)
    by = models.CharField(max_length=5, default="all")
    name = models.TextField(default="")  #: "" stands, too, for what has no name or no shape
    hour = models.DateTimeField()
    threads = models.BigIntegerField(default=0)
    left = models.BigIntegerField(default=0)
    left_random = models.BigIntegerField(default=0)
    left_muted = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "by", "hour", "name"], name="tally_once_an_hour")]
        #: It holds the numbers, too: a page adds up ten thousands of rows, and would look up each of them by itself.
        indexes = [
            models.Index(
                fields=["store", "by", "hour", "name", "threads", "left", "left_muted", "left_random"],
                name="tally_numbers",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.hour:%Y-%m-%d %H}:00"
