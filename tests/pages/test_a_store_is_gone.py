"""A store that is stopped, or that holds its connections and answers nothing, holds up no page of another one.

Nothing here measures time: a page that waited for the frozen server would have an answer of that server, or none.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.errors import StoreError, StoreUnreachable
from inspector.index import asking
from inspector.index.asking import ask_all
from inspector.index.connections import all_readers, close_readers
from inspector.index.passes import run_pass
from inspector.reader import Reader
from tests.integration.postgres.freezing import frozen
from tests.integration.postgres.polling import wait_for
from tests.pages.browse import Browser, Document
from tests.pages.places import chat_in_postgres

PAGES = [
    "/threads/",
    "/threads/?q=nobody+has+this",
    "/thread/?id=here",
    "/orphans/",
    "/orphans/alerts/",
    "/workers/",
    "/doctor/",
]


@pytest.fixture(scope="module")
def fine(postgres: EmbeddedPostgres) -> str:
    return chat_in_postgres(postgres.create_database(), "here")


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    """A server of one's own, with one thread."""
    with EmbeddedPostgres() as own:
        chat_in_postgres(own.url, "there")
        yield own


@pytest.fixture
def both(show_stores: Any, server: EmbeddedPostgres, fine: str) -> Browser:
    """The first store is the one that will be gone."""
    browser: Browser = show_stores(other=server.url, fine=fine)
    for reader in all_readers().values():
        run_pass(reader)
    return browser


@pytest.mark.parametrize("trouble", ["frozen", "stopped"])
def test_the_pages_of_the_other_store_go_on(
    both: Browser, server: EmbeddedPostgres, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = asking._ask

    def noted(reader: Reader, what: str, question: Any) -> Any:
        asked.extend([what] if reader.store.name == "other" else [])
        return ask(reader, what, question)

    monkeypatch.setattr(asking, "_ask", noted)
    with frozen(server) if trouble == "frozen" else stopped(server):
        for url in PAGES:
            response = both.ask("GET", f"{url}{'&' if '?' in url else '?'}store=fine")
            assert response.status_code == 200, url
        assert asked == ["thread nobody has this"], "only who looks for an id that is nowhere asks the others, briefly"
        run_pass(all_readers()["fine"])
        assert both.data("/stores/")["stores"][1]["status"] == "connected"
    wait_for(lambda: answers("other"))


def test_the_page_of_stores_shows_one_that_hangs_and_the_rest(both: Browser, server: EmbeddedPostgres) -> None:
    with frozen(server):
        hanging, fine = both.data("/stores/")["stores"]
        assert (hanging["name"], hanging["status"]) == ("other", "does not answer")
        assert hanging["error"]
        assert hanging["index"]["threads"] == 1
        assert (fine["name"], fine["status"], fine["error"]) == ("fine", "connected", "")
        text = both.document("/stores/").elements[0].text
        assert "does not answer" in text
        assert "connected" in text
    wait_for(lambda: both.data("/stores/")["stores"][0]["status"] == "connected")


def test_a_store_that_is_stopped_is_told_and_its_return_is_noticed(both: Browser, server: EmbeddedPostgres) -> None:
    with stopped(server):
        gone, fine = both.data("/stores/")["stores"]
        assert (gone["status"], fine["status"]) == ("cannot be reached", "connected")
        with pytest.raises(StoreError):
            run_pass(all_readers()["other"])
        choices = both.document("/threads/", store="fine").elements[0].text
        assert "last pass failed" in choices
        assert both.get("/thread/", id="there").status_code == 503
    wait_for(lambda: both.data("/stores/")["stores"][0]["status"] == "connected")


def test_a_thread_of_a_store_that_is_gone_leads_to_the_store_that_has_it_too(
    both: Browser, server: EmbeddedPostgres, postgres: EmbeddedPostgres
) -> None:
    chat_in_postgres(server.url, "here")
    run_pass(all_readers()["other"])
    with stopped(server):
        response = both.ask("GET", "/thread/?store=other&id=here")
        lost = both.ask("GET", "/thread/?store=other&id=there")
    assert (response.status_code, lost.status_code) == (503, 503)
    links = [one.attributes["href"] for one in Document(response.content.decode()).all("a") if one.text == "fine"]
    assert [parse_qs(urlsplit(href).query) for href in links] == [{"store": ["fine"], "id": ["here"]}]
    assert "cannot be reached" in response.content.decode()
    assert "Open it there" not in lost.content.decode()


def test_the_first_pass_of_one_store_does_not_wait_for_another_that_hangs(
    show_stores: Any, server: EmbeddedPostgres, fine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose data a ledger's rows are depends on the names of all stores; one that hangs has none yet."""
    monkeypatch.setattr(asking, "PATIENCE", 0.5)
    browser: Browser = show_stores(other=server.url, fine=fine)
    with frozen(server):
        assert run_pass(all_readers()["fine"]).complete
        assert browser.data("/threads/", store="fine")["total"] == 1
    wait_for(lambda: answers("other"))


@pytest.fixture
def readers(show_stores: Any, fine: str) -> dict[str, Reader]:
    show_stores(one=fine, two=fine)
    return dict(all_readers())


def test_a_question_still_under_way_is_shared_and_not_waited_for_again(readers: dict[str, Reader]) -> None:
    let_go, begun = threading.Event(), []

    def hang(reader: Reader) -> str:
        if reader.store.name == "one":
            begun.append(reader)
            let_go.wait()
        return reader.store.name

    for _ in range(3):
        heard = ask_all([readers["one"]], "a", hang, patience=0.05)
        assert heard["one"].told is None
        assert "has not answered within 0.05 s" in str(heard["one"].error)
    wait_for(lambda: ask_all(readers.values(), "a", hang, patience=0.05)["two"].told == "two")
    assert len(begun) == 1
    let_go.set()
    wait_for(lambda: ask_all(readers.values(), "a", hang, patience=0.05)["one"].told == "one")


def test_what_is_no_trouble_of_a_store_is_not_hidden(readers: dict[str, Reader]) -> None:
    def fail(reader: Reader) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask_all(readers.values(), "b", fail)


def test_a_question_whose_thread_could_not_start_is_asked_anew(
    readers: dict[str, Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine that is out of threads for a moment."""

    class Refused(threading.Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(asking, "Thread", Refused)
        with pytest.raises(RuntimeError):
            ask_all([readers["one"]], "e", lambda reader: reader.store.name)
    assert ask_all([readers["one"]], "e", lambda reader: reader.store.name)["one"].told == "one"


def test_a_store_that_let_a_page_wait_is_told_by_its_own_words_the_next_time(
    readers: dict[str, Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.05)
    monkeypatch.setattr(asking, "AGAIN", 0.01)
    hold = threading.Event()

    def fail_late(reader: Reader) -> None:
        hold.wait()
        raise StoreUnreachable("It is gone.")

    alone = [readers["one"]]
    assert "has not answered" in str(ask_all(alone, "c", fail_late)["one"].error)
    hold.set()
    wait_for(lambda: asking.failed_lately(readers["one"].store) is not None)
    hold.clear()
    assert str(ask_all(alone, "c", fail_late)["one"].error) == "It is gone."
    hold.set()
    wait_for(
        lambda: (
            ask_all(alone, "d", lambda reader: reader.store.name)["one"].told == "one"
            and asking.failed_lately(alone[0].store) is None
        )
    )


@contextmanager
def stopped(server: EmbeddedPostgres) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


def answers(name: str) -> bool:
    try:
        return bool(all_readers()[name].store.read_facts())
    except StoreError:
        close_readers()
        return False
