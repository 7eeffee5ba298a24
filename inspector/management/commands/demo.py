"""`inspector demo`: embedded servers, real LangGraph traffic from several processes, and the dashboard on it.

The stores are a Postgres, and a Redis where the packages that bring one are there for the platform. The dashboard runs
as a process of its own with an index of its own, so that a demo never meets the index of real stores, and reads through
the very logins that `inspector grants` prints.
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
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.embedded_redis import EmbeddedRedis
from inspector.demo.fleet import ORPHAN_AFTER, Fleet
from inspector.demo.logins import make_postgres_reader, make_redis_reader
from inspector.errors import ConfigError
from inspector.management.commands.serve import DEFAULT_HOST, DEFAULT_PORT

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
            with self._other_server(options["scenario"]) as other, self._traffic(server, other, options["scenario"]):
                self._dashboard(server, other, options["port"], options["browser"], began)
        self._say("The demo has ended; its stores and its index are gone.")

    @contextlib.contextmanager
    def _other_server(self, slug: str) -> Iterator[EmbeddedRedis | None]:
        """None for a single scenario, and where no Redis can be started."""
        if slug:
            yield None
            return
        with contextlib.ExitStack() as stack:
            try:
                other = stack.enter_context(EmbeddedRedis())
            except (RuntimeError, OSError) as error:  # no packages for it here, or it does not start
                self._say(f"There is no second store, in Redis: {error}")
                yield None
                return
            self._say(f"An embedded Redis runs at {other.url}")
            yield other

    @contextlib.contextmanager
    def _traffic(self, server: EmbeddedPostgres, other: EmbeddedRedis | None, slug: str) -> Iterator[None]:
        if slug:
            yield from self._scenario(server, slug)
            return
        with Fleet(server.url, server.directory / "logs", other_url=other.url if other else "") as fleet:
            self._say(f"Workers {', '.join(fleet.hosts)} are having their first conversations …")
            if not fleet.wait_seeded(_SEED_SECONDS):
                self._say("They are slow today; the dashboard starts with what there is.")
            self._say("Two of them lose conversations, each in its own way. The page Workers tells which.")
            if other:
                self._say("A third keeps its halves of conversations in the other store: see what is marked `also in`.")
            yield

    def _scenario(self, server: EmbeddedPostgres, slug: str) -> Iterator[None]:
        """Imported here: playing a scenario needs LangGraph in this process, the fleet only in its workers."""
        from inspector.demo.plays import plays
        from inspector.demo.repertoire import play_into

        if slug not in plays():
            raise ConfigError(f"No scenario is called {slug!r}.", f"There are {', '.join(plays())}.")
        self._say(f"Playing {slug}: {plays()[slug].summary}")
        with play_into(server.url, [slug]):
            yield

    def _dashboard(
        self, server: EmbeddedPostgres, other: EmbeddedRedis | None, port: int, browser: bool, began: float
    ) -> None:
        with subprocess.Popen(  # noqa: S603  our own command
            [sys.executable, "-m", "inspector", "serve", "--port", str(port)],
            env=_environment(server, other),
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


def _environment(server: EmbeddedPostgres, other: EmbeddedRedis | None) -> dict[str, str]:
    """The caller's environment without any of our settings: the demo shows the demo. The ledger is in Postgres, for
    the workers of either store."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INSPECTOR_")}
    url = make_postgres_reader(server)
    stores = [f"demo={url}"]
    if other is not None:
        stores.append(f"demo-redis={make_redis_reader(other)}")
    return {
        **kept,
        "INSPECTOR_STORES": "\n".join(stores),
        "INSPECTOR_LEDGER_URL": url,
        "INSPECTOR_DATA_DIR": str(server.directory / "dashboard"),
        "INSPECTOR_ORPHAN_AFTER": str(ORPHAN_AFTER),
    }


def _end(signum: int, frame: FrameType | None) -> None:
    """However it is told to end, what it started ends with it."""
    raise KeyboardInterrupt
