"""Threads that the store could not tell of in time when their reads were folded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from inspector.demo.repertoire import PlayedStore, play_into
from inspector.ledger.base import LedgerReader
from inspector.ledger.registry import open_ledger_reader
from inspector.models import StoreEntry, ThreadEntry
from inspector.probe.ledgers import open_ledger
from inspector.reader import Reader
from inspector.stores.guard import Limits
from tests.integration.index.conftest import NewDatabase, OpenReader
from tests.integration.index.syncing import fold, sync
from tests.integration.index.tellers import Teller, place_of, workers_of
from tests.integration.index.test_sync_budget import burdened


@pytest.fixture
def played(new_database: NewDatabase) -> Iterator[PlayedStore]:
    with play_into(new_database(), ["two-hosts"], ["sync"]) as store:
        yield store


@pytest.fixture
def ledger(played: PlayedStore) -> Iterator[LedgerReader]:
    with closing(open_ledger_reader(played.url, Limits())) as found:
        yield found


def _tell(played: PlayedStore, reader: Reader, thread_id: str) -> None:
    """Reads that were reported long ago: a fold looks back only so far as a batch may have been under way."""
    with closing(open_ledger(played.url)) as writer:
        Teller(writer, "web-9", (place_of(reader),)).read(thread_id, found=2, missed=1)
    with psycopg.connect(played.url) as session:
        session.execute("update inspector_counts set updated_at = updated_at - interval '1 hour'")


def test_reads_of_a_heavy_thread_are_there_once_it_is_read(
    played: PlayedStore, ledger: LedgerReader, either_index: str, open_reader: OpenReader
) -> None:
    plain, thread_id = open_reader(played.url), played.find("two-hosts", "sync").threads[0].thread_id
    _tell(played, plain, thread_id)
    heavy = burdened(plain, thread_id)
    for _ in range(2):
        sync(heavy)
        fold(heavy, ledger)
        assert StoreEntry.objects.get().ledger_untold == [thread_id]
        assert not ThreadEntry.every.filter(thread_id=thread_id).exists()
    assert heavy.asked[-1] == [thread_id], "by the pass: a fold asks for none that the pass left out"

    assert sync(plain).complete
    fold(plain, ledger)
    assert workers_of(thread_id, plain.store.name)["web-9"] == (0, 3, 1, 0, "")
    assert StoreEntry.objects.get().ledger_untold == []


def test_a_heavy_thread_that_a_fold_meets_first_waits_for_the_store(
    played: PlayedStore, ledger: LedgerReader, index: str, open_reader: OpenReader
) -> None:
    plain, thread_id = open_reader(played.url), played.find("two-hosts", "sync").threads[0].thread_id
    _tell(played, plain, thread_id)
    fold(burdened(plain, thread_id), ledger)
    assert StoreEntry.objects.get().ledger_untold == [thread_id]

    fold(plain, ledger)
    assert workers_of(thread_id, plain.store.name)["web-9"] == (0, 3, 1, 0, "")
    assert StoreEntry.objects.get().ledger_untold == []
