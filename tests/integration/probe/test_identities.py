"""Logins of the probe's own, with the agent's credentials: few, and none once one was refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from psycopg.conninfo import conninfo_to_dict

from inspector.demo.embedded import EmbeddedPostgres
from inspector.probe import identities
from inspector.probe.identities import Resolver
from inspector.probe.places import Address, Places
from tests.redis_server import RedisServer


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identities, "_AFTER_FAILURE", 0.0)


@pytest.fixture
def client(redis_server: RedisServer) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_server.create_database(), decode_responses=True) as client:
        yield client


def look(resolver: Resolver, times: int) -> None:
    for _ in range(times):
        resolver.look_after()
        if resolver._thread is not None:
            resolver._thread.join(30)


def redis_address(client: redis.Redis, **given: Any) -> Address:
    kwargs = client.connection_pool.connection_kwargs
    where = {name: kwargs[name] for name in ("host", "port", "path", "db") if name in kwargs}
    return Address("redis", "saver", "redis://", ("r",), {**where, "prefix": "checkpoint", "secure": False, **given})


def test_a_redis_login_that_was_refused_is_not_tried_again(client: redis.Redis) -> None:
    client.execute_command("ACL", "SETUSER", "agent", "on", ">word", "+@all", "~*")
    client.execute_command("ACL", "LOG", "RESET")
    places = Places("me")
    places.enter(redis_address(client, username="agent", password="rotated"))
    look(Resolver(places), 5)
    (refused,) = client.execute_command("ACL", "LOG")
    assert (refused["reason"], refused["count"]) == ("auth", 1)
    client.execute_command("ACL", "DELUSER", "agent")


def test_a_postgres_login_that_was_refused_is_not_tried_again(postgres: EmbeddedPostgres) -> None:
    postgres.create_role("ledger_rotated", password="new")
    url = postgres.url_for("postgres", user="ledger_rotated", password="old")
    places = Places("me")
    places.enter(Address("postgres", "saver", "postgresql://", ("p",), conninfo_to_dict(url)))
    resolver = Resolver(places)
    look(resolver, 5)
    assert resolver._failures == {0: 1}


def test_a_server_that_is_away_is_asked_again(client: redis.Redis) -> None:
    places = Places("me")
    places.enter(redis_address(client, host="127.0.0.1", port=1))
    resolver = Resolver(places)
    look(resolver, 3)
    assert resolver._failures == {0: 3}


def test_nobody_logs_in_where_that_is_switched_off(client: redis.Redis) -> None:
    places = Places("me")
    places.enter(redis_address(client))
    look(Resolver(places, logins=False), 2)
    assert places.read()[0].identities == ()
    look(Resolver(places), 2)
    assert places.read()[0].identities != ()
