"""Several processes write at once, connections are cut, processes fork: the sums stay exact."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
import redis

from inspector.ledger.base import LedgerReader
from inspector.probe.ledger_schema import Ledger
from tests.integration.ledger.conftest import SERVERS, OpenWriter
from tests.integration.ledger.hammer import THREADS, hammer, send
from tests.integration.ledger.samples import batch, counts, report

_FORK = """
import os, sys
from inspector.probe.ledgers import open_ledger
from tests.integration.ledger.samples import batch, counts, report
ledger, parent = open_ledger(sys.argv[1]), report("parent")
ledger.write(batch(parent, 1, counts("thread-0", reads=1)))
pid = os.fork()
if not pid:
    ledger.forget()
    ledger.write(batch(report("child"), 1, counts("thread-0", reads=1)))
    sys.exit(0)  # with what an exit collects and closes
assert os.waitpid(pid, 0)[1] == 0
ledger.write(batch(parent, 2, counts("thread-0", reads=1)))  # on the connection that it had
ledger.close()
"""


def sums(reader: LedgerReader) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in reader.read_counts(THREADS).rows:
        found[row.thread_id] += row.reads
    return found


def test_four_processes_at_once_add_up(ledger_url: str, reader: LedgerReader) -> None:
    """All of them find an empty ledger, and all begin to make its tables."""
    command = [sys.executable, "-W", "error", "-m", "tests.integration.ledger.hammer", ledger_url]
    running = [
        subprocess.Popen([*command, f"web-{number}", "40"], stdout=subprocess.PIPE, text=True) for number in range(4)
    ]
    done: Counter[str] = Counter()
    for process in running:
        printed, _ = process.communicate()
        assert process.returncode == 0
        done += Counter(json.loads(printed))

    assert sums(reader) == done
    assert done.total() == 4 * 40 * 5
    assert len(reader.read_workers().reports) == 4


def test_whoever_begins_together_makes_the_tables_once(
    ledger_url: str, open_writer: OpenWriter, reader: LedgerReader
) -> None:
    writers = [open_writer(ledger_url) for _ in range(6)]
    start = threading.Barrier(len(writers))

    def begin(ledger: Ledger) -> None:
        start.wait()
        ledger.write(batch(report(), 1, counts("a", reads=1)))

    with ThreadPoolExecutor(len(writers)) as pool:
        list(pool.map(begin, writers))

    assert len(reader.read_thread("a")) == len(writers)


@pytest.mark.parametrize("ledger_url", SERVERS, indirect=True)
def test_no_addition_is_lost_or_counted_twice_while_connections_are_cut(
    ledger_url: str, open_writer: OpenWriter, reader: LedgerReader
) -> None:
    writers = {f"web-{number}": open_writer(ledger_url) for number in range(3)}
    with cutting(ledger_url) as cut, ThreadPoolExecutor(len(writers)) as pool:
        done = sum(pool.map(lambda item: hammer(item[1], item[0], 150), writers.items()), Counter[str]())

    assert sum(cut) > 10
    assert sums(reader) == done


def test_a_forked_child_and_its_parent_both_go_on(ledger_url: str, reader: LedgerReader) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", _FORK, ledger_url], check=True)

    assert {row.hostname: row.reads for row in reader.read_thread("thread-0")} == {"parent": 2, "child": 1}


def test_every_change_under_concurrent_writers_is_named(
    ledger_url: str, open_writer: OpenWriter, reader: LedgerReader
) -> None:
    """Who follows the changes page by page, and reads only what they name, ends with every sum right."""
    followed: dict[str, int] = {}
    after = ""

    def follow() -> bool:
        nonlocal after
        changes = reader.read_changes(after, limit=7)
        rows = reader.read_counts(changes.thread_ids).rows
        for name in changes.thread_ids:
            followed[name] = sum(row.reads for row in rows if row.thread_id == name)
        after = changes.after
        return changes.more

    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(hammer, open_writer(ledger_url), f"web-{number}", 60) for number in range(3)]
        while not all(future.done() for future in running):
            follow()
        done = sum((future.result() for future in running), Counter[str]())
    while follow():
        pass
    while follow():  # a scan that began while the last batches came in may have passed them
        pass

    assert followed == done


@contextmanager
def cutting(url: str) -> Iterator[list[int]]:
    """Cuts the writers' connections over and over for as long as the context lasts."""
    over, cut = threading.Event(), [0]

    def work() -> None:
        while not over.wait(0.003 * (1 + len(cut) % 10)):  # on a busy machine, too, some writes come through
            cut.append(_cut_postgres(url) if url.startswith("postgres") else _cut_redis(url))

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        try:
            yield cut
        finally:
            over.set()
            running.result()


def _cut_postgres(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'checkpoint-inspector-probe' and datname = current_database()"
        ).rowcount


def _cut_redis(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        probes = [found for found in client.client_list() if found["name"] == "checkpoint-inspector-probe"]
        return sum(client.client_kill_filter(_id=found["id"]) for found in probes)


def test_a_batch_whose_answer_was_lost_counts_once(ledger_url: str, writer: Ledger, reader: LedgerReader) -> None:
    """What the writer cannot know, it sends again: here it always does."""
    worker = report()
    for number in range(1, 6):
        sent = batch(worker, number, counts("a", reads=1, errors={"E": 1}))
        writer.write(sent)
        writer.close()
        send(writer, sent)

    (row,) = reader.read_thread("a")
    assert (row.reads, row.errors) == (5, {"E": 5})
