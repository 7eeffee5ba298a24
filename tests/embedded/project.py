"""A Django project that somebody has, with the dashboard put into it by the steps of the guide, run as processes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from tests.ports import free_port

CHECKOUT = Path(__file__).parents[2]
GUIDE = CHECKOUT / "docs" / "deploy" / "existing-django-project.md"
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.M | re.S)


def blocks(kind: str) -> list[str]:
    """The guide's code of one kind, in its order."""
    return [dedent(text) for _, name, text in _BLOCK.findall(GUIDE.read_text("utf-8")) if name == kind]


@dataclass(frozen=True)
class Project:
    """`manage(...)` is `python manage.py ...`; `python(...)` runs a few lines with the project's settings."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("INSPECTOR_", "DJANGO_"))}
        own = {"SHOP_HOME": str(self.home), "INSPECTOR_DATA_DIR": str(self.home / "data")}
        path = os.pathsep.join([str(self.home), str(CHECKOUT)])
        return {**kept, "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "shop.settings", **own, **self.variables}

    def run(self, *command: str, code: int | None = 0) -> str:
        done = subprocess.run(
            command, cwd=self.home, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        said = done.stdout + done.stderr
        assert code is None or done.returncode == code, said
        return said

    def manage(self, *arguments: str, code: int | None = 0) -> str:
        return self.run(sys.executable, "-W", "error", "manage.py", *arguments, code=code)

    def python(self, *lines: str) -> str:
        return self.run(sys.executable, "-c", "\n".join(["import django", "django.setup()", *lines]))

    @contextmanager
    def background(self, command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            command, cwd=self.home, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=30)

    @contextmanager
    def served(self) -> Iterator[str]:
        """By a real server, with the collected files beside it; its address."""
        port = free_port()
        command = [sys.executable, str(Path(__file__).parent / "server.py"), str(port)]
        with self.background(command) as process:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("ready"), said + process.stdout.read()
            yield f"http://127.0.0.1:{port}"


def make_project(home: Path, **variables: str) -> Project:
    """The project with what the guide adds to its settings and addresses, word for word."""
    shutil.copytree(Path(__file__).parent / "shop", home, dirs_exist_ok=True)
    settings, addresses = blocks("python")
    package = home / "shop"
    (package / "settings.py").write_text(f"from shop.base_settings import *\n\n{settings}", "utf-8")
    (package / "urls.py").write_text(f"from shop.base_urls import urlpatterns\n\n{addresses}", "utf-8")
    return Project(home, variables)


def commands() -> list[list[str]]:
    """What the guide has one type behind `python manage.py`."""
    lines = [line for text in blocks("sh") for line in text.splitlines()]
    begin = "python manage.py "
    return [line.removeprefix(begin).split() for line in lines if line.startswith(begin)]
