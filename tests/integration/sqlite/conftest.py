"""Files that real savers wrote, and stores that read them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Stage
from inspector.stores.guard import Limits
from inspector.stores.sqlite import SqliteStore

OpenStore = Callable[..., SqliteStore]
Files = dict[str, bytes]

_WRITER = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
print(connection.execute("select count(*) from checkpoints").fetchone()[0], flush=True)
for line in sys.stdin:
    if line.strip() == "die":
        os._exit(1)
    connection.execute(line)
    print("done", flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """In a directory of its own, under a name that a URL could mistake."""
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "check#points %41?.sqlite"


@pytest.fixture
def played(path: Path) -> Path:
    """A thread `one` of two turns, whose saver has been closed: nobody has the file open."""
    with saver_of(path) as saver:
        say(saver, "one", "One", "Two")
    return path


@pytest.fixture
def open_store() -> OpenStore:
    """`open_store(path, statement=1.0)`: keywords are limits."""
    return lambda path, **limits: SqliteStore("files", url_of(path), Limits(**limits))


class Writer:
    """Another process that has the file open."""

    def __init__(self, path: Path, process: subprocess.Popen[str]) -> None:
        self._path = path
        self._process = process

    def run(self, statement: str) -> None:
        self._send(statement)
        self._hear()

    def die(self) -> None:
        """As one that is killed: it closes nothing."""
        self._send("die")
        self._process.wait()

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _hear(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline()


@pytest.fixture
def start_writer() -> Iterator[Callable[[Path], Writer]]:
    with ExitStack() as stack:

        def start(path: Path) -> Writer:
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", _WRITER, str(path)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            writer = Writer(path, process)
            writer._hear()
            return writer

        yield start


@contextmanager
def saver_of(path: Path) -> Iterator[SqliteSaver]:
    with SqliteSaver.from_conn_string(str(path)) as saver:
        saver.setup()
        yield saver


def say(saver: SqliteSaver, thread_id: str, *texts: str) -> None:
    stage = Stage(saver, "sync", "files")
    stage.say(build_chat(saver), stage.config(thread_id, worker_hostname="h-1"), *texts)


def url_of(path: Path) -> str:
    return "sqlite:///" + str(path).replace("%", "%25").replace("#", "%23").replace("?", "%3F")


def files_beside(path: Path) -> Files:
    """Every file of the directory, byte for byte."""
    return {item.name: item.read_bytes() for item in path.parent.iterdir()}


def read_everything(store: SqliteStore) -> int:
    """Every read of the contract, on every thread. How many checkpoints there were."""
    store.read_facts()
    store.read_signs()
    store.read_identities()
    store.read_fingerprint()
    found = 0
    for count in list(store.iter_thread_counts()):
        thread_id = count.thread_id
        store.read_threads([thread_id], host_keys=["worker_hostname"])
        for namespace in store.read_namespaces(thread_id):
            rows = store.read_checkpoints(thread_id, namespace.checkpoint_ns).rows
            for row in rows:
                place = (thread_id, namespace.checkpoint_ns, row.checkpoint_id)
                store.read_checkpoint(*place)
                store.read_newer_ids(*place, rows=2)
                store.read_place(*place)
                store.read_own_channels(*place, list(row.own_bodies))
                store.read_writes(*place[:2], [row.checkpoint_id])
            store.read_inputs(thread_id, namespace.checkpoint_ns, before="~")
            found += len(rows)
    return found
