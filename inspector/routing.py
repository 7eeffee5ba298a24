"""Which database our tables are in, in somebody else's project."""

from __future__ import annotations

from typing import Any

from inspector.addresses import APP

#: The database's name in `DATABASES`.
ALIAS = "inspector"


class OwnTables:
    """For `DATABASE_ROUTERS`: this app's tables are in the database `inspector` and nowhere else, and no others are
    there."""

    def db_for_read(self, model: Any, **_hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == APP else None

    def db_for_write(self, model: Any, **_hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == APP else None

    def allow_relation(self, one: Any, other: Any, **_hints: Any) -> bool | None:
        return True if one._meta.app_label == other._meta.app_label == APP else None

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool | None:
        if app_label == APP:
            return db == ALIAS
        return False if db == ALIAS else None
