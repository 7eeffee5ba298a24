"""The tallies say what the rows are, counted one by one in plain Python and by the recount."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from django.db import transaction

from inspector.index.recount import count_rows
from inspector.models import UNKNOWN_TIME, HostTally, HourTally, Mute, StoreEntry, StoreTally, ThreadEntry, ThreadWorker

Tables = dict[Any, dict[str, int]]
_MODELS = (StoreTally, HostTally, HourTally)
_KEYS = ("id", "store_id", "hostname", "by", "name", "hour")


def assert_tallies_are_right(store: StoreEntry) -> None:
    kept = _kept(store)
    assert kept == _counted(store)
    with transaction.atomic():
        for model in _MODELS:
            model._base_manager.filter(store=store).delete()
        count_rows(store).write()
        recounted = _kept(store)
        transaction.set_rollback(True)
    assert kept == recounted
    for worker in ThreadWorker.objects.filter(thread__store=store).select_related("thread"):
        thread = worker.thread
        assert (worker.store_id, worker.stored, worker.last_at) == (thread.store_id, thread.stored, thread.last_at)


def assert_marks_are_right(store: StoreEntry, now: datetime) -> None:
    """Every thread that was left after one turn is marked where a mute covers it, and no other."""
    mutes = [
        mute for mute in Mute.objects.filter(store=store, undone_at=None) if not mute.ends_at or mute.ends_at > now
    ]
    for entry in ThreadEntry.every.filter(store=store).prefetch_related("workers"):
        wrote = [w.hostname for w in entry.workers.all() if w.writes or (w.reported and not w.elsewhere)]
        names = {"id": [entry.thread_id], "owner": [entry.owner], "graph": [entry.graph], "host": wrote}
        covered = any(fnmatchcase(name, mute.pattern) for mute in mutes for name in names[mute.what])
        left = entry.stored and entry.one_turn and entry.state != "interrupted"
        assert entry.muted == (left and covered), (entry.thread_id, names, mutes)


def _kept(store: StoreEntry) -> Tables:
    """Without the columns that are 0. A row has to have others."""
    found: Tables = {}
    for model in _MODELS:
        for row in model._base_manager.filter(store=store).values():
            key = (model.__name__, *(row[name] for name in _KEYS[2:] if name in row))
            found[key] = {name: value for name, value in row.items() if name not in _KEYS and value}
            assert found[key]
    return found


def _counted(store: StoreEntry) -> Tables:
    workers: dict[int, list[ThreadWorker]] = defaultdict(list)
    for worker in ThreadWorker.objects.filter(thread__store=store):
        workers[worker.thread_id].append(worker)  # type: ignore[attr-defined]
    found: dict[Any, Counter[str]] = defaultdict(Counter)
    for entry in ThreadEntry.every.filter(store=store):
        if not entry.stored and entry.verified_at == UNKNOWN_TIME:
            continue
        counts = _counts(entry, workers[entry.pk])
        kept = {**counts, "checkpoints": entry.checkpoints, "writes": entry.writes, **_told(entry)}
        found["StoreTally",].update(kept)
        hour = entry.first_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        of_hour = {name: counts[name] for name in ("threads", "left", "left_random", "left_muted") if name in counts}
        for by, name in (("all", ""), ("graph", entry.graph), ("shape", entry.id_shape)):
            found["HourTally", by, name, hour].update(of_hour)
        for worker in workers[entry.pk]:
            if worker.writes or worker.reads or worker.reported:
                found["HostTally", worker.hostname].update({**counts, "checkpoints": worker.writes, **_told(worker)})
            if worker.writes or (worker.reported and not worker.elsewhere):
                found["HourTally", "host", worker.hostname, hour].update(of_hour)
    plain = {key: {name: value for name, value in counts.items() if value} for key, counts in found.items()}
    return {key: counts for key, counts in plain.items() if counts}


def _told(row: ThreadEntry | ThreadWorker) -> dict[str, int]:
    if row.reads is None:
        return {}
    return {"told": 1, "reads": min(row.reads, 10**12), "misses": min(row.misses or 0, 10**12)}


def _counts(entry: ThreadEntry, workers: list[ThreadWorker]) -> dict[str, int]:
    if not entry.stored:
        put = any(worker.reported and not worker.elsewhere for worker in workers)
        missed = {2: "absent_missed", 1: "absent_missed_once"}.get(entry.missed)
        names = ["absent", *([missed] if missed else []), *([] if put else ["never_stored"])]
        return dict.fromkeys(names, 1)
    one_turn = entry.turns == 1 and not entry.turns_is_lower_bound
    left = one_turn and entry.state != "interrupted"
    flags = ("random_id", "several_hosts", "siblings", "clock_skew", "rebuilt_values")
    missed = {2: "missed", 1: "missed_once"}.get(entry.missed)
    names = [
        "threads",
        *(["one_turn"] if one_turn else []),
        *(["left"] if left else []),
        *(["left_random"] if left and entry.random_id else []),
        *(["left_muted"] if left and entry.muted else []),
        *(flag for flag in flags if getattr(entry, flag)),
        *([entry.state] if entry.state in ("interrupted", "failed", "unfinished") else []),
        *([missed] if missed else []),
    ]
    return dict.fromkeys(names, 1)
