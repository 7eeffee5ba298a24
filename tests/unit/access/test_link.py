"""The link that signs its opener in: once, for a day, and by a token that nobody keeps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from inspector.access.link import LASTS, make_link, offer_link, use_link
from inspector.models import SignInLink
from tests.integration.index.own_index import sqlite_index

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def token_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["token"][0]


@pytest.mark.django_db
def test_it_leads_to_the_login_of_the_address_and_works_once() -> None:
    link = make_link("http://127.0.0.1:8765/")
    assert link.startswith("http://127.0.0.1:8765/login/?token=")
    assert len(token_of(link)) >= 43
    assert [use_link(token_of(link)) for _ in range(3)] == [True, False, False]


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "made-up", "x" * 100_000, "\ud800", "\x00"])
def test_a_token_that_was_never_made_opens_nothing(token: str) -> None:
    make_link("http://localhost")
    assert not use_link(token)


@pytest.mark.django_db
def test_it_ends_after_a_day_and_the_next_one_clears_it_away() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        early, late = make_link("http://localhost"), make_link("http://localhost")
        clock.move_to(NOW + LASTS - timedelta(seconds=1))
        assert use_link(token_of(early))
        clock.move_to(NOW + LASTS)
        assert not use_link(token_of(late))
        clock.move_to(NOW + LASTS + timedelta(seconds=1))
        make_link("http://localhost")
    assert SignInLink.objects.count() == 1


@pytest.mark.django_db
def test_the_database_holds_no_token() -> None:
    token = token_of(make_link("http://localhost"))
    (row,) = SignInLink.objects.values()
    assert token not in str(row)


def test_of_many_who_open_it_at_once_one_is_signed_in(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> None:
    many, rounds = 4, 10
    start = Barrier(many)

    def race(token: str) -> bool:
        start.wait()
        try:
            return use_link(token)
        finally:
            connections.close_all()

    with sqlite_index(tmp_path / "index.sqlite3", django_db_blocker), ThreadPoolExecutor(many) as pool:
        for _ in range(rounds):
            token = token_of(make_link("http://localhost"))
            assert sum(pool.map(race, [token] * many)) == 1


def test_an_index_that_cannot_be_written_gives_no_link_and_says_so(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    """As a full disk does it: whoever starts the dashboard then goes on without one."""
    with sqlite_index(tmp_path / "index.sqlite3", django_db_blocker):
        with connection.cursor() as cursor:
            cursor.execute("pragma query_only = on")
        told = offer_link("http://localhost")
        connections.close_all()
        assert told.startswith("No link can be made now. The index cannot be written")
        assert use_link(token_of(offer_link("http://localhost").rpartition(" ")[2]))
