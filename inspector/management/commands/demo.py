"""`inspector demo`: embedded servers, real LangGraph traffic from several processes, and the dashboard on it.

The stores are a Postgres, and a Redis where the packages that bring one are there for the platform. The dashboard runs
as a process of its own with an index of its own, so that a demo never meets the index of real stores, and reads through
the very logins that `inspector grants` prints.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import webbrowser
from argparse import BooleanOptionalAction
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.fleet import ORPHAN_AFTER
from inspector.demo.shown import Shown, check_slug, fleet_shown, slug_shown
from inspector.errors import ConfigError
from inspector.management.addresses import DEFAULT_HOST, DEFAULT_PORT, base_url, check_port
from inspector.management.alone import refuse_in_a_project
from inspector.management.commands.serve import OF_DEMO

_START_SECONDS = 60.0


class Command(BaseCommand):
    help = "Show the dashboard on real LangGraph traffic; nothing to prepare."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"port to listen on ({DEFAULT_PORT})")
        parser.add_argument("--browser", action=BooleanOptionalAction, default=True, help="open the first page")
        parser.add_argument("--scenario", default="", metavar="SLUG", help="show one scenario, or `healthy`")
        parser.add_argument("--fixed", action="store_true", help="of the scenario, show how it should be")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_in_a_project("demo", "`inspector demo` runs it by itself.")
        _check_port(options["port"])
        slug, fixed = options["scenario"], options["fixed"]
        if slug:
            check_slug(slug)
        elif fixed:
            raise ConfigError("--fixed needs a scenario.", "Name one with --scenario SLUG.")
        began = time.monotonic()
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _end)
        with contextlib.suppress(KeyboardInterrupt), EmbeddedPostgres() as server:
            self._say(f"An embedded Postgres runs at {server.url}")
            show = slug_shown(server, slug, self._say, fixed=fixed) if slug else fleet_shown(server, self._say)
            with show as shown:
                self._dashboard(server, shown, options["port"], options["browser"], began)
        self._say("The demo has ended; its stores and its index are gone.")

    def _dashboard(self, server: EmbeddedPostgres, shown: Shown, port: int, browser: bool, began: float) -> None:
        environment = _environment(server, shown)
        with subprocess.Popen(  # noqa: S603  our own command
            [sys.executable, "-m", "inspector", "serve", "--port", str(port), OF_DEMO],
            env=environment,
            start_new_session=True,  # a terminal's Ctrl-C ends it through us, once, as a signal to us alone does
        ) as dashboard:
            opens = functools.partial(_open_browser, port, environment) if browser else None
            again = f"INSPECTOR_DATA_DIR={shlex.quote(environment['INSPECTOR_DATA_DIR'])} {shlex.join(_link(port))}"
            announce = threading.Thread(target=self._announce, args=(dashboard, port, opens, again, began), daemon=True)
            announce.start()
            try:
                code = dashboard.wait()
            finally:
                dashboard.terminate()
                dashboard.wait()
        if code:
            raise ConfigError("The dashboard ended by itself.", "What it said stands above.")

    def _announce(
        self, dashboard: subprocess.Popen[bytes], port: int, opens: Callable[[], None] | None, again: str, began: float
    ) -> None:
        """Once the dashboard answers, says so and opens the first page. `again` prints another link to it: without the
        demo's directory `inspector link` would print one to the user's own dashboard."""
        address = f"{base_url(DEFAULT_HOST, port)}/"
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and dashboard.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}-/health", timeout=2):  # noqa: S310
                self._say(f"Ready after {time.monotonic() - began:.0f} s on {address}: open the link above.")
                self._say(f"For another link: {again}")
                if opens is not None:
                    opens()
                return
            time.sleep(0.1)

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def _open_browser(port: int, environment: Mapping[str, str]) -> None:
    """With a link of its own: the one that was printed is left for whoever reads it."""
    made = subprocess.run(_link(port), env=environment, capture_output=True, text=True, check=False)  # noqa: S603  ours
    if made.returncode == 0:
        webbrowser.open(made.stdout.strip())


def _link(port: int) -> list[str]:
    return [sys.executable, "-m", "inspector", "link", "--port", str(port)]


def _check_port(port: int) -> None:
    """Before anything is started: a taken port is the likeliest reason for a demo to fail."""
    check_port(port)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((DEFAULT_HOST, port))
        except OSError as error:
            raise ConfigError(f"Cannot listen on port {port}.", "Choose another with --port.") from error


def _environment(server: EmbeddedPostgres, shown: Shown) -> dict[str, str]:
    """The caller's environment without any of our settings: the demo shows the demo."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INSPECTOR_")}
    return {
        **kept,
        "INSPECTOR_STORES": "\n".join(f"{name}={url}" for name, url in shown.stores.items()),
        "INSPECTOR_LEDGER_URL": shown.ledger_url,
        "INSPECTOR_DATA_DIR": str(server.directory / "dashboard"),
        "INSPECTOR_ORPHAN_AFTER": str(ORPHAN_AFTER),
    }


def _end(signum: int, frame: FrameType | None) -> None:
    """However it is told to end, what it started ends with it."""
    raise KeyboardInterrupt
