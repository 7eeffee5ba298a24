"""The database that the dashboard's own tables are in: the only one of a dashboard alone, and in another project the
one that its routers name for this app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.core.management import call_command
from django.db import connections, router
from django.db import transaction as _transaction

from inspector.addresses import APP, is_alone
from inspector.models.entries import StoreEntry

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


def own_alias() -> str:
    """Its name in `DATABASES`."""
    return router.db_for_write(StoreEntry)


def own_connection() -> BaseDatabaseWrapper:
    """This thread's. For whom `connection` does not do: it is a proxy, and of no kind."""
    return connections[own_alias()]


class _Connection:
    """As `django.db.connection`, of our own database."""

    def __getattr__(self, name: str) -> Any:
        return getattr(own_connection(), name)


connection = cast("BaseDatabaseWrapper", _Connection())


def atomic() -> _transaction.Atomic:
    """A transaction in it: `with atomic():`."""
    return _transaction.atomic(using=own_alias())


def make_tables(*, index_alone: bool = False) -> None:
    """Brings the tables to this version's form; in another project, or where nobody signs in, those of this app."""
    apps = () if is_alone() and not index_alone else (APP,)
    call_command("migrate", *apps, database=own_alias(), verbosity=0, interactive=False)
