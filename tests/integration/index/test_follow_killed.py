"""A build that is killed goes on where it was, and one process at a time writes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.utils import timezone

from inspector.demo.repertoire import open_saver
from inspector.index.lease import LeaseTaken
from inspector.models import StoreEntry, ThreadEntry
from inspector.stores.followed import Changes
from tests.integration.index.conftest import NewDatabase, OpenReader
from tests.integration.index.copies import Template, begin
from tests.integration.index.equality import assert_index_equals_store, indexed
from tests.integration.index.syncing import leased, sync
from tests.integration.index.watched import Followed, WatchedStore


@pytest.fixture
def url(new_database: NewDatabase, templates: list[Template]) -> str:
    """Four hundred threads, all of them of yesterday: what was read need not be searched for what is new."""
    url, chance = new_database(), random.Random(1)
    with open_saver(url), psycopg.connect(url) as connection:
        for number in range(400):
            copy = begin(chance, templates, f"thread-{number:03}")
            copy.write(connection, parts=9, at=datetime.now(UTC) - timedelta(days=1))
    return url


@contextmanager
def building(url: str, index: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that builds the same index."""
    environment = {**os.environ, "INSPECTOR_DATABASE_URL": index, "DJANGO_SETTINGS_MODULE": "inspector.settings"}
    command = [sys.executable, "-m", "tests.integration.index.builder", url]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.mark.one_in(3)
@pytest.mark.parametrize("seed", range(3))
def test_a_build_that_is_killed_again_and_again_reads_no_thread_twice(
    url: str, index: str, open_reader: OpenReader, seed: int
) -> None:
    """Each is killed some steps after the last one, at whatever it was just doing."""
    chance = random.Random(seed)
    read: dict[str, datetime] = {}
    for _ in range(3):
        with building(url, index) as process:
            assert process.stdout is not None
            for _ in range(chance.randint(2, 9)):
                assert process.stdout.readline().startswith("Reading threads")
            process.kill()
        entry = StoreEntry.objects.get()
        assert entry.walk_after, "it is not at its end"
        found = dict(ThreadEntry.objects.values_list("thread_id", "verified_at"))
        assert {one: found[one] for one in read} == read
        assert entry.walk_done
        read = {one: at for one, at in found.items() if one <= entry.walk_after}
        assert len(found) > len(read) * 0.5
    with building(url, index) as process:
        told = process.communicate(timeout=60)[0].splitlines()
    assert int(told[-1].removeprefix("built ")) == 400 - len(read)
    found = dict(ThreadEntry.objects.values_list("thread_id", "verified_at"))
    assert {one: found[one] for one in read} == read
    reader = open_reader(url)
    assert sync(reader).complete
    assert_index_equals_store(reader, url)


def test_of_two_that_sync_at_once_one_is_told_who_the_other_is(url: str, index: str, open_reader: OpenReader) -> None:
    reader = open_reader(url)
    with building(url, index) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.kill(process.pid, 19)  # SIGSTOP: slow, and not dead
        with pytest.raises(LeaseTaken, match=f"process {process.pid}"):
            sync(reader)
        before = indexed("store")
        process.kill()
    assert sync(reader).changed == 400 - len(before), "who was killed here is not waited for"
    assert_index_equals_store(reader, url)


def test_a_process_has_one_pass_over_a_store_at_a_time(url: str, index: str, open_reader: OpenReader) -> None:
    reader = open_reader(url)
    with leased(reader), pytest.raises(LeaseTaken):
        sync(reader)
    assert sync(reader).changed == 400


def test_a_process_elsewhere_that_fell_silent_is_waited_for_until_its_lease_ends(
    url: str, index: str, open_reader: OpenReader
) -> None:
    reader, now = open_reader(url), timezone.now()
    StoreEntry.objects.create(name="store", lease="elsewhere:1:a", lease_until=now + timedelta(seconds=60))
    with pytest.raises(LeaseTaken, match="elsewhere, process 1"):
        sync(reader)
    StoreEntry.objects.update(lease_until=now - timedelta(seconds=1))
    assert sync(reader).complete
    assert StoreEntry.objects.get().lease == ""


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_pass_that_lost_its_lease_writes_nothing_more(
    url: str, index: str, open_reader: OpenReader, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr("inspector.index.walk._FIRST", 60)
    monkeypatch.setattr("inspector.index.walk._MOST", 60)
    before: list[object] = []

    def lose(phase: str, done: int, total: int | None) -> None:
        nonlocal after
        after -= 1
        if after == 0:
            StoreEntry.objects.update(lease="elsewhere:1:a", lease_until=timezone.now() + timedelta(seconds=60))
            before.append((indexed("store"), list(StoreEntry.objects.values())))

    with pytest.raises(LeaseTaken):
        sync(open_reader(url), progress=lose)
    assert before == [(indexed("store"), list(StoreEntry.objects.values()))]


def test_a_pass_that_lost_its_lease_to_another_does_not_set_back_how_far_that_came(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed.settle()
    look, before = WatchedStore.read_changes, []

    def lose(store: WatchedStore, since: str) -> Changes:
        changes = look(store, since)
        StoreEntry.objects.update(lease="elsewhere:1:a", position="further", fingerprint="newer")
        before.extend(StoreEntry.objects.values())
        return changes

    monkeypatch.setattr(WatchedStore, "read_changes", lose)
    followed.world.admin.execute("create table of_others ()")
    with pytest.raises(LeaseTaken):
        followed.sync()
    assert before == list(StoreEntry.objects.values())
