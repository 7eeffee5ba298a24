"""`inspector link`: a new link that signs its opener in, for a dashboard on this machine."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from inspector.access.link import make_link
from inspector.management.addresses import DEFAULT_HOST, DEFAULT_PORT, base_url, check_port
from inspector.management.alone import refuse_in_a_project
from inspector.management.stores import prepare_index


class Command(BaseCommand):
    help = "Print a link that opens the dashboard, once: it signs whoever opens it in and shows everything."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="", help=f"address that `serve` listens on ({DEFAULT_HOST})")
        parser.add_argument("--port", type=int, help=f"port that `serve` listens on ({DEFAULT_PORT})")

    def handle(self, *args: Any, **options: Any) -> None:
        """Without either option, the address that people are given (INSPECTOR_PUBLIC_URL), where that is set."""
        refuse_in_a_project("link", "People sign in to the project.")
        host, port = options["host"], options["port"]
        base = settings.INSPECTOR.public_url if not host and port is None else ""
        port = DEFAULT_PORT if port is None else port
        check_port(port)
        prepare_index(settings.INSPECTOR.stores)
        self.stdout.write(make_link(base or base_url(host or DEFAULT_HOST, port)))
