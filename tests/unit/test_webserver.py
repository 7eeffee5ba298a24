"""The server that answers pages, on a socket of this machine, and how it ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from socket import create_connection
from threading import Event, Thread
from typing import Any

import pytest

from inspector.index.ready import say_ready, why_not_ready
from inspector.management.listening import listen
from inspector.management.webserver import WebServer
from tests.integration.postgres.polling import wait_for

App = Callable[[dict[str, Any], Any], Any]


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch, app: App, **options: float) -> Iterator[tuple[WebServer, int, Event]]:
    """The server, its port, and what is set when it takes no more. It has ended in good order after the block."""
    monkeypatch.setattr("inspector.management.webserver.get_wsgi_application", lambda: app)
    server, ending = WebServer(listen("127.0.0.1", 0), **options), Event()
    answering = Thread(target=server.answer, args=(ending.set,))
    answering.start()
    try:
        yield server, server._server.effective_port, ending  # type: ignore[union-attr]
    finally:
        server.end()
        answering.join(30)
        server.close()
        say_ready()
    assert not answering.is_alive()


def ask(port: int) -> HTTPConnection:
    asked = HTTPConnection("127.0.0.1", port, timeout=30)
    asked.request("GET", "/")
    return asked


def _tell(environ: dict[str, Any], start: Any) -> list[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ.get('HTTP_X_FORWARDED_PROTO')} {environ['wsgi.url_scheme']}".encode()]


class Slow:
    """Answers once it is let, with more than fits between a thread and the server's loop."""

    BODY = b"x" * 3_000_000

    def __init__(self) -> None:
        self.asked, self.go = Event(), Event()

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        self.asked.set()
        assert self.go.wait(30)
        start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(self.BODY)))])
        return [self.BODY]


def test_what_a_proxy_says_of_the_connection_is_handed_on_and_changes_nothing_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether to believe it is for `access.proxies` to say; waitress drops it unless it is told not to."""
    with serving(monkeypatch, _tell) as (_, port, _ending):
        asked = HTTPConnection("127.0.0.1", port, timeout=30)
        asked.request("GET", "/", headers={"X-Forwarded-Proto": "https", "Connection": "close"})
        told = asked.getresponse().read().decode()
        asked.close()
    assert told == "https http"


def test_a_request_under_way_gets_its_whole_answer_after_the_server_takes_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = Slow()
    with serving(monkeypatch, slow) as (server, port, ending):
        asked = ask(port)
        assert slow.asked.wait(30)
        server.end()
        assert ending.wait(30)
        with pytest.raises(ConnectionRefusedError):
            ask(port)
        slow.go.set()
        assert asked.getresponse().read() == Slow.BODY
        asked.close()


def test_a_connection_that_waits_for_its_next_request_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, _tell, grace=60.0) as (server, port, _):
        asked = ask(port)
        asked.getresponse().read()
        server.end()
        assert asked.sock.recv(1) == b""
        asked.close()


def test_who_has_just_connected_is_heard_though_the_request_comes_after_the_word_to_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("inspector.management.webserver._FIRST_WORD", 30.0)
    with serving(monkeypatch, _tell, grace=60.0) as (server, port, ending):
        asked, silent = HTTPConnection("127.0.0.1", port, timeout=30), create_connection(("127.0.0.1", port), 30)
        asked.connect()
        server.end()
        assert ending.wait(30)
        asked.request("GET", "/", headers={"Connection": "close"})
        assert asked.getresponse().status == 200
        asked.close()
        monkeypatch.setattr("inspector.management.webserver._FIRST_WORD", 0.0)
        assert silent.recv(1) == b""  # who says nothing holds nothing up
        silent.close()


def test_what_does_not_end_is_cut_and_told(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    closed = Event()

    class Endless:
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b"x" * 100_000

        def close(self) -> None:
            closed.set()

    def download(environ: dict[str, Any], start: Any) -> Endless:
        start("200 OK", [("Content-Type", "text/plain")])
        return Endless()

    with caplog.at_level(logging.WARNING), serving(monkeypatch, download, grace=0.2) as (server, port, _):
        asked = ask(port)
        answer = asked.getresponse()
        assert answer.read(1_000_000)
        server.end()
        assert closed.wait(30)  # so that what reads the store for it ends as well
        asked.close()
    assert "1 requests were cut" in caplog.text


def test_while_it_drains_it_answers_and_says_that_it_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    with serving(monkeypatch, _tell, drain=60.0) as (server, port, ending):
        server.end()
        wait_for(lambda: server._drain_until, seconds=30)  # asked before, it would look into its database
        assert why_not_ready(settings.INSPECTOR) == "It is about to end."
        asked = ask(port)
        assert asked.getresponse().status == 200
        asked.close()
        assert not ending.is_set()
        server._drain_until = 0.0


def test_connections_that_others_hold_keep_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred, which is what the server takes by itself, are open in twenty browsers."""
    with serving(monkeypatch, _tell) as (_, port, _ending), ExitStack() as held:
        for _ in range(130):
            held.enter_context(create_connection(("127.0.0.1", port), timeout=30))
        asked = ask(port)
        assert asked.getresponse().status == 200
        asked.close()


def test_more_than_any_form_is_refused_before_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, _tell) as (_, port, _ending):
        asked = HTTPConnection("127.0.0.1", port, timeout=30)
        asked.putrequest("POST", "/")
        asked.putheader("Content-Length", "1000000")
        asked.endheaders(b"x")
        assert asked.getresponse().status == 413
        asked.close()


def test_head_is_answered_without_content_on_a_connection_that_is_kept() -> None:
    """What is too much would be taken for the beginning of the next answer, which behind a proxy is somebody else's."""
    server, ending = WebServer(listen("127.0.0.1", 0)), Event()
    answering = Thread(target=server.answer, args=(ending.set,))
    answering.start()
    try:
        with create_connection(("127.0.0.1", server._server.effective_port), timeout=30) as asked:  # type: ignore[union-attr]
            for _ in range(2):
                asked.sendall(b"HEAD /-/health?check=live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            asked.sendall(b"GET /-/health?check=live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            told = b"".join(iter(lambda: asked.recv(65_536), b""))
    finally:
        server.end()
        answering.join(30)
        server.close()
        say_ready()
    first, second, third, content = told.split(b"\r\n\r\n")
    assert content == b'{"status": "ok"}'
    assert all(one.startswith(b"HTTP/1.1 200") for one in (first, second, third))
    assert all(b"Content-Length: 16\r\n" in one for one in (first, second, third))
