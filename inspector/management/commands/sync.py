"""`inspector sync`: one pass over each store, with a progress bar."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from inspector.errors import StoreError
from inspector.index.connections import all_readers, close_readers
from inspector.index.sync import PassReport, sync_store
from inspector.management.stores import add_store_option, prepare_index, use_stores
from inspector.reader import Reader


class Command(BaseCommand):
    help = "Bring the index up to date with each store. Exits 0 when the index equals the stores."

    def add_arguments(self, parser: CommandParser) -> None:
        add_store_option(parser)
        parser.add_argument("--full", action="store_true", help="read every thread again")
        parser.add_argument("--watch", action="store_true", help="keep going until interrupted")

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_index(use_stores(options["store"]))
        console = Console(stderr=True)
        try:
            equal = self._pass(console, full=options["full"])
            while options["watch"]:
                time.sleep(settings.INSPECTOR.sync_seconds)
                equal = self._pass(console, full=False)
        except KeyboardInterrupt:
            equal = False
        finally:
            close_readers()
        if not equal:
            raise SystemExit(1)

    def _pass(self, console: Console, *, full: bool) -> bool:
        equal = True
        for reader in all_readers().values():
            try:
                report = _sync_to_the_end(reader, console, full=full)
                console.print(Text(_told(report)))
            except StoreError as error:
                equal = False
                console.print(Text.assemble((error.message, "red"), f" {error.hint}"))
        return equal


def _sync_to_the_end(reader: Reader, console: Console, *, full: bool) -> PassReport:
    """A pass verifies only some of the threads that may have been rewritten; a person waits for all of them."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"{reader.store.name}: connecting", total=None)

        def tell(phase: str, done: int, total: int | None) -> None:
            bar.update(task, description=f"{reader.store.name}: {phase.lower()}", completed=done, total=total)

        report = sync_store(reader, full=full, progress=tell)
        while not report.complete:
            report = sync_store(reader, progress=tell)
        return report


def _told(report: PassReport) -> str:
    if not report.looked and not report.verified:
        return f"{report.store}: nothing has changed ({report.seconds:.2f} s)"
    changes = f"{report.changed:,} threads read, {report.removed:,} removed, {report.verified:,} verified"
    return f"{report.store}: {changes} ({report.seconds:.2f} s)"
