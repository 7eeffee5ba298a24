"""A realistic Postgres checkpoint store of any number of threads, for benchmarks.

    python benchmarks/store.py make --threads 1000000 [--data DIR] [--seed 1] [--churn] [--stay]
    python benchmarks/store.py write --url URL --rate R [--seconds S]

`make` fills a database in a kept directory, unless it is filled already, and prints its URL, which is good as long as
the command stays (`--stay`, until interrupted). A million threads take some minutes and 23 GB. `--churn` then deletes
one thread in twenty and vacuums, so that freed pages are everywhere.

`write` adds R checkpoints a second with the statements of LangGraph's saver, as fast as it can with 0, and tells how
fast that was.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver

from benchmarks.filling import fill
from benchmarks.learn import learn_families
from benchmarks.mark import RULES, read_mark, write_mark
from benchmarks.plan import Parameters, Plan
from benchmarks.writer import LiveWriter, Writer
from inspector.demo.binaries import EmbeddedPostgresError
from inspector.demo.embedded import EmbeddedPostgres

__all__ = ["Writer", "default_home", "store_of"]

DATABASE = "store"
#: A server as it comes, but for its address. Any number of readers may be compared on it.
_ADDRESS = {"listen_addresses": "", "unix_socket_permissions": "0777", "timezone": "UTC", "max_connections": "200"}
_LOADING = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_wal_size": "8GB",
}


@contextmanager
def store_of(threads: int, *, data: Path | None = None, seed: int = 1, churn: bool = False) -> Iterator[str]:
    """The URL of a store, filled when it is not yet, and served while the block lasts. When another process serves the
    same directory, it is that one's."""
    home = data or default_home(threads, seed=seed, churn=churn)
    try:
        server = EmbeddedPostgres(home, settings=_ADDRESS | _LOADING)
    except EmbeddedPostgresError:
        yield _served(home)
        return
    try:
        if not _is_filled(home, threads, seed, churn):
            _make(server, threads, seed, churn)
            (home / "filled.json").write_text(json.dumps([RULES, threads, seed, churn]))
        server.settings = _ADDRESS
        server.start()
        url = server.url_for(DATABASE)
        (home / "url").write_text(url)
        yield url
    finally:
        (home / "url").unlink(missing_ok=True)
        server.close()


def default_home(threads: int, *, seed: int = 1, churn: bool = False) -> Path:
    """Where a store is kept by default."""
    name = f"inspector-store-{threads}-{seed}{'-churned' if churn else ''}"
    return Path(tempfile.gettempdir()) / name


def _served(home: Path) -> str:
    with suppress(FileNotFoundError):
        url = (home / "url").read_text()
        with psycopg.connect(url):
            return url
    raise EmbeddedPostgresError(f"Another process is filling {home}.")


def _is_filled(home: Path, threads: int, seed: int, churn: bool) -> bool:
    with suppress(FileNotFoundError, ValueError):
        return bool(json.loads((home / "filled.json").read_text()) == [RULES, threads, seed, churn])
    return False


def _make(server: EmbeddedPostgres, threads: int, seed: int, churn: bool) -> None:
    """Fill a new database with a server that takes no care of its data, and bring that to the disk at the end."""
    (server.directory / "filled.json").unlink(missing_ok=True)
    server.start()
    for name in (DATABASE, "scratch"):
        server.drop_database(name)
    parameters = Parameters(threads, seed, int(time.time() * 1_000_000))
    url = server.create_database(DATABASE)
    with PostgresSaver.from_conn_string(url) as saver:
        saver.setup()
    families = learn_families(server.create_database("scratch"))
    fill(url, families, parameters)
    server.drop_database("scratch")
    if churn:
        delete_some(url, parameters)
    write_mark(url, parameters, families, churned=churn)
    with server.connect() as connection:
        connection.execute("checkpoint")
    server.stop()
    os.sync()


def delete_some(url: str, parameters: Parameters) -> None:
    """One thread in twenty, and a vacuum."""
    plan = Plan(parameters)
    gone = [plan.thread_id(thread) for thread in range(plan.threads) if plan.draw(thread, 10) < 0.05]
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes"):
            for first in range(0, len(gone), 1_000):
                statement = f"delete from {table} where thread_id = any(%s)"  # noqa: S608
                connection.execute(statement.encode(), [gone[first : first + 1_000]])
        connection.execute("vacuum analyze")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="make a store, or serve one that was made")
    make.add_argument("--threads", type=int, required=True)
    make.add_argument("--data", type=Path, help="where it is kept")
    make.add_argument("--seed", type=int, default=1)
    make.add_argument("--churn", action="store_true", help="delete one thread in twenty, vacuum")
    make.add_argument("--stay", action="store_true", help="serve it until interrupted")
    write = commands.add_parser("write", help="add checkpoints to one, and tell how fast that was")
    write.add_argument("--url", required=True)
    write.add_argument("--rate", type=float, required=True, help="checkpoints a second; 0 is as fast as it can")
    write.add_argument("--seconds", type=float, help="for how long; until interrupted, or until its input ends")
    options = parser.parse_args()
    if options.command == "write":
        write_to(options.url, options.rate, options.seconds)
        return
    with store_of(options.threads, data=options.data, seed=options.seed, churn=options.churn) as url:
        print(url, flush=True)
        if options.stay:
            stopping().wait()


def write_to(url: str, rate: float, seconds: float | None) -> None:
    """Says when it begins, and at the end what it did."""
    writer = LiveWriter(url, *read_mark(url), rate=rate)
    stop = stopping()
    if seconds is None:
        threading.Thread(target=_stop_with_input, args=(stop,), daemon=True).start()
    print("writing", flush=True)
    print(json.dumps(asdict(writer.run(math.inf if seconds is None else seconds, stop))), flush=True)


def _stop_with_input(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


def stopping() -> threading.Event:
    """Set when somebody interrupts or ends this process."""
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    return done


if __name__ == "__main__":
    main()
