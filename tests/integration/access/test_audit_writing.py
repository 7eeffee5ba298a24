"""Lines of the audit log on their way into a real index: locked, odd, many, and old."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from inspector.access.audit import lines
from inspector.access.audit.aging import BackgroundAging, forget_some
from inspector.access.audit.middleware import AuditLog
from inspector.access.audit.query import COUNTED, AuditQuery, find_lines, iter_lines
from inspector.access.viewer import Role, Viewer
from inspector.demo.embedded import EmbeddedPostgres
from inspector.errors import BadRequest
from inspector.models import Opened
from inspector.probe.ledger_schema import thread_key
from inspector.stores.watched import _listener
from tests.integration.index.own_index import postgres_index, sqlite_index

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADA = Viewer("ada", "password", Role.CONTENT)


@pytest.fixture(params=["sqlite", "postgres"])
def index(
    request: pytest.FixtureRequest, postgres: EmbeddedPostgres, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    if request.param == "sqlite":
        with sqlite_index(tmp_path / "index.sqlite3", django_db_blocker):
            yield "sqlite"
    else:
        with postgres_index(postgres, django_db_blocker):
            yield "postgres"


@pytest.fixture
def file_index(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with sqlite_index(tmp_path / "index.sqlite3", django_db_blocker):
        yield


class Shown:
    """A view that shows what it is asked for as `?id=`, each time by another store read."""

    def __init__(self) -> None:
        self.log = AuditLog(self._view)
        self._ids: tuple[str, ...] = ()

    def __call__(self, *thread_ids: str, viewer: Viewer = ADA) -> HttpResponse:
        self._ids = thread_ids
        request = RequestFactory().get("/thread/")
        request.viewer = viewer  # type: ignore[attr-defined]
        request.resolver_match = None
        answer: Any = self.log(request)
        return answer  # type: ignore[no-any-return]

    def _view(self, request: HttpRequest) -> HttpResponse:
        for thread_id in self._ids:
            _listener.get()("prod", thread_id)
        return HttpResponse("shown")


def fill(many: int, **changes: Any) -> None:
    """A line a second, the newest now, of ten people and a hundred threads."""
    rows = []
    for number in range(many):
        thread_id = f"thread-{number % 100}"
        told = {
            "at": NOW - timedelta(seconds=number),
            "username": f"person-{number % 10}",
            "via": "password",
            "address": "10.0.0.1",
            "store": "prod" if number % 2 else "eu",
            "thread_id": thread_id,
            "thread_key": thread_key(thread_id),
            "page": "thread",
        }
        rows.append(Opened(**{**told, **changes}))
    Opened.objects.bulk_create(rows, batch_size=1_000)


def multiply(times: int) -> None:
    """Each line that there is, so many times: lines of one moment are the hard case."""
    columns = ", ".join(field.column for field in Opened._meta.local_fields if not field.primary_key)
    table = Opened._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {table} ({columns}) select {columns} from {table}, "
            f"(select id as copy from {table} order by id limit {times - 1}) as copies"
        )


def test_ids_that_no_database_takes_are_noted_as_far_as_they_can_be(index: str) -> None:
    odd = "half \ud800 and nul \x00 " + "x" * 5_000
    Shown()(odd)
    (line,) = find_lines(AuditQuery(thread_id=odd)).lines
    assert line.thread_id == "half \ufffd and nul \ufffd " + "x" * 5_000
    assert find_lines(AuditQuery(thread_id="another")).lines == []


def test_all_threads_of_a_page_are_one_statement(index: str) -> None:
    show = Shown()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        show(*(f"thread-{number}" for number in range(40)))
    assert len([one for one in asked if one["sql"].startswith("INSERT")]) == 1
    assert Opened.objects.count() == 40
    with CaptureQueriesContext(connection) as asked:
        show(*(f"thread-{number}" for number in range(40)))
    assert len(asked) == 0


def test_while_the_index_is_locked_pages_go_on_and_their_lines_follow(
    file_index: None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "PATIENCE", 20)
    show = Shown()
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with caplog.at_level(logging.INFO, "inspector.audit"):
            assert show("one").content == b"shown"
            assert show("two").content == b"shown"
        other.execute("ROLLBACK")
    told = [(one.levelname, one.__dict__["fields"]["thread_id"]) for one in caplog.records]
    assert told == [("WARNING", "one"), ("WARNING", "two")]
    assert not Opened.objects.exists()
    show("three")
    assert list(Opened.objects.order_by("at").values_list("thread_id", flat=True)) == ["one", "two", "three"]


def test_a_locked_index_is_waited_for_briefly_and_for_the_usual_time_again_after_that(file_index: None) -> None:
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()
        Shown()("one")
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == usual
    assert usual[0] > lines.PATIENCE


def test_of_a_hundred_thousand_lines_each_page_takes_two_statements(index: str) -> None:
    fill(1_000)
    multiply(100)
    seen: list[int] = []
    after = ""
    for _ in range(3):
        with CaptureQueriesContext(connection) as asked:
            page = find_lines(AuditQuery(after=after, limit=500))
        assert len(asked) == 2
        assert (page.total, page.total_is_exact) == (COUNTED, False)
        seen += [line.pk for line in page.lines]
        after = page.next
    newest = list(Opened.objects.order_by("-at", "-pk").values_list("pk", flat=True)[:1_500])
    assert seen == newest


@pytest.mark.parametrize(
    "query",
    [
        AuditQuery(),
        AuditQuery(who="person-3"),
        AuditQuery(store="eu"),
        AuditQuery(thread_id="thread-7"),
        AuditQuery(since=NOW - timedelta(minutes=1)),
        AuditQuery(until=NOW - timedelta(hours=1)),
    ],
    ids=["all", "who", "store", "thread", "since", "until"],
)
def test_every_filter_is_read_by_an_index(file_index: None, query: AuditQuery) -> None:
    fill(5_000)
    connection.cursor().execute("ANALYZE")
    with CaptureQueriesContext(connection) as asked:
        first = find_lines(query)
        find_lines(AuditQuery(**{**{name: getattr(query, name) for name in query.__slots__}, "after": first.next}))
    for one in asked:
        plan = connection.cursor().execute(f"EXPLAIN QUERY PLAN {one['sql']}").fetchall()
        told = " / ".join(row[3] for row in plan)
        assert "USING" in told, (told, one["sql"])
        assert "TEMP B-TREE" not in told, (told, one["sql"])


def test_filters_narrow_and_go_together(index: str) -> None:
    fill(1_000)
    found = find_lines(AuditQuery(who="person-3", store="prod", since=NOW - timedelta(seconds=99)))
    assert (found.total, found.total_is_exact) == (10, True)
    assert {(line.username, line.store) for line in found.lines} == {("person-3", "prod")}
    assert find_lines(AuditQuery(who="person-3", store="eu")).total == 0
    assert find_lines(AuditQuery(may_see=frozenset({"eu"}))).total == 500
    assert find_lines(AuditQuery(may_see=frozenset({"eu"}), store="prod")).total == 0


def test_lines_of_one_moment_are_turned_without_loss(index: str) -> None:
    fill(25, at=NOW)
    seen, after = [], ""
    while True:
        page = find_lines(AuditQuery(after=after, limit=10))
        seen += [line.pk for line in page.lines]
        if not (after := page.next):
            break
    assert len(seen) == len(set(seen)) == 25
    with pytest.raises(BadRequest):
        find_lines(AuditQuery(after="nonsense"))


def test_all_lines_are_read_a_part_at_a_time(index: str) -> None:
    fill(2_500)
    assert [len(part) for part in iter_lines(AuditQuery())] == [1_000, 1_000, 500]
    assert list(iter_lines(AuditQuery(who="nobody"))) == []


def test_old_lines_are_forgotten_the_oldest_first_and_young_ones_never(index: str) -> None:
    fill(10, at=NOW - timedelta(days=401))
    fill(5, at=NOW - timedelta(days=399))
    assert forget_some(400, NOW, batch=6) == 6
    assert forget_some(400, NOW, batch=6) == 4
    assert forget_some(400, NOW, batch=6) == 0
    assert Opened.objects.count() == 5


def test_the_background_forgets_as_well(file_index: None) -> None:
    """In a thread with a connection of its own."""
    fill(3, at=datetime.now(UTC) - timedelta(days=3))
    fill(1, at=datetime.now(UTC))
    aging = BackgroundAging(2)
    aging.start()
    try:
        for _ in range(500):
            if Opened.objects.count() == 1:
                break
            aging._stop.wait(0.02)
    finally:
        aging.stop()
    assert Opened.objects.count() == 1
