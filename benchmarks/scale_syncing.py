"""Commands of a measuring process that syncs: builds and passes, gated so that they stop only between two reads."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone

from benchmarks.figures import mapped_memory, most_memory
from inspector.index.background import BackgroundSync
from inspector.index.compare import find_stale
from inspector.index.connections import get_reader
from inspector.index.lease import lease_of
from inspector.index.pace import FAST, GENTLE, Pace
from inspector.index.passes import run_pass
from inspector.index.progress import silent
from inspector.models import StoreEntry, ThreadEntry

COMMANDS = (
    "migrate",
    "build",
    "begin_build",
    "gate",
    "one_pass",
    "settle",
    "background",
    "end_pass",
    "digest",
    "stale",
    "sizes",
)
_PACES = {"fast": FAST, "gentle": GENTLE}
#: Columns that two indexes of the same store share, whenever either was made.
_FACTS = (
    "thread_id", "turns", "turns_is_lower_bound", "one_turn", "checkpoints", "writes", "namespaces", "first_at",
    "last_at", "last_checkpoint_id", "state", "owner", "random_id", "several_hosts", "siblings", "clock_skew",
    "rebuilt_values",
)  # fmt: skip
_open = threading.Event()
_open.set()
_background: list[BackgroundSync] = []
_shut_at: list[float] = []


def migrate() -> None:
    call_command("migrate", verbosity=0)


def build(pace: str, seconds: float = 1e9, full: bool = False) -> dict[str, Any]:
    """Passes until all threads have been read, or the time is over. `full` reads those anew that are there."""
    return _build(_PACES[pace], seconds, full=full)


def _build(pace: Pace, seconds: float, *, full: bool = False) -> dict[str, Any]:
    began = time.monotonic()
    report = run_pass(get_reader(), pace=pace, full=full)
    while (report.building or report.folding) and time.monotonic() - began < seconds:
        report = run_pass(get_reader(), pace=pace)
    entry = StoreEntry.objects.get()
    return {
        "seconds": time.monotonic() - began,
        "memory": most_memory(),
        "mapped": mapped_memory(),
        "building": report.building,
        "complete": report.complete,
        "threads": entry.threads,
        "checkpoints": entry.checkpoints,
        "walked": entry.walk_done / max(1, entry.walk_total or entry.walk_done) if report.building else 1.0,
    }


def begin_build(pace: str) -> None:
    """In a thread of its own, which waits at the gate."""
    gated = replace(_PACES[pace], sleep=_wait_at_gate)
    threading.Thread(target=_build, args=(gated, 1e9), daemon=True).start()


def _wait_at_gate(seconds: float) -> None:
    time.sleep(seconds)
    _open.wait()


def gate(open: bool) -> dict[str, Any]:
    """Lets the build go on, or stops it at its next rest. Says how far it is."""
    (_open.set if open else _open.clear)()
    entry = StoreEntry.objects.first()
    return {"building": entry is None or entry.synced_at is None}


def one_pass(pace: str = "fast") -> dict[str, Any]:
    began = time.monotonic()
    report = run_pass(get_reader(), pace=_PACES[pace])
    seconds = time.monotonic() - began
    told = {name: getattr(report, name) for name in ("looked", "changed", "removed", "verified", "left", "complete")}
    return {"seconds": seconds, "waits_for": StoreEntry.objects.get().compare, **told}


def settle(most: float = 90.0) -> dict[str, Any]:
    """Passes until the counters were still for so long that nothing is left to prove. They arrive late."""
    began, told = time.monotonic(), one_pass()
    while (told["waits_for"] or told["left"] or not told["complete"]) and time.monotonic() - began < most:
        time.sleep(1)
        told = one_pass()
    return {**told, "seconds": time.monotonic() - began}


def background(on: bool) -> None:
    """Passes as a dashboard makes them. While they are off no time passes for what they wait for."""
    if on:
        if _shut_at:
            away = timedelta(seconds=time.monotonic() - _shut_at.pop())
            StoreEntry.objects.update(rest_until=F("rest_until") + away, search_at=F("search_at") + away)
        _background.append(BackgroundSync([get_reader()], pause=2.0))
        _background[-1].start()
    else:
        _background.pop().stop(60.0)
        _shut_at.append(time.monotonic())


def end_pass() -> None:
    """Waits until none is under way: a window holds whole passes, and their rests count like any other time."""
    while StoreEntry.objects.exclude(lease="").exists():
        time.sleep(0.05)


def digest() -> str:
    """Of what the index says of every thread: the same for two indexes that are equal."""
    told = hashlib.sha256()
    for row in ThreadEntry.objects.order_by("thread_id").values_list(*_FACTS).iterator(chunk_size=5_000):
        told.update(repr(row).encode())
    return told.hexdigest()


def stale() -> int:
    """Threads that differ from the store, or that either lacks."""
    with lease_of(StoreEntry.objects.get()) as lease:
        return len(find_stale(lease, get_reader().store, timezone.now(), silent))


def sizes() -> dict[str, Any]:
    """Bytes of the index."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        connection.close()  # the last one brings its log into the file
        return {"bytes": sum(os.path.getsize(path) for path in Path(name).parent.glob(Path(name).name + "*"))}
    with connection.cursor() as cursor:
        cursor.execute("select pg_database_size(current_database())")
        return {"bytes": cursor.fetchone()[0]}
