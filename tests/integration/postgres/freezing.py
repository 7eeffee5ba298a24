"""A server that holds its connections and answers nothing, as a paused container does."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from inspector.demo.embedded import EmbeddedPostgres


@contextmanager
def frozen(server: EmbeddedPostgres) -> Iterator[None]:
    """Every process of the server stopped, inside the block."""
    with server.connect() as connection:
        found = connection.execute("select pid from pg_stat_activity where pid <> pg_backend_pid()").fetchall()
    postmaster = int((server.directory / "pgdata" / "postmaster.pid").read_text().split()[0])
    pids = [postmaster, *(row[0] for row in found)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)
