"""The option `--store`, shared by every command that reads stores."""

from __future__ import annotations

import dataclasses

from django.conf import settings
from django.core.management.base import CommandParser

from inspector.config import StoreSetting, parse_stores
from inspector.errors import ConfigError


def add_store_option(parser: CommandParser) -> None:
    parser.add_argument(
        "--store",
        action="append",
        default=[],
        metavar="[NAME=]URL",
        help="a checkpoint store to read; repeatable; overrides INSPECTOR_STORES",
    )


def use_stores(given: list[str]) -> tuple[StoreSetting, ...]:
    """Puts the stores of the command line in place of the configured ones. Raises `ConfigError` when there is none."""
    if given:
        try:
            stores = parse_stores("\n".join(given))
        except ValueError as error:
            raise ConfigError(f"--store cannot be used: {error}.", "Give it as --store NAME=postgresql://…") from None
        settings.INSPECTOR = dataclasses.replace(settings.INSPECTOR, stores=stores)
    found: tuple[StoreSetting, ...] = settings.INSPECTOR.stores
    if not found:
        raise ConfigError(
            "No checkpoint store is configured.",
            "Give one with --store postgresql://USER@HOST/DATABASE, or set INSPECTOR_STORES. "
            "`inspector demo` shows one that is ready made.",
        )
    return found
