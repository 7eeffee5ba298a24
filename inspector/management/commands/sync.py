"""`inspector sync`: one pass over each store, with a progress bar."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from inspector.doctor.terminal import for_a_terminal
from inspector.errors import StoreError
from inspector.index.connections import all_readers, close_readers
from inspector.index.lease import LeaseTaken
from inspector.index.pace import FAST, GENTLE, Pace
from inspector.index.passes import run_pass
from inspector.index.sync import PassReport
from inspector.index.trouble import explain
from inspector.logs.hooks import log_what_nobody_catches
from inspector.management.interrupt import Interrupt
from inspector.management.stores import add_store_option, prepare_index, use_stores
from inspector.reader import Reader

#: Seconds between looks at whether another process has finished its pass.
LOOK_AGAIN = 0.5


class Command(BaseCommand):
    help = "Bring the index up to date with each store and its ledger. Exits 0 when the index equals them."

    def add_arguments(self, parser: CommandParser) -> None:
        add_store_option(parser)
        parser.add_argument("--full", action="store_true", help="read every thread again")
        parser.add_argument("--fast", action="store_true", help="read without the rests that spare the store")
        parser.add_argument("--watch", action="store_true", help="keep going until interrupted")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["watch"]:  # a service, whose last words are collected
            log_what_nobody_catches()
        prepare_index(use_stores(options["store"]))
        console = Console(stderr=True)
        pace = FAST if options["fast"] else GENTLE
        equal = False
        try:
            with Interrupt() as interrupt:
                equal = self._pass(console, pace, full=options["full"])
                while options["watch"] and not interrupt.came:
                    time.sleep(settings.INSPECTOR.sync_seconds)
                    equal = self._pass(console, pace, full=False)
        except KeyboardInterrupt:
            equal = equal and options["watch"]  # the last pass that came to its end counts
        finally:
            close_readers()
        if not equal:
            raise SystemExit(1)

    def _pass(self, console: Console, pace: Pace, *, full: bool) -> bool:
        equal = True
        for reader in all_readers().values():
            try:
                report = _sync_to_the_end(reader, console, pace, full=full)
                console.print(Text(_told(report)))
                if report.ledger_error:
                    _print_trouble(console, report.ledger_error, report.ledger_hint)
                equal = equal and not (report.skipped or report.ledger_error)
            except StoreError as error:
                equal = False
                _print_trouble(console, error.message, error.hint)
            except Error as error:  # of the index: whoever watches goes on when it is over
                if (trouble := explain(error)) is None:
                    raise
                equal = False
                _print_trouble(console, trouble.message, trouble.hint)
            finally:
                close_old_connections()
        return equal


def _sync_to_the_end(reader: Reader, console: Console, pace: Pace, *, full: bool) -> PassReport:
    """A pass reads only some of many threads, and verifies only some of those that may have been rewritten; a person
    waits for all of them, in the rounds that the first pass saw a need for. What is rewritten from then on is for the
    next time. Reports the sum."""
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

        def run(*, full: bool) -> PassReport:
            while True:
                try:
                    return run_pass(reader, full=full, pace=pace, progress=tell)
                except LeaseTaken as error:
                    tell(f"waiting: {error.message}", 0, None)
                    time.sleep(LOOK_AGAIN)

        reports = [run(full=full)]
        while _has_to_go_on(reports):
            reports.append(run(full=False))
        return _sum(reports)


def _has_to_go_on(reports: Sequence[PassReport]) -> bool:
    """The need for another pass: threads are left to read, the ledger holds more, or the rounds are not over that the
    first pass asked for."""
    first, last = reports[0], reports[-1]
    if last.building or last.folding:
        return True
    seen = len({report.round for report in reports})
    wanted = 2 if first.queued else 1
    return seen < wanted or (seen == wanted and last.left > 0)


def _sum(reports: Sequence[PassReport]) -> PassReport:
    return replace(
        reports[-1],
        looked=any(report.looked for report in reports),
        changed=sum(report.changed for report in reports),
        removed=sum(report.removed for report in reports),
        verified=sum(report.verified for report in reports),
        seconds=sum(report.seconds for report in reports),
    )


def _told(report: PassReport) -> str:
    if not (report.looked or report.verified):
        return f"{report.store}: nothing has changed ({report.seconds:.2f} s)"
    read = f"{report.changed:,} thread{'' if report.changed == 1 else 's'} read"
    changes = f"{read}, {report.removed:,} removed, {report.verified:,} verified"
    skipped = f", {report.skipped:,} left out: longer than the read's time budget" if report.skipped else ""
    return f"{report.store}: {changes}{skipped} ({report.seconds:.2f} s)"


def _print_trouble(console: Console, message: str, hint: str) -> None:
    console.print(Text.assemble((message, "red"), f" {for_a_terminal(hint)}"))
