"""Who shares a SQLite file, and how sure that is, where no scenario shows it."""

from __future__ import annotations

from inspector.doctor.rules.sqlite_many_hosts import judge
from tests.integration.doctor.test_signs_of_postgres import failed

LOCKED = "sqlite3.OperationalError: database is locked"


def test_one_host_is_fine() -> None:
    assert judge(["web-1"], ["web-1"], (), named=True).outcome == "fine"


def test_hosts_that_only_metadata_names_are_likely() -> None:
    verdict = judge([], ["web-1", "web-2"], (), named=True)
    assert (verdict.outcome, verdict.confidence, verdict.hosts) == ("problem", "likely", ("web-1", "web-2"))


def test_hosts_whose_probes_name_the_file_are_certain() -> None:
    verdict = judge(["web-1", "web-2"], [], (), named=True)
    assert (verdict.outcome, verdict.confidence) == ("problem", "certain")


def test_checkpoints_of_nobody_keep_it_unknown() -> None:
    assert judge(["web-1"], ["web-1"], (), named=False).outcome == "unknown"


def test_a_file_that_nobody_writes_to_is_unknown() -> None:
    assert judge([], [], (), named=True).outcome == "unknown"


def test_calls_that_met_a_lock_are_an_error_also_on_one_host() -> None:
    verdict = judge(["web-1"], ["web-1"], [failed("web-1", LOCKED)], named=True)
    assert (verdict.outcome, verdict.severity, verdict.hosts) == ("problem", "high", ("web-1",))
