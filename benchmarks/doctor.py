"""What the diagnosis of a large store costs: all rules together, each by itself, and what they ask.

    python -m benchmarks.doctor --threads 100000 [--url URL] [--index FILE] [--times 5]

The store is `benchmarks.store`'s, kept and filled when it is not yet, its index a SQLite file that is made when it is
not there. Beside the store some hosts report to a ledger, so that no rule ends at once for want of the probe. CPU is
this process' own: on a busy machine it says more than seconds do.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

STORE = "store"
#: Aim: all rules together, at a million threads.
AIM = 1.0
HOSTS = 20


@dataclass
class Asked:
    """How often the store and the index were asked."""

    reads: int = 0
    queries: int = 0
    names: set[str] = field(default_factory=set)


class CountingStore:
    """A store that counts what it is asked for."""

    def __init__(self, store: Any, asked: Asked) -> None:
        self._store = store
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def ask(*arguments: Any, **named: Any) -> Any:
            self._asked.reads += 1
            self._asked.names.add(name)
            return found(*arguments, **named)

        return ask


def main() -> None:
    options = _options()
    with _url(options) as url:
        index = options.index or Path(tempfile.gettempdir()) / f"inspector-doctor-index-{options.threads}.sqlite3"
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "inspector.settings",
            "INSPECTOR_STORES": f"{STORE}={url}",
            "INSPECTOR_DATABASE_URL": f"sqlite:///{index}",
            "INSPECTOR_SECRET_KEY": "only-for-benchmarks",
            "INSPECTOR_DATA_DIR": tempfile.mkdtemp(),
        }
        import django

        django.setup()
        _report(url)
        _build()
        _measure(options.times)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=100_000)
    parser.add_argument("--url", help="a store that is there; then --threads only names the index")
    parser.add_argument("--index", type=Path, help="the SQLite file of the index")
    parser.add_argument("--times", type=int, default=5)
    return parser.parse_args()


@contextmanager
def _url(options: argparse.Namespace) -> Iterator[str]:
    if options.url:
        yield options.url
        return
    from benchmarks.store import store_of

    with store_of(options.threads) as url:
        yield url


def _report(url: str) -> None:
    """Workers that write to the store tell so, as the probe does."""
    from inspector.index.connections import get_reader
    from inspector.probe.ledger_schema import Batch, Place, WorkerReport
    from inspector.probe.ledgers import open_ledger

    store, now = get_reader().store, time.time()
    place = Place(0, "langgraph.checkpoint.postgres.PostgresSaver", "postgres", store.read_identities(), store.safe_url)
    ledger = open_ledger(url)
    for number in range(HOSTS):
        worker = f"{number:032}"
        report = WorkerReport(worker, f"web-{number}", 7, now, now, checkpoints=9, places=(place,))
        ledger.write(Batch(int(now * 1000), report, ()))
    ledger.close()


def _build() -> None:
    from django.core.management import call_command

    from inspector.index.connections import get_reader
    from inspector.index.pace import FAST
    from inspector.index.passes import run_pass

    call_command("migrate", verbosity=0, interactive=False)
    began = time.monotonic()
    while run_pass(get_reader(), pace=FAST).building:
        pass
    print(f"index ready after {time.monotonic() - began:.1f} s", file=sys.stderr)


def _measure(times: int) -> None:
    from inspector.doctor.diagnosis import diagnose
    from inspector.doctor.engine import examine
    from inspector.doctor.rules import rules
    from inspector.index.connections import close_readers
    from inspector.models import StoreEntry

    entry = StoreEntry.objects.get(name=STORE)
    case, _ = _case(entry)
    examine(case)  # connections, plans and caches
    burnt = time.process_time()
    whole = [_timed(lambda: diagnose(case.reader, entry, case.moment)) for _ in range(times)]
    burnt = (time.process_time() - burnt) / times
    shared, asked = _case(entry)
    print(f"{'rule':24}{'shared ms':>10}{'alone ms':>10}{'reads':>7}{'queries':>9}  status")
    for slug, rule in rules().items():
        before = (asked.reads, asked.queries)
        seconds, (finding,) = _result(lambda rule=rule: examine(shared, [rule]), asked)  # type: ignore[misc]
        reads, queries = asked.reads - before[0], asked.queries - before[1]
        alone = statistics.median(
            _timed(lambda rule=rule: examine(_case(entry)[0], [rule]))  # type: ignore[misc]
            for _ in range(3)
        )
        print(f"{slug:24}{seconds * 1e3:10.1f}{alone * 1e3:10.1f}{reads:7}{queries:9}  {finding.status}")
    print(
        f"\n{len(rules())} rules over {entry.threads:,} threads: {asked.reads} reads ({', '.join(sorted(asked.names))})"
    )
    median = statistics.median(whole)
    print(f"diagnose(), recorded: median {median:.3f} s, least {min(whole):.3f} s, most {max(whole):.3f} s", end="")
    print(f", CPU {burnt:.3f} s (aim at a million: {AIM:.1f} s)")
    close_readers()


def _case(entry: Any) -> tuple[Any, Asked]:
    from dataclasses import replace

    from django.utils import timezone

    from inspector.doctor.case import Case
    from inspector.index.connections import get_reader
    from inspector.index.queries import Moment
    from inspector.stores.base import CheckpointStore

    asked = Asked()
    reader = get_reader()
    counting = replace(reader, store=cast("CheckpointStore", CountingStore(reader.store, asked)))
    return Case(counting, entry, Moment(timezone.now(), 1800)), asked


def _timed(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _result(run: Callable[[], Any], asked: Asked) -> tuple[float, Any]:
    from django.db import connection

    def count(execute: Callable[..., Any], *given: Any) -> Any:
        asked.queries += 1
        return execute(*given)

    began = time.perf_counter()
    with connection.execute_wrapper(count):
        found = run()
    return time.perf_counter() - began, found


if __name__ == "__main__":
    main()
