"""An index of a test's own, in a file or on a server, migrated once and empty for every test.

pytest-django's database is one connection's memory and one transaction: nothing that takes two threads, two processes
or a real commit can be seen in it. This one is what `inspector serve` uses.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import dj_database_url
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from inspector.demo.embedded import EmbeddedPostgres
from inspector.doctor.throwaway import default_database
from inspector.models import Access, Delivery, Opened, SignInLink, StoreEntry
from inspector.parts import _sqlite

_NAME = "index"


@contextmanager
def sqlite_index(path: Path, blocker: DjangoDbBlocker) -> Iterator[str]:
    """The default database is the SQLite file at `path`; gives its URL for INSPECTOR_DATABASE_URL."""
    with blocker.unblock():
        shutil.copy(_migrated(), path)
        with default_database(_sqlite(str(path))):
            yield f"sqlite:///{path}"


@contextmanager
def postgres_index(server: EmbeddedPostgres, blocker: DjangoDbBlocker) -> Iterator[str]:
    """The default database is a Postgres one, always the same and emptied: making one costs more than a test."""
    with blocker.unblock():
        new = not _exists(server, _NAME)
        url = server.create_database(_NAME) if new else server.url_for(_NAME)
        with default_database(_settings(url)):
            if new:
                call_command("migrate", verbosity=0, interactive=False)
            StoreEntry.objects.all().delete()  # and all that is a store's
            Delivery.objects.all().delete()  # tests of channels are of no store
            for model in (Opened, Access, SignInLink, get_user_model(), Session):
                model.objects.all().delete()
            yield url


@cache
def _migrated() -> Path:
    directory = tempfile.mkdtemp(prefix="inspector-index-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    path = Path(directory) / "index.sqlite3"
    with default_database(_sqlite(str(path))):
        call_command("migrate", verbosity=0, interactive=False)
    return path


def _settings(url: str) -> dict[str, Any]:
    return dict(dj_database_url.parse(url))


def _exists(server: EmbeddedPostgres, name: str) -> bool:
    with server.connect() as connection:
        return connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is not None
