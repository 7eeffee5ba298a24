"""Pages by what somebody without them would run on the same store: LangGraph's `list`, and SQL by hand."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver

from benchmarks.figures import Figure
from benchmarks.scale_bench import Bench

_LATEST = """
select thread_id, count(*), count(*) filter (where metadata ->> 'source' = 'input' and checkpoint_ns = '') as turns,
       max(checkpoint_id) as last from checkpoints group by thread_id {having} order by last desc limit 50
"""
_ONE_TURN = "having count(*) filter (where metadata ->> 'source' = 'input' and checkpoint_ns = '') = 1"
_OF_HOST = "having bool_or(metadata ->> 'worker_hostname' = 'web-01')"


def run(bench: Bench) -> None:
    ours = _pages(bench)
    for limit in (50, 500):
        seconds, threads = _listed(bench.url, limit)
        name, note = f"list(None, limit={limit})", f"shows {threads} threads of {bench.threads:,}"
        _note(bench, name, seconds, ours["first page"], note)
        alone = seconds / ours["rows alone"]
        bench.note(Figure("naive", f"{name} / the same rows from the index", alone, "x"))
    by_hand = {
        "GROUP BY, newest 50": (_LATEST.format(having=""), "first page"),
        "GROUP BY, one turn": (_LATEST.format(having=_ONE_TURN), "one-turn filter"),
        "GROUP BY, of one host": (_LATEST.format(having=_OF_HOST), "host filter"),
        "DISTINCT thread_id LIKE '%…%'": (
            "select distinct thread_id from checkpoints where thread_id like '%4f2a91%' limit 50",
            "substring search",
        ),
    }
    for name, (query, page) in by_hand.items():
        _note(bench, name, _asked(bench.url, query), ours[page], "planner's own plan, default settings")


def _note(bench: Bench, name: str, seconds: float, ours: float, note: str) -> None:
    told = f"{seconds:.2f} s against {ours * 1e3:.1f} ms; {note}"
    bench.note(Figure("naive", f"{name} / our page", seconds / ours, "x", note=told))


def _pages(bench: Bench) -> dict[str, float]:
    """Medians of warm pages with their HTML, and of the first one's rows alone."""
    with bench.dashboard(bench.url, bench.built("sqlite", bench.url)) as child:
        paths = child.ask("paths", many=5)
        child.ask("open_pages", paths=paths["first page"], times=3)
        ours = {
            name: statistics.median(pair[0] for pair in child.ask("open_pages", paths=found, times=bench.times))
            for name, found in paths.items()
        }
        return ours | {"rows alone": statistics.median(child.ask("list_threads", times=bench.times))}


def _listed(url: str, limit: int) -> tuple[float, int]:
    """Seconds, and how many threads are among the checkpoints."""
    with PostgresSaver.from_conn_string(url) as saver:
        threads: set[str] = set()

        def ask() -> None:
            for found in saver.list(None, limit=limit):
                threads.add(found.config["configurable"]["thread_id"])

        return _median(ask), len(threads)


def _asked(url: str, query: str) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        return _median(lambda: connection.execute(query.encode()).fetchall())


def _median(ask: Callable[[], object]) -> float:
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)
