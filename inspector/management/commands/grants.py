"""`inspector grants`: what least-privilege logins need, one that reads and one for the probe. Prints, runs nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from inspector.doctor.terminal import for_a_terminal
from inspector.errors import ConfigError, StoreError
from inspector.index.connections import all_readers, close_readers, get_ledger
from inspector.ledger.grants import PROBE_ROLE, redis_grants, redis_grants_in_store
from inspector.management.stores import add_store_option, use_stores
from inspector.probe.ledger_url import LedgerUrl
from inspector.stores.base import CheckpointStore
from inspector.stores.postgres.grants import ledger_grants, reader_grants
from inspector.stores.redis import RedisStore
from inspector.stores.urls import PostgresUrl

_NOT_CHECKED = "-- NOT CHECKED: the store could not be read. The names below are guesses."

_FILE = "-- A SQLite file has no logins: the permissions of the file and of its directory decide who may read it.\n"
_NO_LEDGER = "-- The probe's ledger is not in the store: set INSPECTOR_LEDGER_URL to see what its logins need.\n"
_LEDGER_FILE = "-- The ledger is a file: the permissions of the file and of its directory decide who may write it.\n"
_IN_REDIS = "-- For a ledger in this Redis, the probe's user, and what the reader needs beside the line above:"
_REDIS_READER = "-- For redis-cli, once a password is added as >PASSWORD:"


class Command(BaseCommand):
    help = (
        "Print the SQL (for Redis, the ACL line) that makes a role which can read the checkpoints, and one which can "
        "write the probe's ledger."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_store_option(parser)
        parser.add_argument("--part", choices=["reader", "ledger", "both"], default="both", help="what to print (both)")
        parser.add_argument("--role", default="checkpoint_inspector", help="the reader's name (checkpoint_inspector)")
        parser.add_argument("--ledger-role", default=PROBE_ROLE, help=f"the probe's name ({PROBE_ROLE})")
        parser.add_argument("--schema", default="", help="the tables' schema, where the store cannot be asked")
        parser.add_argument("--database", default="", help="the database, where the store cannot be asked")

    def handle(self, *args: Any, **options: Any) -> None:
        self._role, self._ledger_role, self._part = options["role"], options["ledger_role"], options["part"]
        schema, database = options["schema"], options["database"]
        if schema and database:
            self._print(database, schema)
        else:
            use_stores(options["store"])
            try:
                checked = [self._ask(reader.store, schema, database) for reader in all_readers().values()]
            finally:
                close_readers()
            if not all(checked):
                raise SystemExit(1)

    def _ask(self, store: CheckpointStore, schema: str, database: str) -> bool:
        """The store itself says where its tables are. For a login that may not even look, names are guessed, and the
        SQL says so where nobody can miss it."""
        if isinstance(store, RedisStore):
            return self._ask_redis(store)
        if store.kind == "sqlite":
            return self._tell_of_a_file()
        try:
            facts = store.read_facts()
        except StoreError as error:
            self.stderr.write(f"{error.message} {for_a_terminal(error.hint)}")
            self.stdout.write(_NOT_CHECKED)
            self._print(database or store.safe_url.rpartition("/")[2] or "DATABASE", schema or "public")
            return False
        self._print(database or facts.database, schema or facts.schema)
        return True

    def _ask_redis(self, store: RedisStore) -> bool:
        """An ACL line for redis-cli. The server is only asked for the prefixes, which the URL may say as well."""
        checked = True
        try:
            line = store.read_grants(role=self._role)
        except StoreError as error:
            checked = False
            self.stderr.write(f"{error.message} {for_a_terminal(error.hint)}")
            self.stdout.write(_NOT_CHECKED)
            line = store.guess_grants(role=self._role)
        if self._part != "ledger":
            self.stdout.write(f"{_REDIS_READER}\n{line}")
        if self._part != "reader":
            self.stdout.write(self._ledger_beside_redis(store))
        return checked

    def _ledger_beside_redis(self, store: RedisStore) -> str:
        """In the store itself the reader's line adds to the one above. Elsewhere the reader has a name of its own: a
        whole second line for a user takes away what the first gave."""
        if settings.INSPECTOR.ledger_url:
            return self._ledger_block("DATABASE", "public", reader=f"{self._role}_ledger")
        if get_ledger(store.name) is None:
            return _NO_LEDGER
        return f"{_IN_REDIS}\n{redis_grants_in_store(writer=self._ledger_role, reader=self._role)}"

    def _tell_of_a_file(self) -> bool:
        if self._part != "ledger":
            self.stdout.write(_FILE)
        if self._part != "reader":
            self.stdout.write(
                self._ledger_block("DATABASE", "public") if settings.INSPECTOR.ledger_url else _LEDGER_FILE
            )
        return True

    def _print(self, database: str, schema: str) -> None:
        if self._part != "ledger":
            self.stdout.write(reader_grants(database=database, schema=schema, role=self._role))
        if self._part != "reader":
            self.stdout.write(self._ledger_block(database, schema))

    def _ledger_block(self, database: str, schema: str, *, reader: str = "") -> str:
        """For the ledger that INSPECTOR_LEDGER_URL names, else for one in the store's own schema."""
        url = settings.INSPECTOR.ledger_url
        try:
            kind = LedgerUrl.parse(url.reveal()).kind if url else "postgres"
        except ValueError as error:
            raise ConfigError(str(error)) from None
        reader = reader or self._role
        if kind == "sqlite":
            return _LEDGER_FILE
        if kind == "redis":
            lines = redis_grants(writer=self._ledger_role, reader=reader).splitlines()
            told = ["The ledger is in Redis. Two users for it, without passwords yet, to be made there:", *lines]
            return "".join(f"-- {line}\n" for line in told)
        names = {"role": self._ledger_role, "reader": reader}
        if url:
            parsed = PostgresUrl.parse(url.reveal())
            database, schema = parsed.safe.rpartition("/")[2] or database, parsed.schema or "public"
        return ledger_grants(database=database, schema=schema, **names)
