"""What a Redis server shows of its condition, to a user with the printed ACL line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from inspector.demo.embedded_redis import EmbeddedRedis
from inspector.demo.graphs.chat import build_chat
from inspector.errors import NotACheckpointStore
from inspector.stores.signs import RedisSigns, Signs
from tests.integration.redis.conftest import OpenStore, play_into, saver_of
from tests.integration.redis.test_read_only_proof import Recorded, digest
from tests.redis_server import RedisServer

PASSWORD = "of-the-reader"
HOUR = {"default_ttl": 60, "refresh_on_read": True}


def say(saver: Any, thread_id: str) -> None:
    build_chat(saver).invoke({"messages": [("user", "Hello")]}, {"configurable": {"thread_id": thread_id}})


def redis_of(signs: Signs) -> RedisSigns:
    assert signs.redis is not None
    return signs.redis


@pytest.fixture
def server() -> Iterator[EmbeddedRedis]:
    """A server whose settings may be changed."""
    with EmbeddedRedis() as own:
        yield own


def test_keys_of_a_saver_with_a_time_to_live_are_seen_to_expire(empty: str, open_store: OpenStore) -> None:
    with saver_of(empty, ttl=HOUR) as saver:
        play_into(saver, "new-input", "parallel-send")
    found = redis_of(open_store(empty).read_signs())
    assert found.sampled_checkpoints == found.expiring_checkpoints > 5
    assert found.sampled_writes == found.expiring_writes > 0
    assert found.shortest_ttl_seconds is not None
    assert 0 < found.shortest_ttl_seconds <= 3600
    assert found.sampled_pointers >= 2
    assert found.dangling_pointers == ()


def test_keys_that_stay_have_no_time_to_live(empty: str, open_store: OpenStore) -> None:
    with saver_of(empty) as saver:
        play_into(saver, "new-input")
    found = redis_of(open_store(empty).read_signs())
    assert found.sampled_checkpoints > 3
    assert (found.expiring_checkpoints, found.expiring_writes, found.shortest_ttl_seconds) == (0, 0, None)


def test_only_the_newest_checkpoints_of_a_large_store_are_looked_at(empty: str, open_store: OpenStore) -> None:
    with saver_of(empty) as saver:
        for number in range(80):
            say(saver, f"old-{number}")
    with saver_of(empty, ttl=HOUR) as saver:
        say(saver, "new")
    found = redis_of(open_store(empty).read_signs())
    assert (found.sampled_checkpoints, found.expiring_checkpoints) == (200, 3)


def test_a_pointer_whose_checkpoint_is_gone_names_its_thread(
    empty: str, redis_server: RedisServer, open_store: OpenStore
) -> None:
    with saver_of(empty) as saver:
        say(saver, "lost")
        say(saver, "kept")
    with redis_server.connect() as client:
        for name in client.scan_iter("checkpoint:lost:*"):
            client.delete(name)
    found = redis_of(open_store(empty).read_signs())
    assert (found.sampled_pointers, found.dangling_pointers) == (2, ("lost",))


def test_a_pointer_that_is_about_to_expire_itself_is_no_dangling_one(
    empty: str, redis_server: RedisServer, open_store: OpenStore
) -> None:
    with saver_of(empty) as saver:
        say(saver, "lost")
    with redis_server.connect() as client:
        for name in client.scan_iter("checkpoint:lost:*"):
            client.delete(name)
        client.expire("checkpoint_latest:lost:__empty__", 4)
    assert redis_of(open_store(empty).read_signs()).dangling_pointers == ()


def test_prefixes_of_all_savers_in_the_database_are_named(empty: str, open_store: OpenStore) -> None:
    for prefix in ("acme", "acme:beta"):
        with saver_of(empty, checkpoint_prefix=prefix, checkpoint_write_prefix=f"{prefix}_write") as saver:
            play_into(saver, "new-input")
    store = open_store(f"{empty}?prefix=acme&write_prefix=acme_write")
    assert redis_of(store.read_signs()).prefixes == ("acme", "acme:beta")


def test_the_policy_for_full_memory_and_what_it_has_cost_are_told(server: EmbeddedRedis, open_store: OpenStore) -> None:
    with saver_of(server.url) as saver, server.connect() as client:
        play_into(saver, "new-input")
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("maxmemory", "1gb")
        before = redis_of(open_store(server.url).read_signs())
        client.config_set("maxmemory", "1mb")
        with contextlib.suppress(redis.exceptions.OutOfMemoryError):  # what could be dropped was not enough
            client.set("one-more", "")
        client.config_set("maxmemory", "0")
        after = redis_of(open_store(server.url).read_signs())
    assert (before.policy, before.max_memory_bytes, before.evicted_keys) == ("allkeys-lru", 2**30, 0)
    assert (after.policy, after.max_memory_bytes) == ("allkeys-lru", 0)
    assert after.evicted_keys > 0
    assert after.used_memory_bytes > 0


def test_the_printed_acl_line_suffices_and_nothing_is_changed(
    empty: str, redis_server: RedisServer, open_store: OpenStore
) -> None:
    with saver_of(empty, ttl=HOUR) as saver:
        play_into(saver, "new-input", "parallel-send")
    line = open_store(empty).read_grants(role="signs_reader")
    with redis_server.connect() as client:
        client.execute_command(*line.split()[:3], "reset")
        client.execute_command(*line.split(), f">{PASSWORD}")
    before = digest(redis_server)
    with Recorded(redis_server) as record:
        signs = open_store(empty.replace("redis://", f"redis://signs_reader:{PASSWORD}@")).read_signs()
    assert digest(redis_server) == before
    assert {"PTTL", "MGET", "FT.SEARCH", "SCAN"} <= set(record.commands)
    assert signs.notes == ()
    assert redis_of(signs).policy == "noeviction"


def test_a_user_without_the_newer_rights_is_told_what_could_not_be_looked_at(
    empty: str, redis_server: RedisServer, open_store: OpenStore
) -> None:
    with saver_of(empty, ttl=HOUR) as saver:
        play_into(saver, "new-input")
    line = open_store(empty).read_grants(role="older_reader").split()
    rights = [word for word in line if word not in ("+pttl", "+mget", "+info", "+ft._list")]
    with redis_server.connect() as client:
        client.execute_command(*line[:3], "reset")
        client.execute_command(*rights, f">{PASSWORD}")
    signs = open_store(empty.replace("redis://", f"redis://older_reader:{PASSWORD}@")).read_signs()
    assert len(signs.notes) == 4
    found = redis_of(signs)
    assert (found.sampled_checkpoints, found.sampled_pointers, found.policy) == (0, 0, "")
    assert (found.has_search, found.has_json, found.prefixes) == (True, True, ())


def test_a_server_without_the_modules_says_so(open_store: OpenStore) -> None:
    with EmbeddedRedis(modules=False) as plain:
        found = redis_of(open_store(plain.url).read_signs())
        with pytest.raises(NotACheckpointStore):
            open_store(plain.url).read_facts()
        with redis.Redis.from_url(plain.url) as client:
            assert client.dbsize() == 0
    assert (found.has_search, found.has_json, found.policy) == (False, False, "noeviction")


def test_a_server_with_the_modules_and_no_checkpoints_is_no_store_yet(empty: str, open_store: OpenStore) -> None:
    with pytest.raises(NotACheckpointStore):
        open_store(empty).read_signs()
