"""The dashboard as people start it: a process of its own, with an index of its own, on a port that was free."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], Any], what: str, seconds: float = START_SECONDS) -> None:
    """Ask again and again until it is so; fail with `what` when it takes too long."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.02)


class Dashboard:
    """`with Dashboard(directory, {"main": url}) as dashboard: page.goto(dashboard.at("/threads/"))`.

    `stop()` and `start()` may be called in turn: port and index stay. Without stores it starts through WSGI, as the
    command `serve` refuses to.
    """

    def __init__(self, directory: Path, stores: Mapping[str, str], **settings: str) -> None:
        self._directory = directory
        self._stores = stores
        self._settings = {f"INSPECTOR_{name.upper()}": value for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def at(self, path: str, **parameters: str) -> str:
        """The address of a page; parameters are encoded as a browser does."""
        return self.origin + path + (f"?{urlencode(parameters)}" if parameters else "")

    def data(self, path: str, **parameters: str) -> Any:
        """The page as JSON."""
        with urllib.request.urlopen(self.at(path, **parameters, format="json"), timeout=20) as response:  # noqa: S310
            return json.load(response)

    def wait_answer(self, path: str, **parameters: str) -> None:
        """Until a page is no error any more."""

        def answers() -> bool:
            with contextlib.suppress(OSError):
                return bool(self.data(path, **parameters))
            return False

        wait_until(answers, f"{path} without an error")

    def start(self) -> Self:
        self._directory.mkdir(parents=True, exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("INSPECTOR_")}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(),
                env={**kept, "INSPECTOR_DATA_DIR": str(self._directory), **self._settings},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(self._answers, "the dashboard answers")
        return self

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGTERM)
            process.wait(20)

    def wait_indexed(self, threads: Mapping[str, int]) -> None:
        """Until the index of each store holds so many threads."""
        wait_until(lambda: self._counts(threads) == threads, f"an index of {dict(threads)}")

    def wait_listed(self, thread_id: str, checkpoints: int = 1) -> None:
        """Until the list has a thread with at least so many checkpoints."""

        def listed() -> bool:
            rows = self.data("/threads/", q=thread_id)
            return not rows["not_indexed"] and any(
                row["thread_id"] == thread_id and row["checkpoints"] >= checkpoints for row in rows["threads"]
            )

        wait_until(listed, f"{thread_id!r} in the list")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _log(self) -> Path:
        return self._directory / "dashboard.log"

    def _command(self) -> list[str]:
        if not self._stores:
            return [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{self.port}", "inspector.wsgi:application"]
        options = [part for name, url in self._stores.items() for part in ("--store", f"{name}={url}")]
        return [sys.executable, "-m", "inspector", "serve", "--port", str(self.port), *options]

    def _counts(self, threads: Mapping[str, int]) -> dict[str, int]:
        stores = self.data("/-/health")["stores"]
        return {name: stores[name]["threads"] for name in threads if stores[name]["synced_at"]}

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"the dashboard did not start: {self._log.read_text(errors='replace')[-2000:]}")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.origin}/-/health", timeout=2):  # noqa: S310
            return True
        return False
