"""The index: what makes lists fast. Every row can be thrown away and is rebuilt from the stores; with a store's own row
its mutes and alerts (`models.told`) would go, so nothing ever deletes that.

No stored value is kept here, only ids, counts, times, hosts and the metadata that workers attach for filtering.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models

#: Stands for "the id and the document tell no time": sorts before every real checkpoint.
UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
#: The state of a thread that workers asked for and the store does not hold.
ABSENT = "absent"


#: What a thread's row says of it by yes or no, each with an index of its own over those that say yes.
FLAGGED = ("one_turn", "random_id", "several_hosts", "siblings", "clock_skew", "rebuilt_values")


#: What decides whether a thread is left, beside its times: with these in an index, orphans are counted from it alone.
_LEFT = {"one_turn": ["state", "first_at", "random_id", "muted"]}


def _flagged(flag: str) -> models.Index:
    fields = ["store", "-last_at", "-id", *_LEFT.get(flag, [])]
    return models.Index(fields=fields, name=f"thread_{flag}", condition=models.Q(**{flag: True}))


class StoreEntry(models.Model):
    """One checkpoint store and how far the index has come with it."""

    name = models.CharField(max_length=200, unique=True)
    fingerprint = models.TextField(default="")  #: as `CheckpointStore.read_fingerprint` said it; "" looks in any case
    #: How far changes are followed (`stores.followed.Changes`), and up to where it is proven that none was missed.
    position = models.TextField(default="")
    proven = models.TextField(default="")
    #: Rows of the index beyond those that the server's counters count: with these, the counters say how many there are.
    checkpoints_apart = models.BigIntegerField(null=True)
    writes_apart = models.BigIntegerField(null=True)
    #: Why all threads have to be compared with the store, in one word; "" when nothing speaks for it.
    compare = models.CharField(max_length=20, default="")
    compared_at = models.DateTimeField(null=True)
    #: No search or comparison of all threads in the background before.
    search_at = models.DateTimeField(null=True)
    #: How far the walk through all threads has come that reads each of them once: the first build, or a full pass. The
    #: store's own order; None when none is under way.
    walk_after = models.TextField(null=True)
    walk_began_at = models.DateTimeField(null=True)
    walk_done = models.PositiveBigIntegerField(default=0)  #: checkpoints of the threads that it has read
    walk_total = models.PositiveBigIntegerField(null=True)  #: all checkpoints, by the server's estimate
    walk_seconds = models.FloatField(default=0.0)  #: that it took so far, pauses and all
    #: Who writes to this store's rows, and until when, unless renewed: one process at a time, see `index.lease`.
    lease = models.CharField(max_length=64, default="")
    lease_until = models.DateTimeField(null=True)
    rest_until = models.DateTimeField(null=True)  #: no pass in the background before, whichever process it is in
    #: The part of it that moves when rows are updated or deleted, as the last round of verifying knew it at its start.
    rewrites = models.TextField(default="")
    rewritten_at = models.DateTimeField(null=True)  #: when that round began: it verifies the threads not verified since
    #: When the last finished pass began. Every thread's counts were compared with the store as it was then; a row that
    #: was rewritten in place without changing them is found within the round of verifying that follows.
    synced_at = models.DateTimeField(null=True)
    diagnosed_at = models.DateTimeField(null=True)  #: when the rules were last asked, see `FindingEntry`
    judged_at = models.DateTimeField(null=True)  #: when it was last asked whether an alert begins or ends
    #: By which mutes its threads are marked as muted, see `index.marking`; other ones make them be marked anew.
    muted_by = models.TextField(default="")
    skipped = models.JSONField(default=list)  #: ids of threads that the last pass could not read within the time budget
    error = models.TextField(default="")  #: why the last pass failed, or what it left out, in words; "" when neither
    error_hint = models.TextField(default="")
    server = models.TextField(default="")  #: kind and version, as "PostgreSQL 16.4", from the last pass
    threads = models.PositiveBigIntegerField(default=0)
    checkpoints = models.PositiveBigIntegerField(default=0)
    hosts = models.JSONField(default=list)  #: hosts that wrote or read, sorted; "" when some writes name none
    identities = models.JSONField(default=list)  #: names that this store has gone by, see `probe.ledger_schema`
    #: Which ledger the reads come from, and the identities by which its rows were told to be this store's. Another
    #: value makes all of it be folded anew.
    ledger = models.TextField(default="")
    ledger_rule = models.TextField(default="")
    ledger_after = models.TextField(default="")  #: how far the ledger is folded, as `LedgerReader.read_changes` says it
    #: Ids of threads whose reads are not written yet, because the store could not tell of them within the time budget.
    ledger_untold = models.JSONField(default=list)
    #: By place of a worker that had not said yet which data it is, `ledger_after` before its first counts were folded.
    ledger_unplaced = models.JSONField(default=dict)
    ledger_seen_at = models.DateTimeField(null=True)  #: when it was last read and something was in it; None before
    ledger_error = models.TextField(default="")  #: why it could not be read, in words; "" when it could
    ledger_error_hint = models.TextField(default="")

    def __str__(self) -> str:
        return self.name


class StoredThreads(models.Manager["ThreadEntry"]):
    """Threads that the store holds. `IN` because Django writes `= True` so that SQLite finds no index for it."""

    def get_queryset(self) -> models.QuerySet[ThreadEntry]:
        return super().get_queryset().filter(stored__in=(True,))


class ThreadEntry(models.Model):
    """One thread as the store had it when the row was written. Always written whole, from one snapshot.

    Beside it, what the ledger says of its reads. A thread that somebody asked for and the store does not hold has a row
    too, which is not `stored`, has the state `absent`, and as its times the first and last one that it was asked for.
    """

    objects = StoredThreads()
    every: models.Manager[ThreadEntry] = models.Manager()  # absent ones too

    store = models.ForeignKey(StoreEntry, on_delete=models.CASCADE, related_name="entries", db_index=False)
    stored = models.BooleanField(default=True)
    thread_id = models.TextField()
    turns = models.PositiveIntegerField()
    turns_is_lower_bound = models.BooleanField()
    one_turn = models.BooleanField()  #: exactly one, as far as can be known
    checkpoints = models.PositiveBigIntegerField()
    writes = models.PositiveBigIntegerField()
    namespaces = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    last_checkpoint_id = models.TextField()
    state = models.CharField(max_length=12)  #: complete, interrupted, failed, unfinished or absent
    owner = models.TextField()
    graph = models.TextField(default="")  #: what runs in it, by its metadata; "" where that does not say
    id_shape = models.CharField(max_length=10, default="")  #: see `domain.thread_ids`
    muted = models.BooleanField(default=False)  #: left after one turn, and a `Mute` covers it, see `index.marking`
    metadata = models.JSONField()
    random_id = models.BooleanField()
    several_hosts = models.BooleanField()
    siblings = models.BooleanField()
    clock_skew = models.BooleanField()
    rebuilt_values = models.BooleanField()
    verified_at = models.DateTimeField()
    #: By all hosts, of the root namespace. None where no probe reported any.
    reads = models.PositiveBigIntegerField(null=True)
    misses = models.PositiveBigIntegerField(null=True)
    last_miss_at = models.DateTimeField(null=True)
    #: When a host that puts checkpoints of it into no configured store was first heard of. Whoever asks for the thread
    #: after that may rightly expect to find it, though nothing is stored here yet.
    elsewhere_at = models.DateTimeField(null=True)
    missed = models.PositiveSmallIntegerField(default=0)  #: what `index.missed` makes of these and the store's word

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "thread_id"], name="thread_once_a_store")]
        indexes = [
            models.Index(  # every thread is in it, so a list of few of them is found without a look at each row
                fields=["store", "stored", "-last_at", "-id", "graph", "id_shape"], name="thread_by_last_at"
            ),
            models.Index(
                fields=["store", "stored", "first_at", "id", "one_turn", "state", "random_id"],
                name="thread_by_first_at",
            ),
            models.Index(fields=["store", "stored", "turns", "id"], name="thread_by_turns"),
            models.Index(fields=["store", "stored", "checkpoints", "id"], name="thread_by_checkpoints"),
            models.Index(fields=["store", "stored", "state", "-last_at", "-id"], name="thread_by_state"),
            models.Index(fields=["store", "stored", "owner", "-last_at", "-id"], name="thread_by_owner"),
            models.Index(fields=["store", "stored", "verified_at"], name="thread_by_verified_at"),
            models.Index(fields=["store", "missed", "-last_at", "-id"], name="thread_by_missed"),
            *(_flagged(flag) for flag in FLAGGED),
            models.Index(  # what narrows lists of these is in it, as any of it may leave few
                fields=["store", "muted", "-last_at", "-id", "state", "graph", "id_shape"],
                name="thread_one_turn_by_muted",
                condition=models.Q(one_turn=True),
            ),
        ]

    def __str__(self) -> str:
        return self.thread_id


class ThreadWorker(models.Model):
    """What one host did to one thread. What a probe reports is null where none did.

    `store`, `stored` and `last_at` are the thread's own, said again so that an index holds a host's threads in order.
    """

    store = models.ForeignKey(StoreEntry, on_delete=models.CASCADE, related_name="+", db_index=False)
    stored = models.BooleanField(default=True)
    last_at = models.DateTimeField()
    thread = models.ForeignKey(ThreadEntry, on_delete=models.CASCADE, related_name="workers", db_index=False)
    hostname = models.CharField(max_length=255)  #: "" where the metadata names none
    writes = models.PositiveBigIntegerField(default=0)  #: checkpoints that the store holds of it, by their metadata
    reads = models.PositiveBigIntegerField(null=True)
    misses = models.PositiveBigIntegerField(null=True)
    reported = models.PositiveBigIntegerField(null=True)  #: checkpoints put, as the probe counted them
    #: The kind of place ("memory", "postgres", ...) where all went that the probe reports, when that is no configured
    #: store; "" when some of it was here, or may have been.
    elsewhere = models.CharField(max_length=16, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "hostname"], name="host_once_a_thread")]
        indexes = [models.Index(fields=["store", "stored", "hostname", "-last_at", "-thread"], name="threads_of_host")]

    def __str__(self) -> str:
        return self.hostname
