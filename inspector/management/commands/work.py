"""`inspector work`: what goes on beside the pages, without the pages."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from inspector.index.connections import all_readers, close_readers
from inspector.logs.hooks import log_what_nobody_catches
from inspector.management.background import Background, all_works
from inspector.management.stores import add_store_option, prepare_index, use_stores


class Command(BaseCommand):
    help = "Keep index, diagnosis, alerts and audit log up to date without serving pages, until interrupted."

    def add_arguments(self, parser: CommandParser) -> None:
        add_store_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        log_what_nobody_catches()
        ends = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ends.set())
        stores = use_stores(options["store"])
        prepare_index(stores)
        background = Background(*all_works(list(all_readers().values())))
        background.start()
        for store in stores:
            self.stdout.write(f"Reading {store.name} ({store.url.safe}), read-only.")
        self.stdout.write("Working until told to end (Ctrl-C).")
        self.stdout.flush()
        try:
            ends.wait()
        finally:
            background.stop()
            close_readers()
