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
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver

from benchmarks.learn import learn_families
from benchmarks.load import fill
from benchmarks.plan import Parameters, Plan
from inspector.demo.binaries import EmbeddedPostgresError
from inspector.demo.embedded import EmbeddedPostgres

DATABASE = "store"
#: What the rows look like: another number here makes kept stores be filled anew.
RULES = 1
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
_MARK = "create table if not exists filled (rules int, threads int, seed int, until bigint, churned bool)"


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
    with server.connect() as connection:
        connection.execute("drop table if exists filled")
        connection.execute(_MARK)
        connection.execute(
            "insert into filled values (%s, %s, %s, %s, %s)", [RULES, threads, seed, parameters.until, churn]
        )
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


def parameters_of(url: str) -> Parameters:
    """What the store at `url` was made from."""
    with psycopg.connect(url, dbname="postgres") as connection:
        row = connection.execute("select threads, seed, until from filled").fetchone()
    assert row is not None  # noqa: S101
    return Parameters(*row)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="make a store, or serve one that was made")
    make.add_argument("--threads", type=int, required=True)
    make.add_argument("--data", type=Path, help="where it is kept")
    make.add_argument("--seed", type=int, default=1)
    make.add_argument("--churn", action="store_true", help="delete one thread in twenty, vacuum")
    make.add_argument("--stay", action="store_true", help="serve it until interrupted")
    options = parser.parse_args()
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with store_of(options.threads, data=options.data, seed=options.seed, churn=options.churn) as url:
        print(url, flush=True)
        if options.stay:
            done.wait()


if __name__ == "__main__":
    main()
