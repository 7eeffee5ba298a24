"""What rules make of a Postgres server's signs where no scenario shows it: thresholds, and how sure a finding is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from inspector.doctor.evidence.failures import Failures
from inspector.doctor.rules import connection_churn, schema_behind, store_bloat, thread_id_too_long
from inspector.doctor.rules.store_bloat import Counts
from inspector.probe.ledger_schema import WorkerReport
from inspector.stores.signs import Session, Signs, TableSize

SOUND = Signs(sessions=(), sessions_used=10, sessions_limit=97, migration=9, newest_migration=9)


def failed(hostname: str, name: str, count: int = 3) -> Failures:
    return Failures(WorkerReport("0" * 32, hostname, 7, 0.0, 0.0), name, count)


def session(number: int, **fields: Any) -> Session:
    given: dict[str, Any] = {"application": "", "login": "app", "address": "10.0.0.7", "state": "idle"}
    given |= {"age_seconds": 600.0, "transaction_seconds": None, "holds_writes": False, **fields}
    return Session(number, **given)


class TestSchemaBehind:
    def test_tables_of_the_newest_migration_are_fine(self) -> None:
        assert schema_behind.judge(SOUND, ()).outcome == "fine"

    def test_tables_of_a_newer_saver_than_is_known_are_fine(self) -> None:
        assert schema_behind.judge(replace(SOUND, migration=11), ()).outcome == "fine"

    def test_older_tables_alone_are_likely_a_trouble_and_no_host_is_named(self) -> None:
        verdict = schema_behind.judge(replace(SOUND, migration=8), ())
        assert (verdict.outcome, verdict.confidence, verdict.hosts) == ("problem", "likely", ())
        assert "migration 8" in verdict.sentence

    def test_calls_that_failed_over_them_make_it_certain_and_grave(self) -> None:
        missing = [failed("web-2", "psycopg.errors.UndefinedColumn: no such column")]
        verdict = schema_behind.judge(replace(SOUND, migration=8), missing)
        assert (verdict.confidence, verdict.severity, verdict.hosts) == ("certain", "high", ("web-2",))

    def test_an_invalid_index_is_a_trouble_by_itself(self) -> None:
        verdict = schema_behind.judge(replace(SOUND, broken_indexes=("checkpoints_thread_id_idx",)), ())
        assert (verdict.outcome, verdict.severity) == ("problem", None)
        assert "checkpoints_thread_id_idx" in verdict.sentence
        assert "migration" not in verdict.sentence

    def test_indexes_that_cannot_be_looked_at_are_unknown_and_say_why(self) -> None:
        hidden = "The state of indexes could not be looked at: it took too long."
        verdict = schema_behind.judge(replace(SOUND, broken_indexes=None, notes=(hidden,)), ())
        assert (verdict.outcome, verdict.missing) == ("unknown", hidden)

    def test_migrations_that_cannot_be_read_are_unknown_and_say_why(self) -> None:
        hidden = "Which migrations: this login may not read checkpoint_migrations."
        verdict = schema_behind.judge(replace(SOUND, migration=None, notes=("Another.", hidden)), ())
        assert (verdict.outcome, verdict.missing) == ("unknown", hidden)


class TestConnectionChurn:
    @pytest.mark.parametrize(("used", "outcome"), [(86, "fine"), (90, "problem")])
    def test_nine_tenths_of_the_connections_are_nearly_all(self, used: int, outcome: str) -> None:
        verdict = connection_churn.judge(replace(SOUND, sessions_used=used, sessions_limit=100), ())
        assert (verdict.outcome, verdict.severity) == (outcome, None)

    @pytest.mark.parametrize(("young", "outcome"), [(29, "fine"), (30, "problem")])
    def test_many_young_sessions_of_one_origin_may_be_made_for_requests(self, young: int, outcome: str) -> None:
        sessions = tuple(session(number, age_seconds=0.4) for number in range(young))
        verdict = connection_churn.judge(replace(SOUND, sessions=sessions), ())
        assert verdict.outcome == outcome
        if outcome == "problem":
            assert verdict.confidence == "possible"
            assert "10.0.0.7" in verdict.sentence

    def test_young_sessions_of_many_origins_and_old_ones_of_one_are_pools(self) -> None:
        young = tuple(session(number, age_seconds=0.4, address=f"10.0.1.{number}") for number in range(60))
        old = tuple(session(100 + number) for number in range(40))
        hidden = tuple(session(200 + number, age_seconds=None) for number in range(40))
        assert connection_churn.judge(replace(SOUND, sessions=(*young, *old, *hidden)), ()).outcome == "fine"

    def test_calls_that_got_no_connection_are_certain(self) -> None:
        refused = failed("web-1", "psycopg.OperationalError: too many clients already")
        waited = failed("web-2", "psycopg_pool.PoolTimeout: no connection in time", 1)
        verdict = connection_churn.judge(SOUND, (refused, waited))
        assert (verdict.confidence, verdict.severity, verdict.hosts) == ("certain", "high", ("web-1", "web-2"))
        assert "4 calls" in verdict.sentence


class TestThreadIdTooLong:
    @pytest.mark.parametrize(("size", "outcome"), [(2_399, "fine"), (2_400, "problem")])
    def test_ids_that_leave_no_room_are_told_before_one_fails(self, size: int, outcome: str) -> None:
        verdict = thread_id_too_long.judge([(size, "a" * size), (36, "b" * 36)], ())
        assert verdict.outcome == outcome
        if outcome == "problem":
            assert verdict.thread_ids == ("a" * size,)

    def test_a_store_without_threads_has_no_long_ids(self) -> None:
        assert thread_id_too_long.judge([], ()).outcome == "fine"


class TestStoreBloat:
    def test_a_megabyte_for_each_checkpoint_is_too_much(self) -> None:
        tables = (TableSize("checkpoint_blobs", 100, 0, 200_000_000),)
        assert store_bloat.judge(replace(SOUND, tables=tables), Counts(10, 200)).outcome == "problem"
        assert store_bloat.judge(replace(SOUND, tables=tables), Counts(10, 201)).outcome == "fine"

    def test_a_part_of_the_threads_does_not_take_all_the_room(self) -> None:
        tables = (TableSize("checkpoint_blobs", 9_000_000, 0, 90_000_000_000),)
        part = Counts(5_000, 50_000, whole=False)
        assert store_bloat.judge(replace(SOUND, tables=tables), part).outcome == "fine"
        assert store_bloat.judge(replace(SOUND, tables=tables), replace(part, whole=True)).outcome == "problem"

    def test_a_small_store_is_never_too_large(self) -> None:
        tables = (TableSize("checkpoint_blobs", 3, 0, 99_000_000),)
        assert store_bloat.judge(replace(SOUND, tables=tables), Counts(1, 3)).outcome == "fine"

    def test_a_files_free_pages_are_not_in_use(self) -> None:
        tables = (TableSize("the file", None, None, 200_000_000), TableSize("its free pages", None, None, 150_000_000))
        assert store_bloat.judge(replace(SOUND, tables=tables), Counts(1, 3)).outcome == "fine"

    @pytest.mark.parametrize(
        ("dead", "rows", "outcome"),
        [
            (100_000, 100_000, "problem"),
            (99_999, 10, "fine"),
            (500_000, 500_001, "fine"),
            (500_000, None, "fine"),
        ],
    )
    def test_dead_rows_count_when_they_are_many_and_the_most(self, dead: int, rows: int | None, outcome: str) -> None:
        tables = (TableSize("checkpoint_writes", rows, dead, 1),)
        assert store_bloat.judge(replace(SOUND, tables=tables), Counts(10, 100)).outcome == outcome

    def test_an_endless_thread_is_named(self) -> None:
        verdict = store_bloat.judge(SOUND, Counts(2, 10_003, [(10_000, "endless"), (3, "short")]))
        assert (verdict.outcome, verdict.thread_ids) == ("problem", ("endless",))

    def test_without_a_pass_over_the_store_nothing_is_known(self) -> None:
        assert store_bloat.judge(SOUND, Counts(0, 0)).outcome == "unknown"
