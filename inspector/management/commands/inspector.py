"""`manage.py inspector COMMAND`: our commands in somebody else's project, whatever others of their names it has."""

from __future__ import annotations

import sys
from argparse import REMAINDER
from typing import Any

from django.core.management import call_command, load_command_class
from django.core.management.base import BaseCommand, CommandParser

from inspector.addresses import APP
from inspector.errors import InspectorError

#: Those that make sense there.
COMMANDS = ("sync", "work", "doctor", "grants", "user")


class Command(BaseCommand):
    help = "Run a command of the Checkpoint Inspector: " + ", ".join(COMMANDS) + "."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=COMMANDS, metavar="COMMAND", help=", ".join(COMMANDS))
        parser.add_argument("arguments", nargs=REMAINDER, help="as the command takes them; COMMAND --help tells")

    def run_from_argv(self, argv: list[str]) -> None:
        """The command reads its own arguments. What is wrong is told without a traceback, as by `inspector`."""
        if argv[2:3] and argv[2] in COMMANDS:
            try:
                load_command_class(APP, argv[2]).run_from_argv([f"{argv[0]} {argv[1]}", *argv[2:]])
            except InspectorError as error:
                print("\n".join(filter(None, (f"inspector: {error.message}", error.hint))), file=sys.stderr)
                sys.exit(2)
        else:
            super().run_from_argv(argv)

    def handle(self, *args: Any, **options: Any) -> None:
        call_command(load_command_class(APP, options["name"]), *options["arguments"])
