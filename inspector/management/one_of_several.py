"""A process that answers pages beside others, for `processes`."""

from __future__ import annotations

import socket

from django.conf import settings

from inspector.index.connections import close_readers
from inspector.management.memory import collect_rarely
from inspector.management.webserver import WebServer


def answer_pages(given: str) -> None:
    """`given` are descriptors: of the line to the process that started this one, and of sockets that listen. Returns
    when it was told to end, or when that process is gone."""
    line, *listening = (socket.socket(fileno=int(number)) for number in given.split(","))
    server = WebServer(listening, drain=settings.INSPECTOR.drain_seconds)
    server.end_with(line)
    collect_rarely()
    try:
        server.run(at_end=lambda: None)
    finally:
        server.close()
        close_readers()
