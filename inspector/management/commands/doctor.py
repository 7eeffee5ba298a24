"""`inspector doctor`: why memory does not persist, in a terminal or in CI."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from rich.console import Console

from inspector.config import StoreSetting
from inspector.doctor.look import Look, look_at
from inspector.doctor.report import looks_to_data
from inspector.doctor.terminal import print_look
from inspector.index.connections import all_readers, close_readers
from inspector.management.schema import IndexDown
from inspector.management.stores import add_store_option, prepare_index, use_stores
from inspector.models.database import connection

#: Exit codes: a finding reaches what `--fail-on` says; a store could not be looked at at all; Ctrl-C.
FOUND, UNABLE, INTERRUPTED = 1, 2, 130
#: Characters of a line that nobody sees in a terminal.
_WIDE = 160
_FAILS = {"error": ("error",), "warning": ("error", "warning"), "never": ()}


class Command(BaseCommand):
    help = "Say why memory does not persist: what is wrong between workers and store, with evidence and the fix."

    def add_arguments(self, parser: CommandParser) -> None:
        add_store_option(parser)
        parser.add_argument("--format", choices=("text", "json"), default="text", help="text (the default) or json")
        parser.add_argument(
            "--fail-on",
            choices=tuple(_FAILS),
            default="error",
            help="the least finding that makes the command exit with 1 (error)",
        )
        parser.add_argument("--all", action="store_true", help="list the rules that passed, too")

    def handle(self, *args: Any, **options: Any) -> None:
        stores = use_stores(options["store"])
        try:
            looks = _look(stores)
        except KeyboardInterrupt:
            raise SystemExit(INTERRUPTED) from None
        finally:
            close_readers()
        if options["format"] == "json":
            print(json.dumps(looks_to_data(looks), indent=2))
        else:
            _print(looks, _console(options), everything=options["all"])
        if code := _exit_code(looks, _FAILS[options["fail_on"]]):
            raise SystemExit(code)


def _look(stores: Sequence[StoreSetting]) -> list[Look]:
    indexed = _has_index() and _is_usable(stores)
    with Console(stderr=True).status("Opening the stores") as status:
        return look_at(all_readers().values(), indexed=indexed, tell=status.update)


def _has_index() -> bool:
    """Whether there is an index to use. Where none was ever made, a look makes none."""
    return connection.vendor != "sqlite" or Path(str(connection.settings_dict["NAME"])).is_file()


def _is_usable(stores: Sequence[StoreSetting]) -> bool:
    """Whether the index could be opened and brought to this version's form. A look can do without."""
    try:
        prepare_index(stores)
    except (DatabaseError, IndexDown) as error:
        reason = error.reason if isinstance(error, IndexDown) else str(error).partition("\n")[0]
        print(f"inspector: The index cannot be used, so this look does without: {reason}", file=sys.stderr)
        return False
    return True


def _console(options: dict[str, Any]) -> Console:
    """With Django's own options for colours, which come before what the environment says."""
    no_color, force = options["no_color"] or None, options["force_color"] or None
    return Console(highlight=False, no_color=no_color, force_terminal=force)


def _print(looks: Sequence[Look], console: Console, *, everything: bool) -> None:
    if not (sys.stdout.encoding or "").lower().startswith("utf") and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    if console.is_terminal:
        _write(console, looks, everything)
        return
    if "COLUMNS" not in os.environ:
        console.width = _WIDE
    with console.capture() as written:
        _write(console, looks, everything)
    print("\n".join(line.rstrip() for line in written.get().splitlines()))


def _write(console: Console, looks: Sequence[Look], everything: bool) -> None:
    for number, look in enumerate(looks):
        if number:
            console.print()
        store = look.store if number else ""  # an address without a store means the first one
        print_look(console, look, store=store, everything=everything, heading=len(looks) > 1, now=timezone.now())


def _exit_code(looks: Sequence[Look], failing: Sequence[str]) -> int:
    if any(look.error for look in looks):
        return UNABLE
    found = (one.finding.status for look in looks for one in look.diagnosis.problems)
    return FOUND if any(status in failing for status in found) else 0
