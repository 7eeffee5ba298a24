"""A worker that a signal ends, which runs no exit handlers, can still say goodbye."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest
from langgraph.checkpoint.postgres import PostgresSaver

from inspector.demo.embedded import EmbeddedPostgres
from inspector.ledger.registry import open_ledger_reader
from inspector.probe import finish, watch
from inspector.stores.guard import Limits
from tests.probing import probing_into

# Serves two requests, and then ends as Uvicorn does: by the very signal that stopped it.
WORKER = """
import os, signal, sys
from inspector import probe
probe.install(ledger=sys.argv[1], hostname="web-1")
from langgraph.checkpoint.memory import InMemorySaver
from inspector.demo.graphs.chat import build_chat
graph = build_chat(InMemorySaver())
for _ in range(2):
    graph.invoke({"messages": [("user", "Hi.")]}, {"configurable": {"thread_id": "one"}})
if sys.argv[2] == "finish":
    assert probe.finish()
else:
    assert probe.flush()
os.kill(os.getpid(), signal.SIGTERM)
"""


def test_where_no_thread_can_be_started_any_more_a_worker_says_goodbye_all_the_same(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Python 3.12 and later refuse it once exit handlers run. Ledger and saver would each have one of their own."""
    url = postgres.create_database()

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    with probing_into(url), PostgresSaver.from_conn_string(url) as saver, monkeypatch.context() as patch:
        saver.setup()
        patch.setattr(threading.Thread, "start", refuse)
        watch(saver).get_tuple({"configurable": {"thread_id": "one", "checkpoint_ns": ""}})
        assert finish()
    reader = open_ledger_reader(url, Limits())
    try:
        (report,) = reader.read_workers().reports
        (counted,) = reader.read_counts(["one"]).rows
    finally:
        reader.close()
    assert report.ended
    assert counted.reads == 1


@pytest.mark.parametrize("last", ["finish", "flush"])
def test_what_was_counted_is_there_and_only_finish_says_that_the_worker_ended(
    postgres: EmbeddedPostgres, last: str
) -> None:
    url = postgres.create_database()
    done = subprocess.run([sys.executable, "-c", WORKER, url, last], capture_output=True, text=True)
    assert done.returncode == -signal.SIGTERM, done.stderr
    reader = open_ledger_reader(url, Limits())
    try:
        (report,) = reader.read_workers().reports
        (counted,) = reader.read_counts(["one"]).rows
    finally:
        reader.close()
    assert report.ended == (last == "finish")
    assert (counted.hostname, counted.reads, counted.misses) == ("web-1", 2, 1)
