"""Whether this process can answer pages now: what a load balancer asks before it sends people here."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache

from django.db import Error, router
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from inspector.addresses import APP, is_alone
from inspector.config import Config
from inspector.index.briefly import waiting_briefly
from inspector.models.database import connection, own_alias

#: A probe gives up after a second or so.
_PATIENCE_MS = 500
_ending = threading.Event()
NO_ANSWER = "The dashboard's own database does not answer."


def say_not_ready() -> None:
    """From now on: the process is told to end, and whoever asks should send people elsewhere."""
    _ending.set()


def say_ready() -> None:
    _ending.clear()


def why_not_ready(config: Config) -> str:
    """One sentence without an address, "" where nothing is in the way. Stores are not asked: pages stay up without."""
    if _ending.is_set():
        return "It is about to end."
    if not config.stores:
        return "No checkpoint store is configured."
    try:
        with waiting_briefly(_PATIENCE_MS):
            missing = missing_migrations()
    except Error:
        return NO_ANSWER
    return "The tables of the dashboard's own database are not up to date." if missing else ""


def missing_migrations() -> Sequence[tuple[str, str]]:
    """The last migration of each app that is not applied, as (app, name). What a newer version has applied beside them
    does not matter: it only adds. Raises `django.db.Error`."""
    applied = MigrationRecorder(connection).applied_migrations()
    alias = own_alias()
    return [leaf for leaf in _leaves() if leaf not in applied and _is_ours(leaf[0], alias)]


def _is_ours(app: str, alias: str) -> bool:
    """In somebody else's project only the tables of this app are."""
    return is_alone() or (app == APP and router.allow_migrate(alias, app))


@lru_cache(maxsize=1)
def _leaves() -> tuple[tuple[str, str], ...]:
    """Of a path that leads here all are applied where its last one is."""
    loader = MigrationLoader(None)
    return tuple(sorted(loader.graph.leaf_nodes()))
