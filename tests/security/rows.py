"""All rows of the dashboard's own database, to be put back as they lay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection


@dataclass(frozen=True)
class Rows:
    tables: dict[str, list[tuple[Any, ...]]]

    @classmethod
    def taken(cls) -> Rows:
        tables = [model._meta.db_table for model in apps.get_app_config("inspector").get_models()]
        with connection.cursor() as cursor:
            return cls({table: cursor.execute(f"select * from {table}").fetchall() for table in tables})

    def put(self) -> None:
        with connection.cursor() as cursor:
            for table, rows in self.tables.items():
                if rows:
                    marks = ", ".join(["%s"] * len(rows[0]))
                    cursor.executemany(f"insert into {table} values ({marks})", rows)
