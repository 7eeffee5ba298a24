"""The first build of an index: how long, by what the server needs anyway, in how much memory, and killed midway."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import psycopg

from benchmarks.figures import Figure
from benchmarks.scale_bench import Bench, server_seconds

#: One statement with the same columns as the index's rows, as one who knows the rule of turns would write it.
AGGREGATE = """
select c.*, t.turns, w.writes, s.thread_id is not null as siblings, h.hosts, m.metadata
from (select thread_id, count(*) as checkpoints, count(distinct checkpoint_ns) as namespaces,
             max(checkpoint_id) as last_id, min(checkpoint_id) filter (where checkpoint_ns = '') as first_root_id,
             max(checkpoint_id) filter (where checkpoint_ns = '') as last_root_id,
             bool_or(checkpoint_id < parent_checkpoint_id) as clock_skew,
             bool_or(metadata ? 'counters_since_delta_snapshot') as rebuilt
      from checkpoints group by thread_id) c
left join (select thread_id, count(distinct version) as turns
           from (select thread_id, seen.value ->> '__start__' as version
                 from checkpoints, jsonb_each(checkpoint -> 'versions_seen') seen where checkpoint_ns = ''
                 union all
                 select thread_id, checkpoint -> 'channel_versions' ->> '__start__' from checkpoints
                 where checkpoint_ns = '' and metadata ->> 'source' = 'input') inputs
           group by thread_id) t using (thread_id)
left join (select thread_id, count(*) as writes from checkpoint_writes group by thread_id) w using (thread_id)
left join (select distinct thread_id
           from (select thread_id from checkpoints where metadata ->> 'source' in ('input', 'loop')
                 group by thread_id, checkpoint_ns, parent_checkpoint_id having count(*) > 1) twins) s using (thread_id)
left join (select thread_id, jsonb_object_agg(host, put) as hosts
           from (select thread_id, coalesce(metadata ->> 'worker_hostname', '') as host, count(*) as put
                 from checkpoints group by 1, 2) by_host group by thread_id) h using (thread_id)
left join (select distinct on (thread_id) thread_id, metadata - array['source', 'step', 'parents'] as metadata
           from checkpoints where checkpoint_ns = '' order by thread_id, checkpoint_id desc) m using (thread_id)
"""
SETTINGS = ("set max_parallel_workers_per_gather = 0", "set jit = off", "set work_mem = '256MB'")
#: How often a build is killed, and rows that it may lose each time: one step of the walk.
KILLED, STEP = 3, 60_000
_READ = "select sum(seq_tup_read + idx_tup_fetch)::bigint from pg_stat_user_tables where relname = 'checkpoints'"


def run(bench: Bench) -> None:
    count = bench.count_seconds()
    aggregate = server_seconds(bench.url, SETTINGS, AGGREGATE)
    bench.note(Figure("build", "serial count(*) of checkpoints", count, "s"))
    bench.note(Figure("build", "one serial aggregate of the same columns / count", aggregate / count))
    for kind in bench.kinds:
        _killed(bench, kind, _fast(bench, kind, count, aggregate))
    _gentle(bench, count)


def _fast(bench: Bench, kind: str, count: float, aggregate: float) -> dict[str, Any]:
    """What the process told, with `rows` that the server has read for it."""
    url = bench.index(kind, f"{kind}-large")
    told: dict[str, Any] = {}
    rows = _rows_read(bench, lambda: told.update(_build(bench, url)))
    bench.keep(kind, url)
    _expect_all(bench, told)
    seconds, each = told["seconds"], told["size"] / max(1, told["threads"])
    bench.note(Figure("build", f"{kind}: seconds, as fast as it goes", seconds, "s"))
    bench.note(Figure("build", f"{kind}: threads a second", told["threads"] / seconds))
    bench.note(Figure("build", f"{kind}: / count", seconds / count, "x", 15.0))
    bench.note(Figure("build", f"{kind}: / aggregate", seconds / aggregate, "x", 3.0))
    mapped = f"{told['mapped'] / 2**20:.0f} MB of files are mapped at the end, which the kernel can take back"
    bench.note(Figure("build", f"{kind}: most memory", told["memory"] / 2**20, "MB", 256.0, note=mapped))
    bench.note(Figure("build", f"{kind}: size of the index for a thread", each, "bytes"))
    return told | {"rows": rows}


def _expect_all(bench: Bench, told: dict[str, Any]) -> None:
    with psycopg.connect(bench.url) as connection:
        row = connection.execute("select count(*), count(distinct thread_id) from checkpoints").fetchone()
    if row != (told["checkpoints"], told["threads"]):
        raise RuntimeError(f"The index holds {told}, the store {row}.")


def _killed(bench: Bench, kind: str, whole: dict[str, Any]) -> None:
    """Some times at a random moment of what is left. Read twice is what the server has read beyond the rows of one
    whole build."""
    chance = random.Random()  # noqa: S311
    url = bench.index(kind, f"{kind}-killed")
    told: dict[str, Any] = {}

    def time_and_again() -> None:
        for left in range(KILLED + 1, 1, -1):
            with bench.dashboard(bench.url, url) as child:
                child.tell("build", pace="fast")
                time.sleep(whole["seconds"] * chance.uniform(0.3, 1) / left)
                child.kill()
        told.update(_build(bench, url))

    rows = _rows_read(bench, time_and_again)
    bench.index(kind, f"{kind}-killed")  # the disk may be short
    name, same = f"{kind}: killed {KILLED} times", told["digest"] == whole["digest"]
    twice, bound = max(0.0, rows / whole["rows"] - 1), KILLED * STEP / whole["rows"]
    bench.note(Figure("build", f"{name}: equals the one that was not", float(same), "", 1.0, at_least=True))
    bench.note(Figure("build", f"{name}: rows read twice / all", twice, "", bound))
    bench.note(Figure("build", f"{name}: the last process / all", told["seconds"] / whole["seconds"]))


def _build(bench: Bench, url: str) -> dict[str, Any]:
    with bench.dashboard(bench.url, url) as child:
        told: dict[str, Any] = child.ask("build", pace="fast")
        return told | {"size": child.ask("sizes")["bytes"], "digest": child.ask("digest")}


def _rows_read(bench: Bench, what: Callable[[], object]) -> int:
    before = _read_until_still(bench)
    what()
    return _read_until_still(bench) - before


def _read_until_still(bench: Bench) -> int:
    """Counters of sessions that have ended may be on their way."""
    known = -1
    with psycopg.connect(bench.url, autocommit=True) as connection:
        while True:
            row = connection.execute(_READ).fetchone()
            assert row is not None  # noqa: S101  an aggregate
            if row[0] == known:
                return int(known)
            known = row[0]
            time.sleep(min(1.5, bench.patience))


def _gentle(bench: Bench, count: float) -> None:
    """At the pace of a dashboard. A part of it stands for the whole where that would take long."""
    with bench.dashboard(bench.url, bench.index("sqlite", "gentle")) as child:
        told = child.ask("build", pace="gentle", seconds=bench.gentle_seconds)
    whole = told["seconds"] / max(told["walked"], 1e-9)
    note = "" if told["walked"] == 1.0 else f"from {told['walked']:.0%} of it"
    bench.note(Figure("build", "sqlite: at the default pace", whole, "s", note=note))
    bench.note(Figure("build", "sqlite: at the default pace / count", whole / count, "x"))
