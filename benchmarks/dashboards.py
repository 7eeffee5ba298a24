"""Several dashboards with one index: what the store feels of them, and what happens when one of them is killed.

    python benchmarks/dashboards.py [--threads 10000] [--data DIR] [--dashboards 0,1,4,8] [--rate 50]

A server holds the store, another one the index. Each dashboard is a whole `inspector serve`; a writer adds checkpoints
at a steady rate all the while. For each number of dashboards the store's own counters tell transactions and rows read
in a window, less what they are without any dashboard: the writer's. Then the dashboard that syncs is killed again and
again, and the time until another one has finished a pass is taken. In the end the writer stops, and the index is
compared with the store thread by thread.

The store is copied before it is written to.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":  # this file lies beside one that is called as a library which the stores use
    sys.path.pop(0)

import argparse
import logging
import os
import signal
import socket
import statistics
import subprocess
import time
import warnings
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")
logging.disable()

import psycopg  # noqa: E402
from psycopg.conninfo import conninfo_to_dict  # noqa: E402

from benchmarks.scale_bench import Bench  # noqa: E402
from benchmarks.scale_child import STORE, Child  # noqa: E402

_COUNTERS = """
select xact_commit + xact_rollback, tup_returned + tup_fetched,
       (select count(*) from pg_stat_activity
        where datname = current_database() and application_name = 'checkpoint-inspector')
from pg_stat_database where datname = current_database()
"""
_LEASE = "select lease, synced_at from inspector_storeentry"


@dataclass(frozen=True, slots=True)
class Load:
    """What a store's server did in a second, and how many sessions of dashboards it has."""

    transactions: float
    rows: float
    sessions: int


class Dashboards:
    """Any number of them, each in a process of its own."""

    def __init__(self, store: str, index: str, folder: Path) -> None:
        settings = {"INSPECTOR_STORES": f"{STORE}={store}", "INSPECTOR_DATABASE_URL": index}
        self._environment = {**os.environ, **settings, "INSPECTOR_DATA_DIR": str(folder), "INSPECTOR_DEBUG": "0"}
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    def become(self, many: int) -> None:
        while len(self.processes) > many:
            process = self.processes.pop(max(self.processes))
            process.terminate()
            process.wait()
        while len(self.processes) < many:
            self._start()

    def _start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-W", "ignore", "-m", "inspector", "serve", "--port", str(port)]
        process = subprocess.Popen(  # noqa: S603  our own arguments
            command, env=self._environment, stdout=subprocess.DEVNULL
        )
        self.processes[process.pid] = process
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"A dashboard ended with {process.returncode}.")

    def kill(self, pid: int) -> None:
        process = self.processes.pop(pid)
        process.send_signal(signal.SIGKILL)
        process.wait()


def load_of(store: str, seconds: float) -> Load:
    """In the seconds that follow."""
    with psycopg.connect(store, dbname="postgres", autocommit=True) as watching:  # not counted with the store's own
        name = conninfo_to_dict(store)["dbname"]
        query = _COUNTERS.replace("current_database()", "%(name)s").encode()

        def read() -> Any:
            return watching.execute(query, {"name": name}).fetchone()

        before, began = read(), time.monotonic()
        time.sleep(seconds)
        after, took = read(), time.monotonic() - began
    return Load((after[0] - before[0]) / took, (after[1] - before[1]) / took, after[2])


def compare(options: argparse.Namespace, bench: Bench, store: str, index: str) -> None:
    dashboards = Dashboards(store, index, Path(bench.folder))
    with ExitStack() as stack:
        stack.callback(dashboards.become, 0)
        with bench.dashboard(store, index) as child:
            child.ask("build", pace="fast")
            child.ask("settle", most=bench.patience)
        with Child(store=store) as writer:
            writer.ask("begin_writing", url=store, rate=options.rate)
            print(f"{'dashboards':>10} {'transactions/s':>15} {'of them ours':>13} {'rows read/s':>12} {'sessions':>9}")
            alone = None
            for many in [int(text) for text in options.dashboards.split(",")]:
                dashboards.become(many)
                time.sleep(options.window / 2)
                load = load_of(store, options.window)
                alone = load if many == 0 else alone
                ours = load.transactions - alone.transactions if alone else float("nan")
                print(
                    f"{many:10} {load.transactions:15.1f} {ours:13.1f} {load.rows:12,.0f} {load.sessions:9}", flush=True
                )
            kill_some(options, dashboards, index)
        agree(bench, store, index, dashboards, options.window)


def kill_some(options: argparse.Namespace, dashboards: Dashboards, index: str) -> None:
    """The one that syncs, in the middle of a pass, and the seconds until another one has ended one. To be on another
    machine means that nobody can see that it is gone, only that its lease ends."""
    with psycopg.connect(index, autocommit=True) as connection:
        for where, times in (("this machine", options.kills), ("another machine", options.far_kills)):
            seconds = [_kill_one(connection, dashboards, far=where != "this machine") for _ in range(times)]
            if seconds:
                told = f"after {statistics.median(seconds):.1f} s, at most {max(seconds):.1f}"
                print(f"killed on {where}, {times} times: another has synced {told}", flush=True)


def _kill_one(connection: psycopg.Connection, dashboards: Dashboards, *, far: bool) -> float:
    dashboards.become(3)
    dashboards.kill(_syncing(connection, dashboards))
    if far:
        connection.execute("update inspector_storeentry set lease = 'elsewhere:1:' || lease where lease <> ''")
    began, known = time.monotonic(), connection.execute(_LEASE).fetchone()
    while (now := connection.execute(_LEASE).fetchone()) and known and now[1] == known[1]:
        time.sleep(0.05)
    return time.monotonic() - began


def _syncing(connection: psycopg.Connection, dashboards: Dashboards) -> int:
    """The process that holds the lease."""
    while True:
        row = connection.execute(_LEASE).fetchone()
        for pid in dashboards.processes:
            if row and f":{pid}:" in row[0]:
                return pid
        time.sleep(0.001)


def agree(bench: Bench, store: str, index: str, dashboards: Dashboards, seconds: float) -> None:
    """After so many seconds without a write the dashboards end, and the index is laid beside the store."""
    time.sleep(seconds)
    dashboards.become(0)
    with bench.dashboard(store, index) as child:
        print(f"{child.ask('stale')} threads differ from the store, {seconds:.0f} s after the last write")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--threads", type=int, default=10_000)
    parser.add_argument("--data", type=Path, help="where the store is kept")
    parser.add_argument("--dashboards", default="0,1,4,8", help="how many, one after the other (0,1,4,8)")
    parser.add_argument("--rate", type=float, default=50.0, help="checkpoints a second of the writer (50)")
    parser.add_argument("--window", type=float, default=30.0, help="seconds for each number (30)")
    parser.add_argument("--kills", type=int, default=5, help="of the dashboard that syncs (5)")
    parser.add_argument("--far-kills", type=int, default=1, help="as if on another machine: two minutes each (1)")
    options = parser.parse_args()
    with Bench(options.threads, options.threads, options.data) as bench, bench.writable() as store:
        compare(options, bench, store, bench.index("postgres", "dashboards"))


if __name__ == "__main__":
    main()
