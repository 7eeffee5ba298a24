"""The server that answers pages, on a socket of this machine."""

from __future__ import annotations

from http.client import HTTPConnection
from threading import Thread
from typing import Any

import pytest

from inspector.management.webserver import WebServer


def _tell(environ: dict[str, Any], start: Any) -> list[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ.get('HTTP_X_FORWARDED_PROTO')} {environ['wsgi.url_scheme']}".encode()]


def test_what_a_proxy_says_of_the_connection_is_heard_and_changes_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """By it the cookie of the forms is for https only; waitress drops it unless it is told not to."""
    monkeypatch.setattr("inspector.management.webserver.get_wsgi_application", lambda: _tell)
    server = WebServer("127.0.0.1", 0)
    answering = Thread(target=server._server.run)
    answering.start()
    try:
        asked = HTTPConnection("127.0.0.1", server._server.effective_port, timeout=30)  # type: ignore[union-attr]
        asked.request("GET", "/", headers={"X-Forwarded-Proto": "https", "Connection": "close"})
        told = asked.getresponse().read().decode()
        asked.close()
    finally:
        server._bell.ring()
        answering.join(30)
        server.close()
    assert told == "https http"
    assert not answering.is_alive()
