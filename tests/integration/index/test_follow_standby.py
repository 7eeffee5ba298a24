"""A streaming standby as the source: it keeps no counters of its own, and its index equals it all the same."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from inspector.demo.binaries import own, postgres_binaries, server_user
from inspector.demo.embedded import SETTINGS, EmbeddedPostgres
from inspector.index.sync import PassReport
from inspector.models import ThreadEntry
from inspector.reader import Reader
from inspector.stores.guard import Limits
from tests.integration.index.copies import Template
from tests.integration.index.equality import assert_index_equals_store
from tests.integration.index.follow_world import FollowWorld
from tests.integration.index.syncing import sync
from tests.integration.index.watched import WatchedStore
from tests.integration.postgres.polling import wait_for

_SETTINGS = SETTINGS | {"wal_level": "replica", "max_wal_senders": "4", "synchronous_commit": "local"}


@pytest.fixture(scope="module")
def primary() -> Iterator[EmbeddedPostgres]:
    """A server that another one may copy."""
    with EmbeddedPostgres(settings=_SETTINGS) as server:
        with (server.directory / "pgdata" / "pg_hba.conf").open("a") as rules:
            rules.write("local replication all trust\n")
        with server.connect() as connection:
            connection.execute("select pg_reload_conf()")
        yield server


@pytest.fixture(scope="module")
def standby(primary: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """A second server, which replays what the first one writes."""
    server = EmbeddedPostgres(settings=_SETTINGS)
    _copy(primary, server)
    with server:
        yield server


def _copy(primary: EmbeddedPostgres, standby: EmbeddedPostgres) -> None:
    user, data = server_user(), standby.directory / "pgdata"
    data.mkdir(mode=0o700)
    own(data, user)
    socket = parse_qs(urlsplit(primary.url).query)["host"][0]
    with tempfile.TemporaryDirectory() as spare:
        Path(spare).chmod(0o755)
        program = postgres_binaries(user, Path(spare)) / "pg_basebackup"
        subprocess.run(
            [program, "-h", socket, "-U", "postgres", "-D", data, "-X", "stream", "-c", "fast", "-R", "--no-sync"],
            user=user,
            extra_groups=[] if user else None,
            cwd="/",
            check=True,
        )
    (standby.directory / "initialised").touch()


class Replica:
    """A world on the primary, and the index of its standby."""

    def __init__(self, primary: EmbeddedPostgres, standby: EmbeddedPostgres, templates: list[Template]) -> None:
        self.world = FollowWorld(primary, primary.create_database(), templates, 1, threads=60)
        self.url = standby.url_for(urlsplit(self.world.url).path.removeprefix("/"))
        self.catch_up(standby)
        self.store = WatchedStore("store", self.url, Limits())
        self.reader = Reader(self.store, host_keys=("worker_hostname",), owner_keys=("user_id",))

    def catch_up(self, standby: EmbeddedPostgres) -> None:
        """Waits until the standby has replayed all that was written until now."""
        found = self.world.admin.execute("select pg_logical_emit_message(false, 'so far', '')").fetchone()
        assert found is not None
        with standby.connect() as connection:
            query = "select pg_last_wal_replay_lsn() >= %s::pg_lsn"
            wait_for(lambda: (connection.execute(query, [found[0]]).fetchone() or [False])[0])

    def sync(self) -> PassReport:
        return sync(self.reader)


@pytest.fixture
def replica(
    primary: EmbeddedPostgres, standby: EmbeddedPostgres, templates: list[Template], index: str
) -> Iterator[Replica]:
    replica = Replica(primary, standby, templates)
    yield replica
    replica.store.close()
    replica.world.close()


def test_after_anything_two_passes_make_the_index_equal_the_standby(
    replica: Replica, standby: EmbeddedPostgres
) -> None:
    world = replica.world
    replica.sync()
    for _ in range(12):
        told = []
        for _ in range(world.random.randint(2, 5)):
            acts = {**world.inserts, **world.others}
            (act,) = world.random.choices(list(acts), weights=list(acts.values()))
            act()
            told.append(act.__name__)
        replica.catch_up(standby)
        replica.sync()
        assert replica.sync().complete, told
        assert_index_equals_store(replica.reader, replica.url)


def test_a_standby_is_read_and_never_written(replica: Replica, standby: EmbeddedPostgres) -> None:
    replica.sync()
    assert ThreadEntry.objects.count() == 60
    with psycopg.connect(replica.url) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("delete from checkpoints")
    assert replica.reader.store.read_fingerprint().rewrites is None
