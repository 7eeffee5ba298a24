"""Checkpoints in another schema: whose they are, and how sure it is that nobody meant it so."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from inspector.doctor.crew import Crew
from inspector.doctor.rules.schema_elsewhere import check
from inspector.index.places import Places
from inspector.ledger.base import Heard
from inspector.probe.ledger_schema import Place, WorkerReport, postgres_identities
from inspector.stores.signs import Signs, TableSize

HERE = frozenset(postgres_identities("42", "1.5", "orders", "public"))


def case_of(
    *sizes: TableSize, others: dict[str, str] | None = None, writer: str = "", path: tuple[str, ...] = ("public",)
) -> Any:
    signs = Signs(elsewhere=tuple(size.name for size in sizes), elsewhere_sizes=sizes, search_path=path)
    heard = []
    if writer:
        place = Place(0, "saver", "postgres", postgres_identities("42", "", "orders", writer), "")
        heard.append(Heard(WorkerReport("0" * 32, "web-2", 7, 0.0, 0.0, places=(place,)), 1.0))
    return SimpleNamespace(signs=signs, places=Places(HERE, others or {}), crew=Crew(tuple(heard)))


def of(schema: str, size: int = 16_384) -> TableSize:
    return TableSize(schema, 12, 0, size)


def test_empty_tables_of_another_schema_are_fine() -> None:
    assert check(case_of(of("old", 0))).outcome == "fine"


def test_a_database_with_one_schema_is_fine() -> None:
    assert check(case_of()).outcome == "fine"


def test_a_schema_that_is_another_configured_store_is_fine() -> None:
    others = dict.fromkeys(postgres_identities("42", "", "orders", "tenant"), "tenants")
    assert check(case_of(of("tenant"), others=others)).outcome == "fine"
    assert check(case_of(of("tenant"), of("stray"), others=others)).outcome == "problem"


def test_a_schema_of_its_own_may_be_meant_so() -> None:
    verdict = check(case_of(of("tenant")))
    assert (verdict.outcome, verdict.confidence, verdict.hosts) == ("problem", "possible", ())
    assert "the schema public" in verdict.sentence
    assert "tenant" in verdict.sentence


def test_a_schema_that_logins_fall_into_is_likely_a_mistake() -> None:
    assert check(case_of(of("app"), path=("app", "public"))).confidence == "likely"


def test_workers_that_write_there_make_it_certain() -> None:
    verdict = check(case_of(of("tenant"), writer="tenant"))
    assert (verdict.confidence, verdict.hosts) == ("certain", ("web-2",))


def test_workers_that_write_here_are_not_named() -> None:
    assert check(case_of(of("tenant"), writer="public")).hosts == ()


def test_schemas_that_are_hidden_are_not_known() -> None:
    signs = Signs(elsewhere=None, notes=("Other schemas could not be looked at: this login may not ask for it.",))
    verdict = check(SimpleNamespace(signs=signs))  # type: ignore[arg-type]
    assert verdict.outcome == "unknown"
    assert "this login may not ask" in verdict.missing
