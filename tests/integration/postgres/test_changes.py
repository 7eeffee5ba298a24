"""What a look at a store's changes finds, and when it says that it may have missed some."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from inspector.domain.coordinates import first_id_at
from inspector.errors import NotACheckpointStore
from tests.integration.postgres.conftest import NewDatabase
from tests.integration.postgres.following import Followed, followed

PUT = "insert into checkpoints values ('{0}', '', '{1}', null, null, '{{}}', '{{}}')"
PUT_WRITE = "insert into checkpoint_writes values ('{0}', '', '{1}', 'task', 0, 'messages', 'null', '')"
MANY = """
insert into checkpoints select '{0}-' || n, '', '{1}', null, null, '{{}}', jsonb_build_object('k', repeat('x', 600))
from generate_series(1, {2}) n
"""


@pytest.fixture
def world(new_database: NewDatabase) -> Iterator[Followed]:
    with followed(new_database()) as world:
        yield world


def made(seconds_ago: float = 0.0) -> str:
    """An id that a worker would have made so long ago."""
    return first_id_at(datetime.now(UTC) - timedelta(seconds=seconds_ago)) + "-8000-000000000000"


@pytest.mark.parametrize("since", ["", "nonsense", "[]", "{}", '{"format": 1}', '{"format": 0, "snapshot": "1:1:"}'])
def test_the_first_look_names_no_thread_and_wants_a_comparison(world: Followed, since: str) -> None:
    changes = world.store.read_changes(since)
    assert (changes.thread_ids, changes.compare, changes.still) == ((), "first", False)


def test_nothing_new_is_nothing_to_do(world: Followed) -> None:
    for _ in range(3):
        changes = world.look()
        assert (changes.thread_ids, changes.compare) == ((), "")


def test_new_threads_and_new_rows_of_old_ones_are_found(world: Followed) -> None:
    before = world.look()
    world.say("new")
    world.say("old")
    changes = world.look()
    assert (set(changes.thread_ids), changes.compare) == ({"old", "new"}, "")
    assert before.checkpoints is not None
    assert before.writes is not None
    assert (changes.checkpoints, changes.writes) == (before.checkpoints + 6, before.writes + 6)
    assert world.look().thread_ids == ()


@pytest.mark.parametrize("statement", [PUT, PUT_WRITE])
def test_a_row_of_either_table_is_found(world: Followed, statement: str) -> None:
    world.run(statement.format("alone", made()))
    assert world.look().thread_ids == ("alone",)


def test_what_is_committed_later_is_found_then_and_once(world: Followed) -> None:
    """A look goes by what its snapshot saw, not by when a transaction began."""
    with psycopg.connect(world.url) as slow, psycopg.connect(world.url) as other:
        slow.execute(PUT.format("slow", made()).encode())
        other.execute(PUT.format("other", made()).encode())
        world.say("quick")
        assert world.look().thread_ids == ("quick",)
        slow.commit()
        assert world.look().thread_ids == ("slow",)
        world.say("later")
        assert world.look().thread_ids == ("later",)
        other.commit()
        assert world.look().thread_ids == ("other",)
    assert world.look().thread_ids == ()


def test_a_row_that_was_rolled_back_is_counted_and_not_found(world: Followed) -> None:
    before = world.look()
    with psycopg.connect(world.url) as connection:
        connection.execute(PUT.format("never", made()).encode())
        connection.rollback()
        connection.execute("select pg_stat_force_next_flush()")
        connection.commit()
    changes = world.look()
    assert (changes.thread_ids, changes.compare) == ((), "")
    assert (changes.checkpoints, before.checkpoints) == ((before.checkpoints or 0) + 1, before.checkpoints)
    assert world.look().compare == ""


def test_counters_are_final_when_they_were_still_for_longer_than_a_session_may_keep_its_own(world: Followed) -> None:
    assert not world.look().still
    world.age(11)
    assert not world.look().still
    world.age(13)
    assert world.look().still
    world.say("new")
    assert not world.look().still
    assert not world.look().still


@pytest.mark.parametrize("statement", ["delete from checkpoints", "delete from checkpoint_writes where idx = 0"])
def test_deleted_rows_want_a_comparison(world: Followed, statement: str) -> None:
    assert world.run(statement) > 0
    assert world.look().compare == "deleted"
    assert world.look().compare == ""


@pytest.mark.parametrize(
    "statement",
    [
        "truncate checkpoints",
        "truncate checkpoint_writes",
        "vacuum full checkpoints",
        "cluster checkpoints using checkpoints_pkey",
    ],
)
def test_a_table_that_was_rewritten_wants_a_comparison(world: Followed, statement: str) -> None:
    world.run(statement)
    assert world.look().compare == "rewritten"
    world.say("new")
    changes = world.look()
    assert (changes.thread_ids, changes.compare) == (("new",), "")


def test_counters_that_were_reset_want_a_comparison(world: Followed) -> None:
    world.run("select pg_stat_reset()")
    assert world.look().compare == "reset"
    assert world.look().compare == ""


def test_rows_in_freed_pages_are_found_once_the_counters_say_that_some_are_missing(world: Followed) -> None:
    world.run(MANY.format("filler", made(3600), 4_000))
    world.look()
    world.run("delete from checkpoints where thread_id ~ '^filler-[0-9]{1,3}$'")
    world.run("vacuum checkpoints")
    assert world.look().compare == "deleted"
    world.run(MANY.format("reused", made(), 200))
    changes = world.look()
    assert set(changes.thread_ids) == {f"reused-{number}" for number in range(1, 201)}
    assert changes.compare == ""


def test_a_search_tells_the_next_look_where_new_rows_go(world: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.stores.postgres.look._WINDOWS", ((2, 2),))
    world.run(MANY.format("filler", made(3600), 4_000))
    world.look()
    world.run("delete from checkpoints where thread_id ~ '^filler-[0-9]{1,3}$'")
    world.run("vacuum checkpoints")
    since = world.look().position
    world.run(MANY.format("lost", made(), 5))
    assert world.look().thread_ids == ()
    assert len(world.store.search_changes(since)) > 5
    world.run(PUT.format("next", made()))
    assert world.look().thread_ids == ("next",)


def test_tables_that_are_gone_are_no_store(world: Followed) -> None:
    world.run("drop table checkpoint_writes")
    with pytest.raises(NotACheckpointStore):
        world.look()


def test_more_blocks_than_one_look_may_read_are_left_to_a_comparison(
    world: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.stores.postgres.look._BLOCKS", 100)
    world.run(MANY.format("many", made(), 3_000))
    assert world.look().compare == "behind"
    world.say("new")
    changes = world.look()
    assert (changes.thread_ids, changes.compare) == (("new",), "")


def test_ids_made_since_a_look_are_found_wherever_their_rows_lie(world: Followed) -> None:
    since = world.position
    world.run(PUT.format("long-ago", made(600)))
    world.run(PUT.format("slow-clock", made(30)))
    world.run(PUT.format("now", made(-1)))
    world.run(PUT_WRITE.format("only-writes", made(-1)))
    found = world.store.search_changes(since)
    assert len(found) == len(set(found))
    assert set(found) >= {"slow-clock", "now", "only-writes"}
    assert "long-ago" not in found


def test_a_search_since_nothing_finds_every_thread(world: Followed) -> None:
    world.run(PUT.format("long-ago", made(600)))
    assert set(world.store.search_changes("")) == {"old", "long-ago"}


def test_an_index_of_the_owners_by_id_finds_new_rows_anywhere(world: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.stores.postgres.look._BLOCKS", 0)
    for table in ("checkpoints", "checkpoint_writes"):
        world.run(f"create index on {table} (checkpoint_id)")
    world.look()
    world.say("new")
    world.run(PUT_WRITE.format("only-writes", made()))
    changes = world.look()
    assert (set(changes.thread_ids), changes.compare) == ({"new", "only-writes"}, "")
    assert world.look().thread_ids == ()


def test_a_server_that_does_not_count_wants_a_comparison_after_each_change(world: Followed) -> None:
    world.run(f"alter database {world.writer.info.dbname} set track_counts = off")
    try:
        world.store.close()
        assert world.look().compare == "uncounted"
        changes = world.look()
        assert (changes.checkpoints, changes.writes, changes.still, changes.compare) == (None, None, False, "")
        world.say("new")
        changes = world.look()
        assert (changes.thread_ids, changes.compare) == (("new",), "uncounted")
    finally:
        world.run(f"alter database {world.writer.info.dbname} reset track_counts")


def test_the_extent_is_the_servers_estimate(world: Followed) -> None:
    assert world.store.read_extent() is None
    world.run(MANY.format("many", made(), 500))
    world.run("analyze checkpoints")
    assert world.store.read_extent() == world.writer.execute("select count(*) from checkpoints").fetchone()[0]  # type: ignore[index]


def test_a_partitioned_store_is_counted_as_a_whole(world: Followed) -> None:
    world.run("alter table checkpoints rename to plain")
    world.run("create table checkpoints (like plain including defaults) partition by hash (thread_id)")
    world.run("alter table checkpoints add primary key (thread_id, checkpoint_ns, checkpoint_id)")
    for rest in (0, 1):
        world.run(f"create table part_{rest} partition of checkpoints for values with (modulus 2, remainder {rest})")
    world.run("insert into checkpoints select * from plain")
    world.position = ""
    first = world.look()
    assert first.compare == "first"
    world.say("new")
    world.say("other")
    changes = world.look()
    assert (changes.checkpoints, changes.compare) == ((first.checkpoints or 0) + 6, "")
    assert {"new", "other"} <= set(world.store.search_changes(first.position))
    assert world.run("delete from checkpoints where thread_id = 'new'")
    assert world.look().compare == "deleted"
    world.run("analyze checkpoints")
    assert world.store.read_extent() == 6
    assert {row.thread_id for row in world.store.scan_threads("", checkpoints=100, host_keys=()).threads} == {
        "old",
        "other",
    }


def test_a_view_in_place_of_the_table_is_always_compared(world: Followed) -> None:
    world.run("create schema kept")
    for table in ("checkpoints", "checkpoint_writes"):
        world.run(f"alter table {table} set schema kept")
        world.run(f"create view {table} as select * from kept.{table}")
    world.position = ""
    assert world.look().compare == "first"
    assert world.look().compare == "uncounted"
    assert world.store.read_extent() is None
    assert [row.thread_id for row in world.store.scan_threads("", checkpoints=1, host_keys=()).threads] == ["old"]
    assert world.store.search_changes(world.position)
