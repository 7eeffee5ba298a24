"""A store with a ledger beside it, written by the probe's own writer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg

from inspector.probe.ledger_schema import (
    POSTGRES_START,
    POSTGRES_SYSTEM,
    WORKERS_TABLE,
    Batch,
    Place,
    ThreadCounts,
    WorkerReport,
    postgres_identities,
)
from inspector.probe.ledgers import open_ledger
from tests.integration.ledger.samples import report

MEMORY = Place(0, "langgraph.checkpoint.memory.InMemorySaver", "memory", ("memory:x",), "this process's memory", 1)


def place_in(url: str) -> Place:
    """Where a worker's checkpoints go that uses this database."""
    with psycopg.connect(url) as session:
        system, start = (str(session.execute(query).fetchone()[0]) for query in (POSTGRES_SYSTEM, POSTGRES_START))  # type: ignore[index]
        names = postgres_identities(system, start, session.info.dbname, "public")
    return Place(0, "langgraph.checkpoint.postgres.PostgresSaver", "postgres", names, "postgresql://app@db/orders", 1)


class Telling:
    """Processes that tell one ledger what they did."""

    def __init__(self, url: str) -> None:
        self.place = place_in(url)
        self._url = url
        self._ledger = open_ledger(url)

    def tell(self, hostname: str, *counts: ThreadCounts, ago: float = 0, **report_of: Any) -> WorkerReport:
        """One process, which uses the store unless other `places` are given. Its report came in so many seconds `ago`,
        by the ledger's clock."""
        process = report(hostname, **{"places": (self.place,), "hooked": True, **report_of})
        self._ledger.write(Batch(1, process, counts))
        if ago:
            with psycopg.connect(self._url, autocommit=True) as session:
                session.execute(
                    f"update {WORKERS_TABLE} set updated_at = updated_at - make_interval(secs => %s) "
                    "where worker_id = %s",
                    [ago, process.worker_id],
                )
        return process

    def close(self) -> None:
        self._ledger.close()


@contextlib.contextmanager
def telling(url: str) -> Iterator[Telling]:
    with contextlib.closing(Telling(url)) as told:
        yield told
