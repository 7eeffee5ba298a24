"""What every command that reads stores shares: the option `--store`, and its own tables kept out of the stores."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from django.conf import settings
from django.core.management.base import CommandParser

from inspector.config import StoreSetting, parse_stores
from inspector.errors import ConfigError
from inspector.index.lazy import make_lazy_indexes
from inspector.management.schema import bring_up_to_date, wait_until_made
from inspector.models import StoreEntry
from inspector.models.database import connection
from inspector.stores.urls import PostgresUrl


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


def prepare_index(stores: Sequence[StoreSetting], *, migrate: bool = True) -> None:
    """Migrates the index, or waits until another process has. Raises `ConfigError` where that would make its tables
    beside a store's checkpoints, where its database does not answer, or nobody migrates it."""
    for store in stores:
        if _is_index(store):
            url = PostgresUrl.parse(store.url.reveal())
            raise ConfigError(
                f"INSPECTOR_DATABASE_URL and the store {store.name} are the same database ({url.safe}).",
                "The dashboard keeps tables of its own and never makes them in a checkpoint store. Name another "
                "database in INSPECTOR_DATABASE_URL, or unset it: then a SQLite file is used.",
            )
    if not migrate:
        wait_until_made()
        return
    bring_up_to_date()
    if not StoreEntry.objects.exclude(walk_after=None).exists():
        make_lazy_indexes()  # of a first build whose store is not configured any more


def _is_index(store: StoreSetting) -> bool:
    if connection.vendor != "postgresql" or store.url.scheme not in ("postgres", "postgresql"):
        return False
    return PostgresUrl.parse(store.url.reveal()).leads_to(connection.get_connection_params())
