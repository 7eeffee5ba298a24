"""What the owners of a page's threads did about then is looked up stretch by stretch, however many there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inspector.decode import FULL
from inspector.index.kinds import Moment
from inspector.index.queries import ThreadQuery, find_threads
from inspector.models import StoreEntry
from inspector.orphans.evidence.around import read_around
from tests.integration.orphans.left_rows import add, random_ids

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY, PACE = timedelta(days=1), timedelta(minutes=30)


def test_threads_of_many_days_are_found_by_their_owners_index() -> None:
    store, other = (StoreEntry.objects.create(name=name) for name in ("store", "other"))
    add(store, random_ids(40), owner=lambda number: f"user-{number}", apart=DAY, last=NOW)
    add(store, random_ids(40), owner=lambda number: f"user-{number}", apart=DAY, last=NOW - timedelta(minutes=5))
    add(other, random_ids(40), owner=lambda number: f"user-{number}", apart=DAY, last=NOW)
    rows = find_threads(store, ThreadQuery(flag="orphan", limit=80), Moment(NOW + DAY, 1800.0), sight=FULL).rows

    with CaptureQueriesContext(connection) as asked:
        found = read_around(store, rows, {row.entry.pk: row.entry.owner for row in rows}, PACE)

    assert {owner: len(near) for owner, near in found.items()} == {f"user-{number}": 2 for number in range(40)}
    of_threads = [query["sql"] for query in asked if '"owner" IN' in query["sql"]]
    assert len(of_threads) > 1
    for sql in of_threads:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = [row[-1] for row in cursor.fetchall()]
        assert [line for line in plan if "thread_by_" in line]
        assert all("thread_by_owner" in line for line in plan if "inspector_threadentry" in line), plan
