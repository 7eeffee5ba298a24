"""A server that is stopped as a crash stops it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from inspector.demo.embedded import EmbeddedPostgres
from tests.integration.postgres.polling import wait_for


def crash(server: EmbeddedPostgres) -> None:
    """It loses its counters and what it had not yet written to its log, and is started again."""
    process = int((Path(server.directory) / "pgdata" / "postmaster.pid").read_text().split()[0])
    os.kill(process, signal.SIGQUIT)
    wait_for(lambda: not server.running)
    server.stop()
    server.start()
