"""`inspector grants`: the SQL for a least-privilege role. Prints, runs nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from inspector.errors import StoreError
from inspector.index.connections import all_readers, close_readers
from inspector.management.stores import add_store_option, use_stores
from inspector.stores.postgres.grants import reader_grants


class Command(BaseCommand):
    help = "Print the SQL that makes a role which can read the checkpoints and nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        add_store_option(parser)
        parser.add_argument("--role", default="checkpoint_inspector", help="the role's name (checkpoint_inspector)")
        parser.add_argument("--schema", default="", help="the tables' schema, where the store cannot be asked")
        parser.add_argument("--database", default="", help="the database, where the store cannot be asked")

    def handle(self, *args: Any, **options: Any) -> None:
        role, schema, database = options["role"], options["schema"], options["database"]
        if schema and database:
            self.stdout.write(reader_grants(database=database, schema=schema, role=role))
            return
        use_stores(options["store"])
        try:
            for reader in all_readers().values():
                self.stdout.write(self._of(reader.store, role, schema, database))
        finally:
            close_readers()

    def _of(self, store: Any, role: str, schema: str, database: str) -> str:
        """The store itself says where its tables are; a login that may not even look gets a template."""
        try:
            facts = store.read_facts()
            schema, database = schema or facts.schema, database or facts.database
        except StoreError as error:
            self.stderr.write(f"{error.message} What follows is filled in with the usual names: check them.")
        return reader_grants(database=database or "DATABASE", schema=schema or "public", role=role)
