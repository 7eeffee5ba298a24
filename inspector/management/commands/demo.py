"""`inspector demo`: an embedded Postgres, real LangGraph traffic from several processes, and the dashboard on it.

The dashboard runs as a process of its own with an index of its own, so that a demo never meets the index of real
stores, and reads through the very role that `inspector grants` prints.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import webbrowser
from argparse import BooleanOptionalAction
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.fleet import ORPHAN_AFTER, Fleet
from inspector.errors import ConfigError
from inspector.ledger.grants import PROBE_ROLE
from inspector.management.commands.serve import DEFAULT_HOST, DEFAULT_PORT
from inspector.stores.postgres.grants import ledger_grants, reader_grants

_ROLE = "checkpoint_inspector"
_SEED_SECONDS = 90.0
_START_SECONDS = 60.0


class Command(BaseCommand):
    help = "Show the dashboard on real LangGraph traffic; nothing to prepare."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"port to listen on ({DEFAULT_PORT})")
        parser.add_argument("--browser", action=BooleanOptionalAction, default=True, help="open the first page")
        parser.add_argument("--scenario", default="", metavar="SLUG", help="play one scenario instead of live traffic")

    def handle(self, *args: Any, **options: Any) -> None:
        _check_port(options["port"])
        began = time.monotonic()
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _end)
        with contextlib.suppress(KeyboardInterrupt), EmbeddedPostgres() as server:
            self._say(f"An embedded Postgres runs at {server.url}")
            with self._traffic(server, options["scenario"]):
                self._dashboard(server, options["port"], options["browser"], began)
        self._say("The demo has ended; its store and its index are gone.")

    @contextlib.contextmanager
    def _traffic(self, server: EmbeddedPostgres, slug: str) -> Iterator[None]:
        if slug:
            yield from self._scenario(server, slug)
            return
        with Fleet(server.url, server.directory / "logs") as fleet:
            self._say(f"Workers {', '.join(fleet.hosts)} are having their first conversations …")
            if not fleet.wait_seeded(_SEED_SECONDS):
                self._say("They are slow today; the dashboard starts with what there is.")
            self._say("Two of them lose conversations, each in its own way. The page Workers tells which.")
            yield

    def _scenario(self, server: EmbeddedPostgres, slug: str) -> Iterator[None]:
        """Imported here: playing a scenario needs LangGraph in this process, the fleet only in its workers."""
        from inspector.demo.repertoire import play_into
        from inspector.demo.scenarios import scenarios

        if slug not in scenarios():
            raise ConfigError(f"No scenario is called {slug!r}.", f"There are {', '.join(scenarios())}.")
        self._say(f"Playing {slug}: {scenarios()[slug].summary}")
        with play_into(server.url, [slug]):
            yield

    def _dashboard(self, server: EmbeddedPostgres, port: int, browser: bool, began: float) -> None:
        url = _make_reader(server)
        with subprocess.Popen(  # noqa: S603  our own command
            [sys.executable, "-m", "inspector", "serve", "--port", str(port)],
            env=_environment(server.directory, url),
            start_new_session=True,  # a terminal's Ctrl-C ends it through us, once, as a signal to us alone does
        ) as dashboard:
            address = f"http://{DEFAULT_HOST}:{port}/"
            announce = threading.Thread(target=self._announce, args=(dashboard, address, browser, began), daemon=True)
            announce.start()
            try:
                code = dashboard.wait()
            finally:
                dashboard.terminate()
                dashboard.wait()
        if code:
            raise ConfigError("The dashboard ended by itself.", "What it said stands above.")

    def _announce(self, dashboard: subprocess.Popen[bytes], address: str, browser: bool, began: float) -> None:
        """Once the dashboard answers, says so and opens the first page."""
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and dashboard.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}-/health", timeout=2):  # noqa: S310
                self._say(f"Ready after {time.monotonic() - began:.0f} s: open {address}")
                if browser:
                    webbrowser.open(address)
                return
            time.sleep(0.1)

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def _check_port(port: int) -> None:
    """Before anything is started: a taken port is the likeliest reason for a demo to fail."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((DEFAULT_HOST, port))
        except (OSError, OverflowError) as error:
            raise ConfigError(f"Cannot listen on port {port}.", "Choose another with --port.") from error


def _make_reader(server: EmbeddedPostgres) -> str:
    """The URL of a role that can read and nothing else, made by the SQL that `inspector grants` prints."""
    with server.connect() as connection:
        database = connection.info.dbname
        connection.execute(reader_grants(database=database, schema="public", role=_ROLE))
        connection.execute(ledger_grants(database=database, schema="public", role=PROBE_ROLE, reader=_ROLE))
    return server.url_for(database, user=_ROLE)


def _environment(directory: Path, url: str) -> dict[str, str]:
    """The caller's environment without any of our settings: the demo shows the demo."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INSPECTOR_")}
    return {
        **kept,
        "INSPECTOR_STORES": f"demo={url}",
        "INSPECTOR_DATA_DIR": str(directory / "dashboard"),
        "INSPECTOR_ORPHAN_AFTER": str(ORPHAN_AFTER),
    }


def _end(signum: int, frame: FrameType | None) -> None:
    """However it is told to end, what it started ends with it."""
    raise KeyboardInterrupt
