"""`inspector serve`: the dashboard on a production server, with its index kept in sync in the background."""

from __future__ import annotations

import gc
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from inspector.alerts.background import BackgroundAlerts
from inspector.alerts.channels import configured_channels
from inspector.alerts.sender import BackgroundDelivery
from inspector.doctor.background import BackgroundDoctor
from inspector.errors import ConfigError
from inspector.index.background import BackgroundSync
from inspector.index.connections import all_readers, close_readers
from inspector.management.stores import add_store_option, prepare_index, use_stores
from inspector.management.webserver import WebServer

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8765


class Command(BaseCommand):
    help = "Serve the dashboard: migrate its own database, keep index, diagnosis and alerts up to date, answer pages."

    def add_arguments(self, parser: CommandParser) -> None:
        add_store_option(parser)
        parser.add_argument("--host", default=DEFAULT_HOST, help=f"address to listen on ({DEFAULT_HOST})")
        parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"port to listen on ({DEFAULT_PORT})")
        parser.add_argument("--no-sync", action="store_true", help="leave the index to another process")

    def handle(self, *args: Any, **options: Any) -> None:
        stores = use_stores(options["store"])
        prepare_index(stores)
        readers = list(all_readers().values())
        sync = BackgroundSync(readers, pause=settings.INSPECTOR.sync_seconds)
        doctor = BackgroundDoctor(readers)
        alerts = BackgroundAlerts(readers)
        delivery = BackgroundDelivery(configured_channels(settings.INSPECTOR))
        server = _listen(options["host"], options["port"])
        if not options["no_sync"]:
            sync.start()
            doctor.start()
            alerts.start()
            delivery.start()
        for store in stores:
            self.stdout.write(f"Reading {store.name} ({store.url.safe}), read-only.")
        self.stdout.write(
            f"Checkpoint Inspector is on http://{_shown(options['host'])}:{options['port']}/  (Ctrl-C ends it)"
        )
        if not _is_loopback(options["host"]):
            self.stdout.write("There is no login: whoever reaches this port reads every conversation.")
        gc.collect()
        gc.freeze()  # what is loaded by now stays, and collections need not go through it while a page is made
        try:
            server.run()
        finally:
            server.close()
            delivery.stop()
            alerts.stop()
            doctor.stop()
            sync.stop()
            close_readers()


def _listen(host: str, port: int) -> WebServer:
    if not 0 < port < 65_536:  # a resolver may take such a number modulo 65,536
        raise ConfigError(f"There is no port {port}.", "Choose one from 1 to 65535 with --port.")
    try:
        return WebServer(host, port)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"Cannot listen on {host}:{port}: {reason}.", "Choose another with --port.") from error


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(host: str) -> str:
    """An address that a browser can open: the wildcard addresses are for servers."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104  compared, not listened on
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
