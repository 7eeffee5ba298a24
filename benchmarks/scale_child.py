"""Processes of `scale.py`: each takes commands, one a line, and answers each with a line, all JSON.

A dashboard has its stores and its index from the environment, as any has.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":  # this file lies beside one that is called as a library which the stores use
    sys.path.pop(0)

import json
import os
import subprocess
from collections.abc import Callable
from importlib import import_module
from types import TracebackType
from typing import Any, Self

#: The folder of an index, and the one store of a dashboard.
STORE = "store"


class Child:
    """`with Child(store=URL, index=URL, folder=DIR) as child: child.ask("build", pace="fast")`."""

    def __init__(self, *, store: str, index: str = "", folder: str = "") -> None:
        settings = {
            "INSPECTOR_STORES": f"{STORE}={store}",
            "INSPECTOR_DATABASE_URL": index,
            "INSPECTOR_DATA_DIR": folder,
            "INSPECTOR_DEBUG": "0",
        }
        self._process = subprocess.Popen(  # noqa: S603  our own arguments
            [sys.executable, "-W", "ignore", __file__],
            env={**os.environ, **settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()  # closes its input, which ends it

    def tell(self, command: str, **given: Any) -> None:
        """Without waiting for the answer."""
        assert self._process.stdin is not None  # noqa: S101  we asked for a pipe
        self._process.stdin.write(json.dumps([command, given]) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        """Of the command that was told last."""
        assert self._process.stdout is not None  # noqa: S101  we asked for a pipe
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"A measuring process ended with {self._process.wait()}.")
        return json.loads(line)

    def ask(self, command: str, **given: Any) -> Any:
        self.tell(command, **given)
        return self.answer()

    def kill(self) -> None:
        """Without a word, as the machine would when it runs out of memory."""
        self._process.kill()
        self._process.communicate()


def main() -> None:
    import logging

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "inspector.settings"
    django.setup()
    logging.disable(logging.INFO)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nothing else may answer
    for line in sys.stdin:
        name, given = json.loads(line)
        print(json.dumps(_find(name)(**given)), file=answers, flush=True)


def _find(command: str) -> Callable[..., Any]:
    """Only a process that writes has to import LangGraph."""
    for name in ("scale_syncing", "scale_opening", "scale_writing"):
        module = import_module(f"benchmarks.{name}")
        if command in module.COMMANDS:
            found: Callable[..., Any] = getattr(module, command)
            return found
    raise LookupError(command)


if __name__ == "__main__":
    main()
