"""The dashboard as people start it: a process of its own, with an index of its own, on a port that was free."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from tests.links import browser_cookies, find_link, read_data, use_link
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
_TOKEN = "how-far-the-index-is"
_METRICS = {"INSPECTOR_METRICS_TOKEN": _TOKEN}


def wait_until(condition: Callable[[], Any], what: str, seconds: float = START_SECONDS) -> None:
    """Ask again and again until it is so; fail with `what` when it takes too long."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.02)


class Dashboard:
    """`with Dashboard(directory, {"main": url}) as dashboard: page.goto(dashboard.at("/threads/"))`.

    `stop()` and `start()` may be called in turn: port and index stay, and who is signed in. Without stores it starts
    through WSGI, as the command `serve` refuses to. `cookie` is that of whoever opened the link that was printed.
    """

    def __init__(self, directory: Path, stores: Mapping[str, str], **settings: str) -> None:
        self._directory = directory
        self._stores = stores
        self._settings = {f"INSPECTOR_{name.upper()}": value for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.cookie = ""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def at(self, path: str, **parameters: str) -> str:
        """The address of a page; parameters are encoded as a browser does."""
        return self.origin + path + (f"?{urlencode(parameters)}" if parameters else "")

    def data(self, path: str, **parameters: str) -> Any:
        """The page as JSON."""
        return read_data(self.at(path, **parameters, format="json"), self.cookie)

    def cookies(self) -> Any:
        """The same for a browser: `context.add_cookies(dashboard.cookies())`."""
        return browser_cookies(self.cookie, self.origin)

    def run(self, *command: str) -> str:
        """What a command says that is run beside it: `run("link")`."""
        words = [sys.executable, "-m", "inspector", *command]
        made = subprocess.run(words, env=self._environment, cwd=ROOT, check=True, capture_output=True, text=True)
        return made.stdout.strip()

    def make_link(self) -> str:
        """A new one, that nobody has opened."""
        return self.run("link", "--port", str(self.port))

    def wait_answer(self, path: str, **parameters: str) -> None:
        """Until a page is no error any more."""

        def answers() -> bool:
            with contextlib.suppress(OSError):
                return bool(self.data(path, **parameters))
            return False

        wait_until(answers, f"{path} without an error")

    def start(self) -> Self:
        self._directory.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(),
                env=self._environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(self._answers, "the dashboard answers")
        if not self.cookie:
            self.cookie = use_link(self._printed_link() if self._stores else self.make_link())
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

    def _printed_link(self) -> str:
        wait_until(lambda: find_link(self._log.read_text(errors="replace")), "a link is printed")
        return find_link(self._log.read_text(errors="replace"))

    @property
    def _environment(self) -> dict[str, str]:
        """Without the settings of the tests, which have an index of their own."""
        ours = ("INSPECTOR_", "DJANGO_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {**kept, "INSPECTOR_DATA_DIR": str(self._directory), **_METRICS, **self._settings}

    @property
    def _log(self) -> Path:
        return self._directory / "dashboard.log"

    def _command(self) -> list[str]:
        if not self._stores:
            return [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{self.port}", "inspector.wsgi:application"]
        options = [part for name, url in self._stores.items() for part in ("--store", f"{name}={url}")]
        return [sys.executable, "-m", "inspector", "serve", "--port", str(self.port), *options]

    def _counts(self, threads: Mapping[str, int]) -> dict[str, int]:
        request = urllib.request.Request(self.at("/-/health"), headers={"Authorization": f"Bearer {_TOKEN}"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
            stores = json.load(response)["stores"]
        return {name: stores[name]["threads"] for name in threads if stores[name]["synced_at"]}

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"the dashboard did not start: {self._log.read_text(errors='replace')[-2000:]}")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.origin}/-/health", timeout=2):  # noqa: S310
            return True
        return False
