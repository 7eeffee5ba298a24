"""What the page of a large thread costs: time until its answer is there, bytes of HTML, memory.

    python benchmarks/thread.py                          # Postgres: 20,000 checkpoints, 500 subgraphs, 50 MB of state
    python benchmarks/thread.py --store sqlite --checkpoints 5000 --megabytes 20
    python benchmarks/thread.py --store redis --checkpoints 5000 --megabytes 10

Real graphs write one turn with LangGraph's own saver; its checkpoints and writes are then put again and again under
later ids by that saver, so layout and sizes are its own. Then one sync pass fills the index. Each page is opened by a
process of its own, as a dashboard would, several times; the median counts. "first" is its first answer, before
anything is known of the thread; the others follow as the page's own refresh does. "x small" is the median against that
of a thread of one turn, in the same run.

What to expect on Postgres: the median of no HTML page of the long thread is over 150 ms, and a state of 50 MB costs our
process no 50 MB of memory. Text that lies in the checkpoint's own document is unpacked by the server, which takes long.
"""

from __future__ import annotations

import sys

# This file lies beside one that is called as a library which the savers use.
sys.path.pop(0)

import argparse
import base64
import json
import os
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict
from urllib.parse import quote

from benchmarks.copies import Copies
from benchmarks.figures import most_memory

OPENED = 15
SMALL, LONG, SUBGRAPHS = "small", "long", "subgraphs"
#: Threads of a large state: in five channels, in one, and in one that is text, which Postgres keeps in the document.
MANY, ONE, TEXT = "five-large", "one-large", "large-text"


class State(TypedDict, total=False):
    question: str
    answer: str
    a: Any
    b: Any
    c: Any
    d: Any
    e: Any


def build(saver: Any, *, subgraph: bool = False, value: Any = None, channels: str = "") -> Any:
    """Two steps a turn; the second is a subgraph's, or writes `value` into each of `channels`."""
    from langgraph.graph import START, StateGraph

    def think(state: State) -> State:
        return {"answer": "Let me see. " * 5}

    def answer(state: State) -> Any:
        return {"answer": "It is in the post. " * 5, **dict.fromkeys(channels, value)}

    inner = StateGraph(State)
    inner.add_node("look", think)
    inner.add_edge(START, "look")
    graph = StateGraph(State)
    graph.add_node("think", think)
    graph.add_node("answer", inner.compile() if subgraph else answer)
    graph.add_edge(START, "think")
    graph.add_edge("think", "answer")
    return graph.compile(checkpointer=saver)


def ask(graph: Any, thread_id: str) -> None:
    config = {"configurable": {"thread_id": thread_id}, "metadata": {"worker_hostname": "web-1", "user_id": "ada"}}
    graph.invoke({"question": "Where is my order?"}, config, durability="sync")


def write_threads(saver: Any, checkpoints: int, namespaces: int, size: int) -> None:
    plain = build(saver)
    for thread_id, graph, turns in ((LONG, plain, 0), (SUBGRAPHS, build(saver, subgraph=True), namespaces)):
        template = f"template-of-{thread_id}"
        ask(graph, template)
        ask(graph, template)
        copies = Copies(saver, template, thread_id)
        for number in range(2, (turns or checkpoints // copies.size) + 1):
            copies.put(number)
    ask(plain, SMALL)
    ask(build(saver, value=[large_text(size // 50)] * 10, channels="abcde"), MANY)
    ask(build(saver, value=[large_text(size // 50)] * 50, channels="a"), ONE)
    ask(build(saver, value=large_text(size), channels="a"), TEXT)


def large_text(size: int) -> str:
    """So many characters that no server can compress much."""
    return base64.b64encode(random.Random(size).randbytes(size * 3 // 4)).decode()  # noqa: S311  no secret


@contextmanager
def filled(kind: str, folder: str, checkpoints: int, namespaces: int, size: int) -> Iterator[str]:
    """The URL of a store of this kind that holds the threads."""
    if kind == "postgres":
        from inspector.demo.embedded import EmbeddedPostgres
        from inspector.demo.repertoire import open_saver

        with EmbeddedPostgres() as server:
            url = server.create_database()
            with open_saver(url) as saver:
                write_threads(saver, checkpoints, namespaces, size)
            import psycopg

            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("vacuum analyze")  # as the server itself does within minutes
            yield url
    elif kind == "sqlite":
        from langgraph.checkpoint.sqlite import SqliteSaver

        with SqliteSaver.from_conn_string(f"{folder}/store.sqlite") as sqlite:
            sqlite.conn.execute("pragma synchronous = off")
            write_threads(sqlite, checkpoints, namespaces, size)
        yield f"sqlite:///{folder}/store.sqlite"
    else:
        from langgraph.checkpoint.redis import RedisSaver

        from inspector.demo.embedded_redis import EmbeddedRedis

        with EmbeddedRedis() as redis:
            with RedisSaver.from_conn_string(redis.url) as saver:
                saver.setup()
                write_threads(saver, checkpoints, namespaces, size)
            yield redis.url


def pages_of(data: dict[str, Any]) -> dict[str, str]:
    """What is measured, by name. `data` is what the long thread's own page says of it."""
    ids = [item["checkpoint_id"] for item in data["checkpoints"]]
    long = f"/thread/?id={LONG}"
    return {
        "small thread": f"/thread/?id={SMALL}",
        "long: newest": long,
        "long: next page": f"{long}&before={quote(ids[59])}",
        "long: deep step": f"{long}&checkpoint={quote(ids[-1])}",
        "long: oldest": f"{long}&end=oldest",
        "long: as data": f"{long}&format=json",
        "long: time, size": long.replace("/thread/", "/thread/size/"),
        "subgraphs": f"/thread/?id={SUBGRAPHS}",
        **{
            f"{name}: {words}": f"/thread/?id={name}{more}"
            for name in (MANY, ONE, TEXT)
            for words, more in (("changes", ""), ("state", "&tab=state"), ("load a", "&tab=state&load=a"))
        },
    }


def open_pages(path: str, times: int) -> None:
    """The measuring process: its first time, the median of the others, bytes of the answer, and of memory before the
    page was opened and at most."""
    client = _client()
    client.get(f"/thread/?id={SMALL}", headers={"host": "localhost"})  # imports, connections: a server has them
    before = most_memory()
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        answer = client.get(path, headers={"host": "localhost"})
        taken.append(time.perf_counter() - begin)
        if answer.status_code != 200:
            sys.exit(f"{path}: {answer.status_code}")
    print(json.dumps([taken[0], statistics.median(taken[1:] or taken), len(answer.content), before, most_memory()]))


def _client() -> Any:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "inspector.settings"
    django.setup()
    from django.core.management import call_command

    from benchmarks.signing_in import signed_in

    call_command("migrate", verbosity=0)
    return signed_in()


def sync() -> None:
    """The measuring process of the first pass, which also prints what the long thread's page says as data."""
    client = _client()
    from inspector.index.connections import get_reader
    from inspector.index.passes import run_pass

    run_pass(get_reader())
    print(client.get(f"/thread/?id={LONG}&format=json", headers={"host": "localhost"}).content.decode())


def run(url: str, folder: str, *arguments: str) -> Any:
    settings = {"INSPECTOR_STORES": f"store={url}", "INSPECTOR_DATA_DIR": folder, "INSPECTOR_DEBUG": "0"}
    done = subprocess.run(  # noqa: S603  our own arguments
        [sys.executable, __file__, *arguments],
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def compare(options: argparse.Namespace) -> None:
    begin = time.perf_counter()
    size = options.megabytes * 1_000_000
    with (
        tempfile.TemporaryDirectory() as folder,
        filled(options.store, folder, options.checkpoints, options.namespaces, size) as url,
    ):
        print(f"{options.store}: {options.checkpoints:,} checkpoints, {options.namespaces:,} subgraphs, ", end="")
        print(f"{options.megabytes} MB of state; written in {time.perf_counter() - begin:.0f} s\n")
        data = run(url, folder, "--sync")
        print(f"{'':18} {'first':>10} {'median':>10} {'x small':>8} {'answer':>11} {'memory':>9}")
        small = 0.0
        for name, path in pages_of(data).items():
            first, median, length, before, most = run(url, folder, "--open", path, "--times", str(options.times))
            small = small or median
            print(f"{name:18} {first * 1_000:7,.0f} ms {median * 1_000:7,.0f} ms {median / small:8.1f}", end="")
            print(f" {length / 1_000:8,.0f} kB {(most - before) / 1_000_000:+6,.0f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--store", choices=("postgres", "sqlite", "redis"), default="postgres")
    parser.add_argument("--checkpoints", type=int, default=20_000, help="of the long thread (20000)")
    parser.add_argument("--namespaces", type=int, default=500, help="subgraphs of another (500)")
    parser.add_argument("--megabytes", type=int, default=50, help="of the state of two more (50)")
    parser.add_argument("--times", type=int, default=OPENED, help=f"that each page is opened ({OPENED})")
    parser.add_argument("--open", help=argparse.SUPPRESS)
    parser.add_argument("--sync", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.open:
        open_pages(options.open, options.times)
    elif options.sync:
        sync()
    else:
        compare(options)


if __name__ == "__main__":
    main()
