"""The dashboard and the syncer as processes that can be killed, and started again as a supervisor would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from tests.browser.dashboard import ROOT, Dashboard

#: How a dashboard is started.
MODULE = ("-m", "inspector")


class Instance(Dashboard):
    """A `Dashboard` that may die. `launcher` is what Python runs in place of `-m inspector`; `options` follow `serve`.
    Without stores those of the settings count."""

    def __init__(
        self,
        directory: Path,
        stores: Mapping[str, str],
        *,
        launcher: tuple[str, ...] = MODULE,
        options: tuple[str, ...] = (),
        **settings: str,
    ) -> None:
        super().__init__(directory, stores, **{"sync_seconds": "0.5", **settings})
        self._launcher = launcher
        self._options = options

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def set_options(self, *options: str) -> None:
        """At the next start."""
        self._options = options

    def kill(self) -> None:
        """As the system does when memory is short: no word, no clean-up."""
        process, self._process = self._process, None
        assert process is not None
        process.kill()
        process.wait(20)

    def _command(self) -> list[str]:
        options = [part for name, url in self._stores.items() for part in ("--store", f"{name}={url}")]
        return [sys.executable, *self._launcher, "serve", "--port", str(self.port), *options, *self._options]


class Syncer:
    """`inspector sync --watch` over the index in `directory`."""

    def __init__(self, directory: Path, stores: Mapping[str, str], **settings: str) -> None:
        self._directory = directory
        self._stores = stores
        self._settings = {f"INSPECTOR_{name.upper()}": value for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("INSPECTOR_")}
        options = [part for name, url in self._stores.items() for part in ("--store", f"{name}={url}")]
        given = {"INSPECTOR_DATA_DIR": str(self._directory), "INSPECTOR_SYNC_SECONDS": "0.3", **self._settings}
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "inspector", "sync", "--watch", *options],
                env={**kept, **given},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    @property
    def log_path(self) -> Path:
        return self._directory / "syncer.log"

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(20)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGINT)
            process.wait(20)
