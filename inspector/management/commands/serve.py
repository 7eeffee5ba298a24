"""`inspector serve`: the dashboard on a production server, with its index kept in sync in the background."""

from __future__ import annotations

import argparse
import errno
import os
import shlex
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from inspector.access.link import offer_link
from inspector.access.modes import login_is_configured, ways_in
from inspector.config.parsers import MOST_PROCESSES
from inspector.errors import ConfigError
from inspector.index.connections import all_readers, close_readers
from inspector.logs.hooks import log_what_nobody_catches
from inspector.management.addresses import DEFAULT_HOST, DEFAULT_PORT, base_url, check_port, is_loopback
from inspector.management.alone import refuse_in_a_project
from inspector.management.background import Background, all_works
from inspector.management.listening import listen
from inspector.management.memory import collect_rarely
from inspector.management.one_of_several import answer_pages
from inspector.management.processes import OPTION, Processes
from inspector.management.stores import add_store_option, prepare_index, use_stores
from inspector.management.webserver import WebServer

#: The option by which `inspector demo` says that it is the one who starts it.
OF_DEMO = "--of-demo"
_OWN_ADDRESS = "Name one of this machine's own with --host."


class Command(BaseCommand):
    help = "Serve the dashboard: migrate its own database, keep index, diagnosis and alerts up to date, answer pages."

    def add_arguments(self, parser: CommandParser) -> None:
        add_store_option(parser)
        parser.add_argument("--host", default=DEFAULT_HOST, help=f"address to listen on ({DEFAULT_HOST})")
        parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"port to listen on ({DEFAULT_PORT})")
        parser.add_argument("--no-sync", action="store_true", help="leave the index to another process")
        parser.add_argument(
            "--processes",
            type=int,
            metavar="N",
            help="processes that answer pages; overrides INSPECTOR_PROCESSES (1: this one, which also does the rest)",
        )
        parser.add_argument(OF_DEMO, action="store_true", help=argparse.SUPPRESS)
        parser.add_argument(OPTION, default="", help=argparse.SUPPRESS)  # how `Processes` starts one of them

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_in_a_project("serve", "Your own server serves its pages; `work` does the rest.")
        log_what_nobody_catches()
        stores = use_stores(options["store"])
        if options["one_of"]:
            answer_pages(options["one_of"])
            return
        if options["of_demo"]:
            settings.INSPECTOR_DEMO = True
        prepare_index(stores, migrate=not options["no_sync"])
        by_link = _opens_by_link(options["host"])
        readers = list(all_readers().values())
        background = Background(*(() if options["no_sync"] else all_works(readers)))
        processes = _number(options["processes"])
        given = [f"--store={url}" for url in options["store"]]
        server = _listen(options["host"], options["port"], processes, given)
        background.start()
        for store in stores:
            self.stdout.write(f"Reading {store.name} ({store.url.safe}), read-only.")
        address = base_url(options["host"], options["port"])
        self.stdout.write(f"Checkpoint Inspector is on {address}/  (Ctrl-C ends it)")
        self.stdout.write(offer_link(address) if by_link else _told_ways(options["host"], options["port"]))
        self.stdout.flush()  # into a file or a pipe it would come when all is over
        collect_rarely()
        try:
            server.run(at_end=background.tell)
        finally:
            server.close()
            background.stop()
            close_readers()


def _number(given: int | None) -> int:
    """Of processes that answer pages."""
    number: int = settings.INSPECTOR.processes if given is None else given
    if not 0 < number <= MOST_PROCESSES:
        raise ConfigError(f"{number} processes cannot answer pages.", f"--processes takes 1 to {MOST_PROCESSES}.")
    if number > 1 and os.name != "posix":
        raise ConfigError("Only one process can answer pages on this system.", "Leave --processes away.")
    return number


def _listen(host: str, port: int, processes: int = 1, given: Sequence[str] = ()) -> WebServer | Processes:
    check_port(port)
    drain = settings.INSPECTOR.drain_seconds
    try:
        if processes > 1:
            return Processes(host, port, processes, given, drain=drain)
        return WebServer(listen(host, port), drain=drain)
    except ValueError as error:  # all that is told of a name that nobody knows
        raise ConfigError(f"Cannot listen on {host}: there is no such host name or address.", _OWN_ADDRESS) from error
    except OSError as error:
        hint = _OWN_ADDRESS if error.errno == errno.EADDRNOTAVAIL else "Choose another with --port."
        raise ConfigError(f"Cannot listen on {host}:{port}: {error.strerror or error}.", hint) from error


def _told_ways(host: str, port: int) -> str:
    """A line for whoever starts a dashboard to which people sign in. Without options, `link` knows the address that
    people are given, where that is set."""
    options = []
    if not settings.INSPECTOR.public_url:
        if base_url(host, port) != base_url(DEFAULT_HOST, port):
            options += ["--host", host]
        if port != DEFAULT_PORT:
            options += ["--port", str(port)]
    return f"Sign in {ways_in()}; `{shlex.join(['inspector', 'link', *options])}` prints a link that works once."


def _opens_by_link(host: str) -> bool:
    """Whether people come in by the link that is printed: who sees that is who runs the dashboard. Raises `ConfigError`
    where others reach the address and nobody could sign in."""
    if login_is_configured():
        return False
    if not is_loopback(host):
        raise ConfigError(
            f"Others can reach {host}, and nobody could sign in: no login is configured.",
            "Add somebody with `inspector user add NAME --role content`, or set INSPECTOR_PROXY_ADDRESSES and "
            "INSPECTOR_PROXY_USER_HEADER, or INSPECTOR_OIDC_ISSUER. On 127.0.0.1 a link that is printed is enough.",
        )
    return True
