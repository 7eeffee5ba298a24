"""Every process counts for itself: a forked child begins with nothing, and its parent goes on with what it has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.probe.forks import CHILDREN, READS
from tests.integration.probe.workers import ROOT, closing_reader


@pytest.mark.one_in(3)
@pytest.mark.parametrize("how", ["fork", "between-batches", "locked", "multiprocessing-fork", "multiprocessing-spawn"])
def test_parent_and_children_are_workers_of_their_own(how: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    environment = {**os.environ, "INSPECTOR_LEDGER_URL": url, "INSPECTOR_HOSTNAME": "web-1", "INSPECTOR_PROBE": "on"}
    command = [sys.executable, "-m", "tests.integration.probe.forks", how]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    with closing_reader(url) as ledger:
        workers = {report.worker_id: report for report in ledger.read_workers().reports}
        counted = ledger.read_counts(["parent", "child"]).rows
    assert len(workers) == 1 + CHILDREN == len({report.pid for report in workers.values()})
    assert sorted((row.thread_id, row.reads) for row in counted) == [("child", READS)] * CHILDREN + [("parent", 2)]
    assert sorted(report.reads for report in workers.values()) == [2] + [READS] * CHILDREN
    assert all(report.places[0].savers == 1 for report in workers.values())
    assert workers[next(row.worker_id for row in counted if row.thread_id == "parent")].ended
    if how.startswith("multiprocessing"):
        assert all(report.ended for report in workers.values())
