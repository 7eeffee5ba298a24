"""The pages about orphans at a million threads, of which 300,000 have one turn.

    python -m benchmarks.orphans [--threads 1000000] [--share 0.3] [--keep DIRECTORY] [--times 30] [--explain]

With `--keep` the index stays there and is used again, by the clock of when it was made. Prints how long marking takes
where mutes come and go, and of each page p50 and p95, the median of CPU time, its statements, and the slowest of them.
Of a page that there is not, its status stands alone. `--explain` shows how the database answers what was slowest on
pages over the bound.
"""

from __future__ import annotations

import argparse
import gc
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.figures import percentile

STORE = "store"
#: Milliseconds at p95.
AIM = 100.0
WINDOWS = ("1h", "6h", "24h", "7d", "30d")
LISTS = (
    "/orphans/?host=web-7",
    "/orphans/?graph=support",
    "/orphans/?graph=migration",
    "/orphans/?shape=uuid4",
    "/orphans/?shape=integer",
    "/orphans/?muted=show",
    "/orphans/?muted=only",
    "/threads/",
    "/threads/?flag=orphan",
    "/threads/?flag=orphan&sort=turns",
    "/threads/?flag=orphan&host=web-7",
    "/threads/?flag=orphan&graph=support",
    "/threads/?flag=orphan&graph=nightly-report",
    "/threads/?flag=orphan&graph=migration",
    "/threads/?flag=orphan&graph=(unnamed)",
    "/threads/?flag=orphan&shape=uuid4",
    "/threads/?flag=orphan&shape=integer",
    "/threads/?flag=orphan&shape=integer&host=web-7",
    "/threads/?graph=support",
    "/threads/?graph=migration",
    "/threads/?shape=integer",
    "/threads/?muted=only",
    "/threads/?flag=orphan&muted=only",
    "/threads/?flag=orphan&muted=show",
)
OTHERS = ("/orphans/conversations/", "/orphans/alerts/", "/orphans/mutes/", "/-/metrics")
MUTES = (
    ("id", "nightly-*"),
    ("graph", "nightly-report"),
    ("host", "batch-*"),
    *(("owner", f"user-{number}??") for number in range(17)),
)


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    parameters: Any
    seconds: float


@dataclass(frozen=True, slots=True)
class Opened:
    """`cpu` are seconds of this process alone: on a busy machine they say more."""

    status: int
    size: int
    seconds: float
    cpu: float
    statements: list[Statement]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1_000_000)
    parser.add_argument("--share", type=float, default=0.3, help="of threads with one turn")
    parser.add_argument("--keep", type=Path, help="a directory for the index, used again where it has one")
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--only", default="", help="pages whose address begins so")
    parser.add_argument("--explain", action="store_true")
    options = parser.parse_args()
    with _directory(options.keep) as directory:
        _begin(directory)
        now = _built(directory, options.threads, options.share)
        with patch("django.utils.timezone.now", lambda: now):
            _mark("no mutes", (), now)
            _measure(options)
            _mark("20 mutes", MUTES, now)
            _measure(options)
            _mark("no mutes again", (), now)


@contextmanager
def _directory(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="inspector-orphans-") as directory:
        yield Path(directory)


def _begin(directory: Path) -> None:
    """A store that holds nothing, and the index in a file beside it."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    with SqliteSaver.from_conn_string(str(directory / "store.sqlite3")) as saver:
        saver.setup()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "inspector.settings",
        "INSPECTOR_STORES": f"{STORE}=sqlite:///{directory / 'store.sqlite3'}",
        "INSPECTOR_DATABASE_URL": f"sqlite:///{directory / 'index.sqlite3'}",
        "INSPECTOR_SECRET_KEY": "only-for-benchmarks",
        "INSPECTOR_DATA_DIR": str(directory),
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def _built(directory: Path, threads: int, share: float) -> datetime:
    """When the index was made."""
    from django.utils import timezone

    from benchmarks.orphan_rows import write_threads
    from inspector.models import StoreEntry

    store, _ = StoreEntry.objects.get_or_create(name=STORE)
    if store.threads != threads:
        store.delete()
        store, began = StoreEntry.objects.create(name=STORE), time.monotonic()
        write_threads(store, threads, share, timezone.now())
        print(f"{threads:,} threads written in {time.monotonic() - began:.1f} s", flush=True)
    if store.synced_at is None:
        raise RuntimeError("the index is not whole")
    size = (directory / "index.sqlite3").stat().st_size
    print(f"index of {size / 2**20:,.0f} MB, {sqlite3.sqlite_version=}", flush=True)
    return store.synced_at + timedelta(seconds=1)


def _mark(words: str, patterns: tuple[tuple[str, str], ...], now: datetime) -> None:
    from inspector.index.marking import mark
    from inspector.index.tallies import read_tally
    from inspector.models import Mute, StoreEntry

    store = StoreEntry.objects.get(name=STORE)
    Mute.objects.filter(store=store).delete()
    for what, pattern in patterns:
        Mute.objects.create(store=store, what=what, pattern=pattern, reason="a job", made_at=now)
    began = time.monotonic()
    mark(STORE)
    tally = read_tally(store)
    took = time.monotonic() - began
    print(f"\n{words}: marked in {took:.1f} s; {tally.left_muted:,} of {tally.left:,} one-turn threads are muted")


def _measure(options: argparse.Namespace) -> None:
    print(f"{'page':48}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms':>9}{'queries':>9}{'slowest ms':>12}{'KB':>7}")
    for path in (*(f"/orphans/?window={name}" for name in WINDOWS), *LISTS, *OTHERS):
        if path.startswith(options.only):
            _measure_page(path, options.times, explain=options.explain)


def _measure_page(path: str, times: int, *, explain: bool) -> None:
    opened = [_open(path)]  # the first one warms up
    if opened[0].status != 200:
        print(f"{path:48}{opened[0].status:>9}")
        return
    gc.collect()
    gc.freeze()  # as `inspector serve` does before it answers
    opened = [_open(path) for _ in range(times)]
    seconds = [1000 * one.seconds for one in opened]
    p50, p95 = statistics.median(seconds), percentile(seconds, 0.95)
    cpu = 1000 * statistics.median(one.cpu for one in opened)
    slowest = sorted(opened[-1].statements, key=lambda one: -one.seconds)
    over = "  OVER" if p95 > AIM else ""
    print(
        f"{path:48}{p50:9.1f}{p95:9.1f}{cpu:9.1f}{len(slowest):9}{1000 * slowest[0].seconds:12.1f}"
        f"{opened[-1].size // 1024:7}{over}",
        flush=True,
    )
    if explain and over:
        for one in slowest[:3]:
            _explain(one)


def _open(path: str) -> Opened:
    from benchmarks.signing_in import signed_in

    client = signed_in()
    with _recorded() as statements:
        began, burnt = time.perf_counter(), time.process_time()
        answer = client.get(path, headers={"host": "localhost"})
        size = len(answer.content)
        took = time.perf_counter() - began, time.process_time() - burnt
    return Opened(answer.status_code, size, *took, statements)


@contextmanager
def _recorded() -> Iterator[list[Statement]]:
    from django.db import connection

    statements: list[Statement] = []

    def record(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            statements.append(Statement(sql, parameters, time.perf_counter() - began))

    with connection.execute_wrapper(record):
        yield statements


def _explain(statement: Statement) -> None:
    from django.db import connection

    print(f"    {1000 * statement.seconds:.1f} ms: {statement.sql[:1500]} {str(statement.parameters)[:300]}")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement.sql}", statement.parameters)
        for row in cursor.fetchall():
            print(f"        {row[-1]}")


if __name__ == "__main__":
    main()
