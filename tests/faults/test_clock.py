"""The clock of the dashboard's machine is set forwards and backwards while it runs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from tests.faults.bench import postgres_bench
from tests.faults.visitors import check

HOUR = 3600


@pytest.mark.thorough
def test_a_clock_that_is_set_forwards_and_then_backwards(own_server: EmbeddedPostgres, tmp_path: Path) -> None:
    off = tmp_path / "off"
    off.write_text("0")
    launcher = ("-m", "tests.faults.moving_clock", str(off))
    with postgres_bench(tmp_path / "own", own_server, launcher=launcher) as (bench, _):
        for hours in (2, -1, 0):
            with bench.fault() as seen:
                off.write_text(str(hours * HOUR))
                time.sleep(4)
            check(seen, allowed=(200, 404))
