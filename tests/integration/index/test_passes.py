"""Passes over configured stores fold their ledgers, whether or not the stores moved."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from inspector.config import Config, StoreSetting
from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import open_saver
from inspector.errors import ConfigError
from inspector.index.background import BackgroundSync
from inspector.index.connections import all_readers, close_readers, get_ledger, get_reader
from inspector.index.passes import run_pass
from inspector.models import StoreEntry, ThreadEntry
from inspector.probe.ledgers import open_ledger
from inspector.secret import StoreUrl
from tests.integration.index.conftest import NewDatabase
from tests.integration.index.tellers import Teller, place_of
from tests.integration.postgres.polling import wait_for

Configure = Callable[..., None]


@pytest.fixture
def configure(index: str) -> Iterator[Configure]:
    """`configure(ledger="", name=url, …)`: these stores, and their ledger where it is none of theirs."""
    overrides: list[override_settings] = []

    def choose(ledger: str = "", **stores: str) -> None:
        config: Config = settings.INSPECTOR
        chosen = tuple(StoreSetting(name, StoreUrl(url)) for name, url in stores.items())
        changed = dataclasses.replace(config, stores=chosen, ledger_url=StoreUrl(ledger) if ledger else None)
        overrides.append(override_settings(INSPECTOR=changed))
        overrides[-1].enable()

    yield choose
    with suppress(ConfigError):
        close_readers()
    for override in reversed(overrides):
        override.disable()


@pytest.fixture
def store_url(new_database: NewDatabase) -> str:
    url = new_database()
    with open_saver(url):
        pass
    return url


def _tell(url: str, thread_id: str) -> None:
    """A worker of the first store asks for a thread that is not there."""
    ledger = open_ledger(url)
    Teller(ledger, "web-1", (place_of(get_reader()),), worker_id=f"{thread_id:0>32}").read(
        thread_id, missed=1, at=1_795_000_000
    )
    ledger.close()


def _absent() -> set[str]:
    return set(ThreadEntry.every.filter(state="absent").values_list("thread_id", flat=True))


def test_a_pass_folds_the_ledger_though_the_store_did_not_move(configure: Configure, store_url: str) -> None:
    with EmbeddedPostgres() as server:  # a server of its own: whatever is written to one moves its stores
        elsewhere = server.create_database()
        configure(ledger=elsewhere, one=store_url)
        _tell(elsewhere, "first")
        assert run_pass(get_reader()).looked
        assert _absent() == {"first"}
        wait_for(lambda: not run_pass(get_reader()).looked)
        _tell(elsewhere, "second")
        report = run_pass(get_reader())
        assert (report.looked, report.folding) == (False, False)
        assert _absent() == {"first", "second"}
        close_readers()


def test_a_pass_takes_more_memory_for_the_index_than_a_page_does(configure: Configure, store_url: str) -> None:
    configure(first=store_url)
    with connection.cursor() as cursor:
        of_a_page = cursor.execute("PRAGMA cache_size").fetchone()[0]
        run_pass(get_reader())
        assert cursor.execute("PRAGMA cache_size").fetchone()[0] < of_a_page < 0  # in kB, as negative numbers


def test_one_ledger_serves_all_stores_and_each_its_own_without(
    configure: Configure, store_url: str, new_database: NewDatabase
) -> None:
    configure(ledger=new_database(), one=store_url, two=store_url)
    assert get_ledger("one") is get_ledger("two") is get_ledger()
    close_readers()
    configure(one=store_url, two=f"{store_url}&schema=other")
    assert get_ledger("one") is not get_ledger("two")


def test_background_passes_fold_until_they_end(configure: Configure, store_url: str) -> None:
    configure(one=store_url)
    sync = BackgroundSync(list(all_readers().values()), pause=0.02)
    sync.start()
    try:
        wait_for(lambda: StoreEntry.objects.filter(synced_at__isnull=False).exists())
        _tell(store_url, "asked")
        wait_for(lambda: _absent() == {"asked"})
    finally:
        sync.stop()


def test_a_ledger_of_no_known_kind_is_told_and_stops_no_pass(configure: Configure, store_url: str) -> None:
    configure(ledger="gopher://nowhere/ledger", one=store_url)
    assert run_pass(get_reader()).complete
    store = StoreEntry.objects.get()
    assert "ledger" in store.ledger_error
    assert (store.error, store.synced_at is not None) == ("", True)


def test_sync_from_the_command_line_folds_to_the_end(
    configure: Configure, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.index.fold.PAGES", 1)
    configure(one=store_url)
    ledger = open_ledger(store_url)
    worker = Teller(ledger, "web-1", (place_of(get_reader()),))
    for number in range(7):
        worker.read(f"asked-{number}", missed=1)
    ledger.close()
    reader = get_ledger()
    assert reader is not None
    pages = reader.read_changes
    monkeypatch.setattr(type(reader), "read_changes", lambda self, after: pages(after, 3))
    call_command("sync", full=True)
    assert len(_absent()) == 7


@pytest.mark.parametrize(
    ("ledger", "told"), [("postgresql://nobody@127.0.0.1:9/none", "cannot be reached"), ("gopher://x/y", "ledger")]
)
def test_sync_from_the_command_line_tells_of_a_ledger_that_failed(
    configure: Configure, store_url: str, capfd: pytest.CaptureFixture[str], ledger: str, told: str
) -> None:
    configure(ledger=ledger, one=store_url)
    with pytest.raises(SystemExit) as ended:
        call_command("sync")
    assert ended.value.code == 1
    assert told in " ".join(capfd.readouterr().err.split())
    assert StoreEntry.objects.get().error == ""


def test_a_store_whose_ledger_was_taken_out_of_the_settings_keeps_nothing_of_it(
    configure: Configure, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(one=store_url)
    _tell(store_url, "asked")
    run_pass(get_reader())
    assert _absent() == {"asked"}
    monkeypatch.setattr("inspector.index.passes.get_ledger", lambda name: None)  # as for a store that cannot hold one
    run_pass(get_reader())
    assert _absent() == set()
    assert StoreEntry.objects.get().identities
