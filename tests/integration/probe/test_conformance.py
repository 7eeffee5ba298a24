"""A watched saver does what it did: LangGraph's own conformance suite gives the same result, test by test.

Some savers fail some tests. They must go on to fail the same ones.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from tests.integration.probe.conformance import Results
from tests.integration.probe.savers import OPENERS
from tests.integration.probe.workers import ROOT, read_ledger

#: Every saver can do these. The suite detects them, so what it does not detect it does not test.
EVERY = {"put", "put_writes", "get_tuple", "list", "delete_thread"}


@pytest.fixture(params=OPENERS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """A kind of store, and its address."""
    kind = request.param
    if kind == "postgres":
        server: EmbeddedPostgres = request.getfixturevalue("postgres")
        return kind, server.create_database()
    if kind == "redis":
        return kind, request.getfixturevalue("redis_server").flush()
    return kind, str(tmp_path)


def compare(store: tuple[str, str], ledger: str, stamp: str) -> dict[str, dict[str, Results]]:
    """By saver. The probe wrote its ledger and had nothing to complain of."""
    environ = {**os.environ, "INSPECTOR_LEDGER_URL": ledger, "INSPECTOR_PROBE_STAMP": stamp}
    command = [sys.executable, "-W", "error", "-m", "tests.integration.probe.conformance", *store]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "inspector.probe" not in done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.one_in(3)
@pytest.mark.parametrize("stamp", ["on", "off"])
def test_a_watched_saver_passes_and_fails_what_it_did_raw(store: tuple[str, str], stamp: str, tmp_path: Path) -> None:
    ledger = f"sqlite:///{tmp_path / 'ledger.db'}"
    compared = compare(store, ledger, stamp)
    assert set(compared) == set(OPENERS[store[0]])
    for saver, results in compared.items():
        assert results["watched"] == results["raw"], saver
        assert {name for name, tests in results["raw"].items() if tests} >= EVERY, saver
        assert sum(passed for tests in results["raw"].values() for passed in (tests or {}).values()) > 40, saver
    (worker,) = read_ledger(ledger).workers
    assert (worker.stamps, worker.dropped) == (stamp == "on", {})
    assert len({place.saver for place in worker.places}) == len({name.partition(",")[0] for name in compared})
    assert min(worker.reads, worker.misses, worker.checkpoints, worker.writes) > 0
