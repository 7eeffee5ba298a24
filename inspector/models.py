"""The index: what makes lists fast. Every row can be thrown away and is rebuilt from the stores.

No stored value is kept here, only ids, counts, times, hosts and the metadata that workers attach for filtering.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models

#: Stands for "the id and the document tell no time": sorts before every real checkpoint.
UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class StoreEntry(models.Model):
    """One checkpoint store and how far the index has come with it."""

    name = models.CharField(max_length=200, unique=True)
    fingerprint = models.TextField(
        default=""
    )  #: of the store when the last pass that left nothing out began; "" unknown
    #: The part of it that moves when rows are updated or deleted, as the last round of verifying knew it at its start.
    rewrites = models.TextField(default="")
    rewritten_at = models.DateTimeField(null=True)  #: when that round began: it verifies the threads not verified since
    #: When the last finished pass began. Every thread's counts were compared with the store as it was then; a row that
    #: was rewritten in place without changing them is found within the round of verifying that follows.
    synced_at = models.DateTimeField(null=True)
    skipped = models.JSONField(default=list)  #: ids of threads that the last pass could not read within the time budget
    error = models.TextField(default="")  #: why the last pass failed, or what it left out, in words; "" when neither
    error_hint = models.TextField(default="")
    server = models.TextField(default="")  #: kind and version, as "PostgreSQL 16.4", from the last pass
    threads = models.PositiveBigIntegerField(default=0)
    checkpoints = models.PositiveBigIntegerField(default=0)
    hosts = models.JSONField(default=list)  #: names of the hosts that wrote, sorted; "" when some writes name none

    def __str__(self) -> str:
        return self.name


class ThreadEntry(models.Model):
    """One thread as the store had it when the row was written. Always written whole, from one snapshot."""

    store = models.ForeignKey(StoreEntry, on_delete=models.CASCADE, related_name="entries")
    thread_id = models.TextField()
    turns = models.PositiveIntegerField()
    turns_is_lower_bound = models.BooleanField()
    checkpoints = models.PositiveBigIntegerField()
    writes = models.PositiveBigIntegerField()
    namespaces = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    last_checkpoint_id = models.TextField()
    state = models.CharField(max_length=12)  #: complete, interrupted, failed or unfinished
    owner = models.TextField()
    metadata = models.JSONField()
    random_id = models.BooleanField()
    several_hosts = models.BooleanField()
    siblings = models.BooleanField()
    clock_skew = models.BooleanField()
    rebuilt_values = models.BooleanField()
    verified_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "thread_id"], name="thread_once_a_store")]
        indexes = [
            models.Index(fields=["store", "-last_at", "-id"], name="thread_by_last_at"),
            models.Index(fields=["store", "turns", "-last_at", "-id"], name="thread_by_turns"),
            models.Index(fields=["store", "state", "-last_at", "-id"], name="thread_by_state"),
            models.Index(fields=["store", "owner", "-last_at", "-id"], name="thread_by_owner"),
            models.Index(fields=["store", "first_at"], name="thread_by_first_at"),
            models.Index(fields=["store", "verified_at"], name="thread_by_verified_at"),
        ]

    def __str__(self) -> str:
        return self.thread_id


class ThreadWorker(models.Model):
    """What one host did to one thread. `reads` and `misses` are null where no probe reported."""

    thread = models.ForeignKey(ThreadEntry, on_delete=models.CASCADE, related_name="workers")
    hostname = models.CharField(max_length=255, db_index=True)  #: "" where the metadata names none
    writes = models.PositiveBigIntegerField()
    reads = models.PositiveBigIntegerField(null=True)
    misses = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "hostname"], name="host_once_a_thread")]

    def __str__(self) -> str:
        return self.hostname


class Sighting(models.Model):
    """One thread as one listing of the store saw it. Lives only during a sync pass, to be compared with the index."""

    sync_pass = models.CharField(max_length=32)
    thread_id = models.TextField()
    checkpoints = models.PositiveBigIntegerField()
    writes = models.PositiveBigIntegerField()
    last_checkpoint_id = models.TextField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["sync_pass", "thread_id"], name="sighting_of_pass")]

    def __str__(self) -> str:
        return self.thread_id
