"""Processes that report, as values, for rules that look at reports alone."""

from __future__ import annotations

from typing import Any

from inspector.doctor.case import Case
from inspector.doctor.crew import Crew
from inspector.index.queries import Moment
from inspector.ledger.base import Heard
from inspector.models import StoreEntry
from inspector.probe.ledger_schema import Place, WorkerReport, memory_identities
from inspector.reader import Reader
from inspector.stores.guard import Limits
from inspector.stores.postgres import PostgresStore
from inspector.stores.signs import Signs
from tests.integration.doctor.made import DOWN, NOW
from tests.integration.ledger.samples import report

HERE = Place(0, "langgraph.checkpoint.postgres.PostgresSaver", "postgres", ("here",), "postgresql://app@db:5432/orders")
IN_MEMORY = Place(
    1, "langgraph.checkpoint.memory.InMemorySaver", "memory", memory_identities("x"), "this process's memory"
)


def process(hostname: str, **given: Any) -> WorkerReport:
    """One that began an hour ago, and uses the store unless other `places` are given."""
    return report(hostname, **{"places": (HERE,), "hooked": True, "started_at": NOW.timestamp() - 3600, **given})


def case_with(*reports: WorkerReport, signs: Signs | None = None, **known: Any) -> Case:
    """A case of a store that the index has met under the name "here" and that nobody can reach, with these processes.
    `known` are properties of the case that are taken as read."""
    entry, _ = StoreEntry.objects.update_or_create(name="store", defaults={"identities": ["here"]})
    reader = Reader(PostgresStore("store", DOWN, Limits()), host_keys=("worker_hostname",))
    case = Case(reader, entry, Moment(NOW, 1800))
    case.__dict__["everybody"] = Crew(tuple(Heard(one, 1.0) for one in reports))
    if signs is not None:
        case.__dict__["signs"] = signs
    case.__dict__.update(known)
    return case
