"""Runs an image: its ENTRYPOINT and CMD as its USER, with a read-only root and a network of its own."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.packaging.image.box import Box
from tests.packaging.image.build import Image

SECONDS = 120


class Container:
    """`with Container(image, volume, directory) as it: it.execute(["id"])`.

    `volume` is a directory that stands for the image's volumes; `binds` are more of this machine's paths, read-only, by
    path inside. `arguments` replace CMD, as those of `docker run` do.
    """

    def __init__(
        self,
        image: Image,
        volume: Path,
        log: Path,
        *,
        arguments: Sequence[str] = (),
        entrypoint: Sequence[str] = (),
        environment: dict[str, str] | None = None,
        binds: dict[str, Path] | None = None,
    ) -> None:
        self._image = image
        self._log = log
        self._words = [*(entrypoint or image.entrypoint), *(arguments or image.command)]
        self._box = Box(
            image.layers.with_new(log.with_suffix(".written")),
            image.environment | (environment or {}),
            image.workdir,
            image.user,
            read_only=True,
            binds=dict.fromkeys(image.volumes, (volume, True))
            | {inside: (path, False) for inside, path in (binds or {}).items()},
        )

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            command = self._box.command(self._words)
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def said(self) -> str:
        """What it wrote by now."""
        return self._log.read_text(errors="replace")

    def execute(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run something in there, as its user. Raises AssertionError once the container has ended."""
        assert self._process.poll() is None, f"it ended with {self._process.returncode}:\n{self.said}"
        command = self._box.beside(self._process.pid, words)
        return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)

    def is_healthy(self) -> bool:
        return self.execute(self._image.healthcheck).returncode == 0

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        return self._process.wait(SECONDS)


def new_volume(image: Image, directory: Path) -> Path:
    """A volume as it is when first used: it belongs to whom the image's directory belongs to."""
    directory.mkdir()
    (name,) = image.volumes
    (like,) = (found for layer in image.layers.stack if (found := layer / "top" / name.lstrip("/")).is_dir())
    status = like.stat()
    os.chown(directory, status.st_uid, status.st_gid)
    directory.chmod(status.st_mode & 0o777)
    return directory
