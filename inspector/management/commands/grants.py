"""`inspector grants`: the SQL for a least-privilege role. Prints, runs nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from inspector.errors import StoreError
from inspector.index.connections import all_readers, close_readers
from inspector.management.stores import add_store_option, use_stores
from inspector.stores.base import CheckpointStore
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
            checked = [self._print(reader.store, role, schema, database) for reader in all_readers().values()]
        finally:
            close_readers()
        if not all(checked):
            raise SystemExit(1)

    def _print(self, store: CheckpointStore, role: str, schema: str, database: str) -> bool:
        """The store itself says where its tables are. For a login that may not even look, names are guessed, and the
        SQL says so where nobody can miss it."""
        try:
            facts = store.read_facts()
        except StoreError as error:
            self.stderr.write(f"{error.message} {error.hint}")
            database = database or store.safe_url.rpartition("/")[2] or "DATABASE"
            self.stdout.write("-- NOT CHECKED: the store could not be read. The names below are guesses.")
            self.stdout.write(reader_grants(database=database, schema=schema or "public", role=role))
            return False
        self.stdout.write(reader_grants(database=database or facts.database, schema=schema or facts.schema, role=role))
        return True
