"""What a database holds, counted in Python from its plain rows: what the store's SQL and the index are held against.

No line of the dashboard's is used here, so that a mistake cannot agree with itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]
OWN = {"source", "step", "parents", "counters_since_delta_snapshot"}


@dataclass
class Truth:
    """One thread, as its rows say."""

    checkpoints: int
    writes: int
    namespaces: int
    turns: int
    turns_is_lower_bound: bool
    last_checkpoint_id: str
    first_root_id: str
    last_root_id: str
    siblings: bool
    clock_skew: bool
    rebuilt_values: bool
    hosts: dict[str, int] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)


def read_truth(url: str, *, schema: str = "public", host_key: str = "worker_hostname") -> dict[str, Truth]:
    """Every thread of the database at `url`; empty when the tables are gone."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        connection.execute("select set_config('search_path', %s, false)", [f'"{schema}"'])
        try:
            rows = connection.execute("select * from checkpoints").fetchall()
        except psycopg.errors.UndefinedTable:
            return {}
        writes = connection.execute("select thread_id from checkpoint_writes").fetchall()
    return truth_of(rows, [row["thread_id"] for row in writes], host_key=host_key)


def truth_of(
    rows: Sequence[Row], threads_of_writes: Sequence[str], *, host_key: str = "worker_hostname"
) -> dict[str, Truth]:
    """What checkpoints and writes say of each thread, whichever store they lie in."""
    by_thread: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_thread[row["thread_id"]].append(row)
    counts = Counter(threads_of_writes)
    return {thread_id: _thread(found, counts[thread_id], host_key) for thread_id, found in by_thread.items()}


def _thread(rows: list[Row], writes: int, host_key: str) -> Truth:
    rows = sorted(rows, key=lambda row: row["checkpoint_id"])
    roots = [row for row in rows if row["checkpoint_ns"] == ""]
    root_ids = [row["checkpoint_id"] for row in roots]
    parents = [row["parent_checkpoint_id"] for row in roots if row["parent_checkpoint_id"] is not None]
    named = [row["metadata"] for row in roots if row["metadata"].keys() - OWN]
    children = Counter(
        (row["checkpoint_ns"], row["parent_checkpoint_id"])
        for row in rows
        if row["parent_checkpoint_id"] is not None and row["metadata"].get("source") in ("input", "loop")
    )
    return Truth(
        checkpoints=len(rows),
        writes=writes,
        namespaces=len({row["checkpoint_ns"] for row in rows}),
        turns=len({version for row in roots for version in _inputs(row)}),
        turns_is_lower_bound=any(parent not in root_ids for parent in parents) or any(map(_begins_late, roots)),
        last_checkpoint_id=rows[-1]["checkpoint_id"],
        first_root_id=root_ids[0] if root_ids else "",
        last_root_id=root_ids[-1] if root_ids else "",
        siblings=any(count > 1 for count in children.values()),
        clock_skew=any(row["checkpoint_id"] < (row["parent_checkpoint_id"] or "") for row in rows),
        rebuilt_values=any("counters_since_delta_snapshot" in row["metadata"] for row in rows),
        hosts=dict(Counter(str(row["metadata"].get(host_key) or "") for row in rows)),
        metadata=named[-1] if named else {},
    )


def _inputs(row: Row) -> set[str]:
    """The versions of `__start__` that a checkpoint shows to be accepted inputs (the rule of facts: one a turn)."""
    checkpoint = row["checkpoint"]
    seen = {
        versions["__start__"]
        for node, versions in checkpoint["versions_seen"].items()
        if "__start__" in versions and (node == "__start__" or not node.startswith("__"))
    }
    if row["metadata"].get("source") == "input" and "__start__" in checkpoint["channel_versions"]:
        seen.add(checkpoint["channel_versions"]["__start__"])
    return seen


def _begins_late(row: Row) -> bool:
    """A first checkpoint that already knows later inputs only: what came before it is gone."""
    inputs = _inputs(row)
    return row["parent_checkpoint_id"] is None and bool(inputs) and min(int(v.split(".")[0]) for v in inputs) > 2
