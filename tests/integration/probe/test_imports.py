"""The probe's threads import nothing: a child that is forked meanwhile would wait for that import for ever."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from tests.integration.probe.workers import ROOT
from tests.redis_server import RedisServer


def imported(ledger: str, store: str = "") -> list[str]:
    environment = {**os.environ, "INSPECTOR_LEDGER_URL": ledger, "INSPECTOR_PROBE": "on"}
    command = [sys.executable, "-m", "tests.integration.probe.importing", store]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()


def test_with_a_ledger_in_sqlite(tmp_path: Path) -> None:
    assert imported(f"sqlite:///{tmp_path}/ledger.db") == []


@pytest.mark.redis
def test_with_a_ledger_in_redis(redis_server: RedisServer) -> None:
    assert imported(redis_server.create_database()) == []


@pytest.mark.postgres
def test_with_a_ledger_and_a_store_in_postgres(postgres: EmbeddedPostgres) -> None:
    assert imported(postgres.create_database(), postgres.create_database()) == []
