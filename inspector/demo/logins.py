"""The logins that the demo's dashboard reads with: made by the very lines that `inspector grants` prints."""

from __future__ import annotations

import secrets

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.embedded_redis import EmbeddedRedis
from inspector.ledger.grants import PROBE_ROLE
from inspector.stores.postgres.grants import ledger_grants
from inspector.stores.postgres.grants import reader_grants as postgres_grants
from inspector.stores.redis.grants import reader_grants as redis_grants

_ROLE = "checkpoint_inspector"


def make_postgres_reader(server: EmbeddedPostgres, database: str = "postgres", *, schema: str = "public") -> str:
    """The URL of a role that can read the checkpoints, which are in `schema`, and the ledger, and nothing else."""
    with server.connect(database) as connection:
        connection.execute(postgres_grants(database=database, schema=schema, role=_ROLE))
        connection.execute(ledger_grants(database=database, schema="public", role=PROBE_ROLE, reader=_ROLE))
    return server.url_for(database, user=_ROLE)


def make_redis_reader(server: EmbeddedRedis) -> str:
    """The URL of a user that can read the checkpoints, and nothing else."""
    password = secrets.token_urlsafe(16)
    line = redis_grants(prefix="checkpoint", write_prefix="checkpoint_write", role=_ROLE)
    with server.connect() as client:
        client.execute_command(*line.split(), f">{password}")
    return server.url.replace("://", f"://{_ROLE}:{password}@")
