"""`inspector serve` as a process, with an index in a database of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.integration.postgres.polling import wait_for

TOKEN = "a-token-of-some-length"


class Served:
    """What it writes goes into `log`. `index` and `store` are URLs."""

    def __init__(self, directory: Path, index: str, store: str, *options: str, **settings: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.log = directory / "log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        command = [sys.executable, "-m", "inspector", "serve"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--store", f"store={store}", "--port", str(self.port), *options],
                env={
                    **os.environ,
                    "INSPECTOR_DATABASE_URL": index,
                    "INSPECTOR_DATA_DIR": str(directory),
                    "INSPECTOR_METRICS_TOKEN": TOKEN,
                    **{f"INSPECTOR_{name.upper()}": value for name, value in settings.items()},
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_said(self, words: str) -> None:
        wait_for(lambda: words in self.said or self.process.poll() is not None, seconds=60)
        assert words in self.said, self.said

    def ask(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Status and body, with the metrics' token."""
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {TOKEN}", **headers}
        )
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def data(self, path: str) -> Any:
        return json.loads(self.ask(path)[1])

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.said
        with contextlib.suppress(OSError):
            return self.ask("/-/health?check=ready")[0] == 200
        return False

    def listens(self) -> bool:
        with socket.socket() as asked:
            return asked.connect_ex(("127.0.0.1", self.port)) == 0

    def signal(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def ended(self) -> int:
        return self.process.wait(60)


@contextlib.contextmanager
def serving(directory: Path, index: str, store: str, *options: str, **settings: str) -> Iterator[Served]:
    """Started, not waited for; gone after the block, whatever became of it."""
    served = Served(directory, index, store, *options, **settings)
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.signal()
            try:
                served.ended()
            except subprocess.TimeoutExpired:
                served.process.kill()
                served.process.wait()
