"""A server that ends when we do: one command under `guard.py`, started and stopped from here."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from inspector.demo import guard


class GuardedProcess:
    """One running command. When this process dies without a word, the guard ends it and deletes `remove`.

    Output is added to the file `log`. `user` is who runs the command, where we are root.
    """

    def __init__(self, command: Sequence[str], *, log: Path, remove: Path, user: str | None = None) -> None:
        arguments = [sys.executable, "-S", "-E", guard.__file__, f"--remove={remove}"]
        arguments += [f"--user={user}"] if user else []
        with log.open("ab") as output:
            self._guard = subprocess.Popen(  # noqa: S603  our own arguments
                [*arguments, "--", *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd="/",
            )

    @property
    def running(self) -> bool:
        """Whether the command is there."""
        return self._guard.poll() is None

    def stop(self) -> None:
        """End the command in an orderly way, and keep its files."""
        assert self._guard.stdin is not None  # noqa: S101  a pipe was asked for
        with contextlib.suppress(BrokenPipeError):
            self._guard.stdin.write(b"stop\n")
            self._guard.stdin.close()
        self._guard.wait(4 * guard.PATIENCE)


def last_words(log: Path) -> str:
    """The end of a log, to say why a server did not start."""
    lines = log.read_text(errors="replace").splitlines()
    return " / ".join(lines[-4:]) or "its log is empty"
