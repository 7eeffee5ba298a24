"""`/-/metrics` as Prometheus reads it: by the parsers of its own library, beside what the pages' data says."""

from __future__ import annotations

import dataclasses
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from langgraph.checkpoint.sqlite import SqliteSaver
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from prometheus_client.samples import Sample
from pytest_django import DjangoDbBlocker, Settings

from inspector import __version__
from inspector.config import Config
from inspector.demo.graphs.chat import build_chat
from inspector.errors import StoreError
from inspector.index.connections import all_readers
from inspector.index.passes import run_pass
from inspector.metrics import names
from inspector.models import AlertEntry, Delivery, FindingEntry, HourTally, StoreEntry, ThreadEntry
from inspector.secret import Secret
from tests.integration.index.own_index import sqlite_index
from tests.integration.ledger.samples import counts
from tests.pages.browse import Browser
from tests.pages.places import chat_in_sqlite
from tests.pages.workers_world import World

ADDRESS = "/-/metrics"
OPENMETRICS = "application/openmetrics-text; version=1.0.0"
#: What a worker may call itself.
HOSTILE = ('web"1', "web\\2", "web\n3", "web} 4", "web,5=6", "# HELP x", "👩🏽‍💻", "\\n", "a\rb", "x" * 250, "(other)")


def scrape(browser: Browser, accept: str = "") -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """By the metric's name without the prefix, the series by their labels."""
    response = browser.get(ADDRESS, {"Accept": accept} if accept else {})
    assert response.status_code == 200, response.content[:300]
    text = response.content.decode()
    parse = parse_openmetrics if response["Content-Type"].startswith("application/openmetrics-text") else parse_text
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in parse(text):
        assert family.documentation.endswith(".")
        assert family.samples or f"# TYPE {family.name} gauge" in text
        for sample in family.samples:
            series = found.setdefault(sample.name.removeprefix("checkpoint_inspector_"), {})
            key = _key(sample)
            assert key not in series, sample
            series[key] = sample.value
    return found


def _key(sample: Sample) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(sample.labels.items()))


def of(**labels: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))


@pytest.mark.parametrize("accept", ["", OPENMETRICS])
def test_the_numbers_are_those_of_the_pages(pages: Browser, accept: str) -> None:
    found, here = scrape(pages, accept), of(store="scenarios")

    threads = pages.data("/threads/")
    assert found["threads"][here] == threads["index"]["threads"] > 0
    assert found["checkpoints"][here] == threads["index"]["checkpoints"] > 0
    assert found["one_turn_threads"][here] == pages.data("/threads/", turns="one")["total"] > 0
    assert found["orphan_threads"][here] == pages.data("/threads/", flag="orphan", muted="show")["total"] > 0
    assert found["muted_orphan_threads"][here] == 0
    assert found["missed_read_threads"][here] == pages.data("/threads/", flag="missed-reads")["total"]
    assert found["build_info"] == {of(version=__version__): 1}
    hosts = {dict(key)["host"]: number for key, number in found["host_threads"].items()}
    assert hosts
    for host, number in hosts.items():
        assert number == pages.data("/threads/", host=host)["total"]


def test_the_form_is_the_one_that_the_scraper_asks_for(pages: Browser) -> None:
    plain = pages.get(ADDRESS)
    assert plain["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    asked = pages.get(ADDRESS, {"Accept": f"{OPENMETRICS},text/plain;version=0.0.4;q=0.5,*/*;q=0.1"})
    assert asked["Content-Type"].startswith("application/openmetrics-text; version=1.0.0; charset=utf-8")
    assert asked.content.endswith(b"# EOF\n")
    odd = pages.get(ADDRESS, {"Accept": "application/openmetrics-text; version=x"})
    assert odd["Content-Type"] == plain["Content-Type"]
    assert plain["Cache-Control"] == "no-store"
    assert set(plain["Vary"].split(", ")) == {"Accept", "Cookie"}
    head = pages.ask("HEAD", ADDRESS)
    assert (head.status_code, head.content) == (200, b"")
    assert pages.ask("POST", ADDRESS).status_code == 405


def test_a_store_that_no_pass_has_read_is_building_and_has_no_numbers(unindexed: Browser) -> None:
    found = scrape(unindexed)
    assert found["index_building"] == {of(store="scenarios"): 1}
    assert not {"threads", "orphan_threads", "store_up", "index_lag_seconds", "host_threads"} & set(found)


def test_without_a_store_there_is_the_version_and_nothing_to_worry_about(show_stores: Any) -> None:
    assert set(scrape(show_stores())) == {"build_info", "deliveries"}


def test_what_is_wrong_with_a_store_and_its_index_shows(pages: Browser) -> None:
    now = datetime.now(UTC)
    StoreEntry.objects.update(synced_at=now - timedelta(minutes=5), diagnosed_at=now, ledger="sqlite:///l")
    found, here = scrape(pages), of(store="scenarios")
    assert 299 < found["index_lag_seconds"][here] < 600
    assert found["index_last_success_timestamp_seconds"][here] == (now - timedelta(minutes=5)).timestamp()
    assert found["diagnosis_timestamp_seconds"][here] == now.timestamp()
    assert (found["store_up"][here], found["index_building"][here], found["ledger_up"][here]) == (1, 0, 1)

    StoreEntry.objects.update(error="The store cannot be reached.", ledger_error="Nor can the ledger.")
    found = scrape(pages)
    assert (found["store_up"][here], found["ledger_up"][here]) == (0, 0)
    assert found["threads"][here] > 0


def test_findings_alerts_and_messages_show_with_their_states(pages: Browser) -> None:
    entry, now = StoreEntry.objects.get(), datetime.now(UTC)
    for rule, status in (("store-split", "error"), ("siblings", "ok")):
        FindingEntry.objects.create(store=entry, rule=rule, status=status, finding={})
    figures = {"since": now, "threads": 50, "orphans": 49, "expected": 0.1, "basis": "host"}
    alert = AlertEntry.objects.create(store=entry, hostname="web-3", fired_at=now, **figures)
    AlertEntry.objects.create(store=entry, hostname="web-4", fired_at=now, ended_at=now, **figures)
    sent = {"made_at": now, "due_at": now, "alert": alert}
    Delivery.objects.create(channel="webhook", event="firing", dropped_at=now, error="It answered 500.", **sent)
    Delivery.objects.create(channel="email", event="firing", sent_at=now, **sent)
    Delivery.objects.create(channel="email", event="resolved", error="It did not answer.", **sent)

    found = scrape(pages)
    assert found["finding"] == {
        of(store="scenarios", rule="store-split", status="error"): 1,
        of(store="scenarios", rule="siblings", status="ok"): 1,
    }
    assert found["alerts_firing"] == {of(store="scenarios", host="web-3"): 1}
    deliveries = {key: number for key, number in found["deliveries"].items() if number}
    assert deliveries == {
        of(channel="webhook", state="failed"): 1,
        of(channel="email", state="sent"): 1,
        of(channel="email", state="retrying"): 1,
    }
    assert len(found["deliveries"]) == 10


def test_reads_are_told_where_a_probe_reports_and_only_there(workers_world: World) -> None:
    found = scrape(workers_world.browser)
    assert "host_reads" not in found
    assert of(store="own", host="web-1") in found["host_writes"]

    thread_id = ThreadEntry.objects.filter(workers__hostname="web-1").values_list("thread_id", flat=True)[0]
    asked = counts(thread_id, at=time.time(), reads=7, misses=3)
    workers_world.ledger.tell("web-1", asked, reads=7, misses=3)
    _index()
    found = scrape(workers_world.browser)
    assert found["host_reads"] == {of(store="own", host="web-1"): 7}
    assert found["host_read_misses"] == {of(store="own", host="web-1"): 3}


def test_each_store_has_series_of_its_own(show_stores: Any, tmp_path: Path) -> None:
    browser = show_stores(
        one=chat_in_sqlite(tmp_path / "one.db", "a", "b"),
        two=chat_in_sqlite(tmp_path / "two.db", "a", turns=3),
        gone=f"sqlite:///{tmp_path}/gone.db",
    )
    _index()
    found = scrape(browser)
    assert found["threads"] == {of(store="one"): 2, of(store="two"): 1}
    assert found["store_up"] == {of(store="one"): 1, of(store="two"): 1, of(store="gone"): 0}


@pytest.fixture
def crowd(show_stores: Any, tmp_path: Path) -> Browser:
    """A thread of one turn by every hostile host, and one by a host that names itself not at all."""
    path = tmp_path / "crowd.db"
    with SqliteSaver.from_conn_string(str(path)) as saver:
        graph: Any = build_chat(saver)
        for number, host in enumerate([*HOSTILE, ""]):
            config = {"configurable": {"thread_id": f"t-{number}"}, "metadata": {"worker_hostname": host}}
            graph.invoke({"messages": [("user", "Hi")]}, config)
    browser: Browser = show_stores(crowd=f"sqlite:///{path}")
    _index()
    return browser


def _index() -> None:
    for reader in all_readers().values():
        with suppress(StoreError):
            run_pass(reader)


@pytest.mark.parametrize("accept", ["", OPENMETRICS])
def test_names_of_hosts_survive_the_way(crowd: Browser, accept: str) -> None:
    found = scrape(crowd, accept)
    hosts = {dict(key)["host"]: number for key, number in found["host_threads"].items()}
    assert hosts == dict.fromkeys([*HOSTILE, names.UNNAMED], 1)


def test_hosts_beyond_the_most_active_are_summed_up(crowd: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scrape(crowd)
    for module in ("names", "hosts", "reading"):
        monkeypatch.setattr(f"inspector.metrics.{module}.HOSTS", 5)
    found = scrape(crowd)
    for name in ("host_threads", "host_one_turn_threads", "host_writes"):
        assert len(found[name]) in (5, 6)  # one of them is called as the sum is
        assert sum(found[name].values()) == sum(whole[name].values()) > 0


def test_windows_are_the_last_full_hours_that_are_old_enough_to_tell(crowd: Browser) -> None:
    """An hour that has not ended says nothing: its threads may go on yet."""
    assert "begun_threads" not in scrape(crowd)
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    HourTally.objects.update(hour=hour - timedelta(hours=1))
    with override_settings(INSPECTOR=_orphan_after(1)):
        for window in ("1h", "24h"):
            key = of(store="crowd", host='web"1', window=window)
            found = scrape(crowd)
            assert (found["begun_threads"][key], found["left_threads"][key]) == (1, 1)
            assert found["muted_left_threads"][key] == 0
    with override_settings(INSPECTOR=_orphan_after(3600)):
        assert "begun_threads" not in scrape(crowd)
    HourTally.objects.update(hour=hour - timedelta(hours=7))
    assert {dict(key)["window"] for key in scrape(crowd)["begun_threads"]} == {"24h"}


def _orphan_after(seconds: float) -> Config:
    return dataclasses.replace(settings.INSPECTOR, orphan_after=seconds)


def test_a_scrape_is_a_few_queries_however_many_hosts_there_are(crowd: Browser) -> None:
    with CaptureQueriesContext(connection) as queries:
        hosts = scrape(crowd)["host_threads"]
    assert len(hosts) == len(HOSTILE) + 1
    assert len(queries) <= 20


@pytest.fixture
def locked(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[Browser]:
    """An index in a file that another process holds for itself, asked by a scraper, which needs no session."""
    settings.INSPECTOR = dataclasses.replace(settings.INSPECTOR, metrics_token=Secret("a-token-of-tests"))
    monkeypatch.setattr("inspector.views.metrics.PATIENCE_MS", 1)
    path = tmp_path / "index.sqlite3"
    with sqlite_index(path, django_db_blocker), closing(sqlite3.connect(path)) as other:
        other.execute("pragma journal_mode = delete")
        other.execute("begin exclusive")
        yield Browser(Client(headers={"Authorization": "Bearer a-token-of-tests"}))
        other.rollback()


def test_an_index_that_is_locked_is_told_in_plain_words(locked: Browser) -> None:
    response = locked.get(ADDRESS)
    assert response.status_code == 503
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode() == "The index is locked by another process. The page recovers by itself.\n"
