"""What the dashboard said and was told: findings, mutes, alerts, messages. All but findings cannot be made anew."""

from __future__ import annotations

from django.db import models

from inspector.models.entries import StoreEntry


class FindingEntry(models.Model):
    """What one rule of the diagnosis said of a store when it was last looked at, and since when."""

    store = models.ForeignKey(StoreEntry, on_delete=models.CASCADE, related_name="+", db_index=False)
    rule = models.CharField(max_length=100)
    status = models.CharField(max_length=10)  #: ok, warning, error or unknown
    since = models.DateTimeField(null=True)  #: when it was first seen as the problem that it is; None when it is none
    seen_at = models.DateTimeField(null=True)  #: when it was last seen as such a problem
    fixed_at = models.DateTimeField(null=True)  #: when it was first seen as none after that; None while it is one
    was = models.TextField(default="")  #: the headline that it had as a problem, to be told once it is fixed
    finding = models.JSONField()  #: all that it said, see `doctor.record`

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "rule"], name="finding_once_a_rule")]

    def __str__(self) -> str:
        return self.rule


class Mute(models.Model):
    """Threads that somebody has said to be as they should: they count, and nobody is told of them.

    `pattern` is compared with a thread's id, owner, graph or host (one of those that wrote to it), case-sensitively and
    as a shell does: `*`, `?` and `[...]`.
    """

    store = models.ForeignKey(StoreEntry, on_delete=models.CASCADE, related_name="mutes")
    what = models.CharField(max_length=5)  #: "id", "owner", "host" or "graph"
    pattern = models.TextField()
    reason = models.TextField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)  #: None until it is undone
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.what}={self.pattern}"


class AlertEntry(models.Model):
    """A stretch of time in which a host left more threads after one turn than was to be expected. The figures are those
    of the moment when it fired; shares are from 0 to 1."""

    store = models.ForeignKey(StoreEntry, on_delete=models.CASCADE, related_name="alerts")
    hostname = models.CharField(max_length=255)
    fired_at = models.DateTimeField()
    since = models.DateTimeField()  #: when the first of those threads began
    ended_at = models.DateTimeField(null=True)  #: None while it fires
    end = models.CharField(max_length=10, default="")  #: why: "fixed", "quiet" (the host began no more) or "muted"
    threads = models.PositiveIntegerField()  #: its newest threads that were looked at
    orphans = models.PositiveIntegerField()  #: of these, those that nobody went on with
    expected = models.FloatField()  #: share that was to be expected
    #: Of what: the host's own week ("host"), all hosts' ("store"), that of the graphs which its threads run ("graph"),
    #: the other hosts now ("others"), or nothing ("none").
    basis = models.CharField(max_length=10)
    random_ids = models.PositiveIntegerField(default=0)  #: of the orphans, those with a random id
    thread_ids = models.JSONField(default=list)  #: some of them, newest first

    class Meta:
        indexes = [models.Index(fields=["store", "-fired_at"], name="alert_by_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "hostname"], condition=models.Q(ended_at=None), name="alert_once_a_host"
            )
        ]

    def __str__(self) -> str:
        return self.hostname


class Delivery(models.Model):
    """A message that is to reach people over one channel, and how far it has come. A test is of no alert."""

    alert = models.ForeignKey(AlertEntry, on_delete=models.CASCADE, related_name="deliveries", null=True)
    channel = models.CharField(max_length=10)  #: "webhook" or "email"
    event = models.CharField(max_length=10)  #: "firing", "resolved" or "test"
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()  #: no attempt before
    attempts = models.PositiveIntegerField(default=0)
    #: An attempt is under way, or one ended without an answer: it may have arrived, though nothing confirms it.
    unsure = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)  #: given up, or not needed any more
    error = models.TextField(default="")  #: what came of the last attempt, in words; "" when nothing went wrong
    answer = models.TextField(default="")  #: how it was taken, in words; "" until it was

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(sent_at=None, dropped_at=None), name="delivery_due")
        ]
        constraints = [models.UniqueConstraint(fields=["alert", "channel", "event"], name="delivery_once")]

    def __str__(self) -> str:
        return f"{self.event} by {self.channel}"
