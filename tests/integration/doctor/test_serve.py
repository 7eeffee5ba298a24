"""`inspector serve` keeps the diagnosis up to date, and leaves it to others where it is told so."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import open_saver
from inspector.demo.stage import Stage
from inspector.models import FindingEntry
from tests.integration.index.conftest import NewDatabase, OpenReader
from tests.integration.index.syncing import sync
from tests.integration.postgres.polling import wait_for


@contextmanager
def serving(index: str, url: str, *options: str) -> Iterator[int]:
    """The port at which the server answers; it ends in good order at the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "error", "-m", "inspector", "serve", "--store", f"store={url}", *options]
    process = subprocess.Popen(
        [*command, "--port", str(port)],
        env={**os.environ, "INSPECTOR_DATABASE_URL": index},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )

    def answers() -> bool:
        assert process.poll() is None
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    try:
        wait_for(answers, seconds=60)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")


def write_a_thread(url: str) -> None:
    with open_saver(url) as saver:
        stage = Stage(saver, "sync", "serve")
        stage.say(build_chat(saver), stage.config("thread", worker_hostname="web-1"), "Hello")


def test_a_server_writes_down_what_it_finds_without_a_page_being_opened(new_database: NewDatabase, index: str) -> None:
    write_a_thread(url := new_database())
    with serving(index, url):
        wait_for(FindingEntry.objects.exists, seconds=60)


def test_a_replica_without_sync_leaves_the_diagnosis_to_the_others(
    new_database: NewDatabase, index: str, open_reader: OpenReader
) -> None:
    write_a_thread(url := new_database())
    sync(open_reader(url))
    with serving(index, url, "--no-sync"):
        pass
    assert not FindingEntry.objects.exists()


def test_a_server_ends_in_good_order_while_clients_keep_their_connections(
    new_database: NewDatabase, index: str
) -> None:
    client = http.client.HTTPConnection("127.0.0.1")
    with serving(index, new_database(), "--no-sync") as client.port:
        client.request("GET", "/-/health")
        assert client.getresponse().read()
    assert client.sock.recv(1) == b""
    client.close()
