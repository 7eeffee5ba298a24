"""What the dashboard costs a Redis store, and what it costs us: times, the longest wait of a PING beside each, memory.

    python benchmarks/redis.py                        # 10,000 threads
    python benchmarks/redis.py --threads 100000       # 1.5 GB in the server, and some minutes to fill it

A real graph writes one thread with `RedisSaver`; its documents, pointers and sets are then copied under other ids, so
layout and sizes are the saver's own. The server is the embedded one. Each measure runs in a process of its own, as a
dashboard would, while another sends a PING every 2 ms: its longest wait is how long the agents would have waited.

The quietest server makes some of them wait, too: the first line says how long, with nothing else going on. What to
expect: no PING waits 100 ms, and a pass with nothing new costs less than 1 % of the first one.
"""

from __future__ import annotations

import sys

# This file is called as the library that it uses: without its folder on the path, `redis` is the library.
sys.path.pop(0)

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict

import redis

from inspector.demo.embedded_redis import EmbeddedRedis

TEMPLATE = "thread-template"
#: Seconds between 1582-10-15, when the clock of UUIDs begins, and 1970.
UUID_EPOCH = 12_219_292_800
#: Threads that one round trip writes.
BATCH = 200
#: Threads that come to a store which the index knows.
NEW = 300
BIG = "thread-with-a-big-document"
BIG_BYTES = 20_000_000
#: In the order in which they run. Each is a process, and a `measure_…` function here.
MEASURES = ("first_pass", "nothing_new", "new_threads", "first_page", "one_thread", "big_document")
PING_SECONDS = 0.002


class State(TypedDict):
    messages: list[str]


def write_thread(url: str, thread_id: str, text: str) -> None:
    """One turn of a real graph."""
    from langgraph.checkpoint.redis import RedisSaver
    from langgraph.graph import START, StateGraph

    graph = StateGraph(State)
    graph.add_node("answer", lambda state: {"messages": [*state["messages"], text]})
    graph.add_edge(START, "answer")
    with RedisSaver.from_conn_string(url) as saver:
        saver.setup()
        compiled = graph.compile(checkpointer=saver)
        compiled.invoke({"messages": ["Where is my order?"]}, {"configurable": {"thread_id": thread_id}})


class Copies:
    """Writes a thread again and again under other ids, each a little later than the one before."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        keys = list(client.scan_iter(f"*{TEMPLATE}*", count=1_000))
        kinds = {key: client.type(key) for key in keys}
        self._documents = [(key, client.execute_command("JSON.GET", key)) for key in keys if "JSON" in kinds[key]]
        self._texts = [(key, client.get(key)) for key in keys if kinds[key] == "string"]
        self._sets = [(key, client.zrange(key, 0, -1, withscores=True)) for key in keys if kinds[key] == "zset"]
        first = f"checkpoint:{TEMPLATE}:__empty__:"
        self._ids = sorted(key.removeprefix(first) for key in keys if key.startswith(first))
        self._at = time.time() - 86_400
        self._number = 0

    def write(self, many: int) -> None:
        for start in range(0, many, BATCH):
            pipeline = self._client.pipeline(transaction=False)
            for _ in range(min(BATCH, many - start)):
                self._write_one(pipeline)
            pipeline.execute()

    def _write_one(self, pipeline: Any) -> None:
        self._number += 1
        thread_id = f"thread-{self._number:07d}"
        changes = {TEMPLATE: thread_id}
        for place, old in enumerate(self._ids):
            changes[old] = _uuid6(self._at + place / 1_000, old)
        self._at += 0.01

        def renamed(text: Any) -> str:
            for old, new in changes.items():
                text = text.replace(old, new)
            return str(text)

        for key, document in self._documents:
            parsed = json.loads(renamed(document))
            if "checkpoint_ts" in parsed:
                parsed["checkpoint_ts"] = self._at * 1_000
            pipeline.execute_command("JSON.SET", renamed(key), "$", json.dumps(parsed))
        for key, text in self._texts:
            pipeline.set(renamed(key), renamed(text))
        for key, members in self._sets:
            pipeline.zadd(renamed(key), {renamed(member): score for member, score in members})


def _uuid6(at: float, old: str) -> str:
    """The id with another time. Its time is in its first 60 bits, but for the version."""
    ticks = f"{int((at + UUID_EPOCH) * 10_000_000):015x}"
    return f"{ticks[:8]}-{ticks[8:12]}-6{ticks[12:]}-{old[19:]}"


@contextmanager
def pinging(url: str) -> Iterator[Callable[[], float]]:
    """Another process sends PINGs meanwhile. Afterwards the function tells the longest wait, in seconds."""
    pinger = subprocess.Popen(  # noqa: S603  our own arguments
        [sys.executable, __file__, "--ping", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert pinger.stdout is not None  # noqa: S101
    pinger.stdout.readline()
    told = ""
    try:
        yield lambda: float(told)
    finally:
        told = pinger.communicate("")[0]


def ping(url: str) -> None:
    """The pinger's process: until its input ends."""
    import select

    with redis.Redis.from_url(url) as client:
        client.ping()
        print("ready", flush=True)
        longest = 0.0
        while not select.select([sys.stdin], [], [], PING_SECONDS)[0]:
            begin = time.perf_counter()
            client.ping()
            longest = max(longest, time.perf_counter() - begin)
    print(longest)


def measure_first_pass() -> None:
    _sync()


measure_nothing_new = measure_new_threads = measure_first_pass


def measure_first_page() -> None:
    _open("/threads/")


def measure_one_thread() -> None:
    _open("/thread/?id=thread-0000001")


def measure_big_document() -> None:
    _open(f"/thread/?id={BIG}")


def _sync() -> None:
    from inspector.index.connections import get_reader
    from inspector.index.passes import run_pass

    run_pass(get_reader())


def _open(path: str) -> None:
    from benchmarks.signing_in import signed_in

    answer = signed_in().get(path, headers={"host": "localhost"})
    if answer.status_code != 200:
        sys.exit(f"{path}: {answer.status_code}")
    print(f"{len(answer.content):,} bytes of HTML", file=sys.stderr)


def measure(name: str) -> None:
    """A measure's process: answers with its seconds and the bytes of memory that it took at most."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "inspector.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _open("/stores/?format=json")  # imports, connections: what a server has behind it
    if name == "nothing_new":
        _sync()
    begin = time.perf_counter()
    globals()[f"measure_{name}"]()
    print(time.perf_counter() - begin, most_memory())


def most_memory() -> int:
    """Bytes that this process had in memory at most. `getrusage` would count what its parent had, too."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def run_measure(name: str, url: str, folder: str) -> tuple[float, float, float]:
    """Seconds, the longest PING beside it, and bytes."""
    settings = {"INSPECTOR_STORES": f"redis={url}", "INSPECTOR_DATA_DIR": folder, "INSPECTOR_DEBUG": "0"}
    with pinging(url) as longest:
        done = subprocess.run(  # noqa: S603  our own arguments
            [sys.executable, __file__, "--measure", name],
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
    seconds, size = map(float, done.stdout.split())
    return seconds, longest(), size


def show(name: str, seconds: float, longest: float, size: float, first: float) -> None:
    share = f"{seconds / first:8.2%}" if first else f"{'':8}"
    print(f"{name.replace('_', ' '):14} {seconds * 1_000:11,.1f} ms {share} {longest * 1_000:9.1f} ms", end="")
    print(f" {size / 2**20:8.0f} MB" if size else "", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--threads", type=int, default=10_000, help="threads in the store (10000)")
    parser.add_argument("--ping", help=argparse.SUPPRESS)
    parser.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ping:
        ping(options.ping)
    elif options.measure:
        measure(options.measure)
    else:
        compare(options.threads)


def compare(threads: int) -> None:
    with EmbeddedRedis() as server, tempfile.TemporaryDirectory() as folder:
        client = redis.Redis.from_url(server.url, decode_responses=True)
        write_thread(server.url, TEMPLATE, "In the post.")
        copies = Copies(client)
        begin = time.perf_counter()
        copies.write(threads)
        write_thread(server.url, BIG, "x" * BIG_BYTES)
        memory = int(client.info("memory")["used_memory"])
        print(f"{threads:,} threads, {client.dbsize():,} keys, {memory / 2**30:.2f} GB", end="")
        print(f", written in {time.perf_counter() - begin:.0f} s\n")
        print(f"{'':14} {'time':>14} {'of first':>8} {'longest PING':>12} {'our memory':>10}")
        with pinging(server.url) as longest:
            time.sleep(2)
        show("idle", 2, longest(), 0, 0)
        first = 0.0
        for name in MEASURES:
            if name == "new_threads":
                copies.write(NEW)
            found = run_measure(name, server.url, folder)
            first = first or found[0]
            show(name, *found, first if name in MEASURES[1:3] else 0)


if __name__ == "__main__":
    main()
