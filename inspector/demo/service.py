"""One sample worker behind HTTP, as agents are mostly served: `python -m inspector.demo.service --url-file FILE`.

`POST /requests` takes one request of `traffic.Conversation` as JSON, runs the graph, and answers when it is done;
`GET /health` answers while the worker is idle. SIGTERM lets it finish the request it is at. It runs the probe: where it
reports to, and as whom, say INSPECTOR_LEDGER_URL and INSPECTOR_HOSTNAME.
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import FrameType
from typing import Any, cast

from langgraph.checkpoint.postgres import PostgresSaver

from inspector import probe
from inspector.demo.worker import Worker, open_pool

log = logging.getLogger("inspector.demo.service")

LONGEST = 65_536  #: bytes of a request
LOOK_UP = 0.5  #: seconds between looks at whether it was told to end
PATIENCE = 5.0  #: seconds for what the probe has yet to write


class _Server(HTTPServer):
    """One request after the other: a worker serves one customer at a time."""

    timeout = LOOK_UP

    def __init__(self, port: int, worker: Worker) -> None:
        super().__init__(("", port), _Handler)
        self.worker = worker
        self._stopping = False

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def serve(self) -> None:
        """Until told to end."""
        while not self._stopping:
            self.handle_request()


class _Handler(BaseHTTPRequestHandler):
    timeout = 5.0  # seconds for a client to say what it wants: the others wait meanwhile

    def do_GET(self) -> None:
        self._answer(200 if self.path == "/health" else 404)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != "/requests" or not length.isdigit() or int(length) > LONGEST:
            self._answer(404)
            return
        try:
            request: dict[str, Any] = json.loads(self.rfile.read(int(length)))
            cast("_Server", self.server).worker.handle(request)
        except Exception:
            # Mostly a store that is away. Then it is the dashboard that is on show; we just go on.
            log.exception("request failed")
            self._answer(500)
        else:
            self._answer(200)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """A request that went well is no news."""


def main() -> None:
    """Parse, connect, serve."""
    parser = argparse.ArgumentParser(prog="inspector.demo.service", description="One sample worker behind HTTP.")
    parser.add_argument("--url-file", required=True, type=Path, help="a file with the Postgres checkpoint store's URL")
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (8000)")
    parser.add_argument("--setup", action="store_true", help="create LangGraph's tables first")
    parser.add_argument("--forgetful", action="store_true", help="use a new random thread_id for each request")
    options = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    url = options.url_file.read_text(encoding="utf-8").strip()
    probe.install()  # before any graph is compiled
    if options.setup:
        with PostgresSaver.from_conn_string(url) as saver:
            saver.setup()
    with open_pool(url) as pool, _Server(options.port, Worker(PostgresSaver(pool), forgetful=options.forgetful)) as it:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, it.stop)
        log.info("listening on port %s", it.server_port)
        it.serve()
    probe.finish(PATIENCE)


if __name__ == "__main__":
    main()
