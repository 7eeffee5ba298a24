"""compose.yaml, read, and its services as processes beside each other, with the commands and settings that it gives
them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from inspector.demo.embedded import PASSWORD_ROLE, EmbeddedPostgres
from tests.packaging.builds import ROOT
from tests.packaging.image.dockerfile import Instruction, read_dockerfile

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
STAGES = read_dockerfile((ROOT / "Dockerfile").read_text(encoding="utf-8"))
WORKERS = ["web-1", "web-2", "web-3"]
OURS = sorted(SERVICES.keys() - {"postgres"})


def mounts(service: dict[str, Any]) -> list[tuple[str, str]]:
    """Each source with its place in the container."""
    return [(text.split(":")[0], text.split(":")[1]) for text in service.get("volumes", [])]


def inside(volumes: Path, name: str, text: str) -> str:
    """A path in a service's container as one of ours."""
    for source, place in mounts(SERVICES[name]):
        ours = str(ROOT / source if source.startswith(".") else volumes / source)
        text = re.sub(rf"{re.escape(place)}(?=/|$)", ours, text)
    return text


@dataclass
class Composed:
    """The services as they run: their volumes by name, and where the dashboard listens."""

    volumes: Path
    postgres: EmbeddedPostgres
    at: str
    processes: dict[str, subprocess.Popen[bytes]]

    def command(self, name: str, *more: str) -> list[str]:
        """ENTRYPOINT and CMD, as the file or the image have them, by this Python."""
        service = SERVICES[name]
        steps = {step.name: step for step in STAGES[service["build"]["target"]].steps}
        entrypoint = service.get("entrypoint") or steps["ENTRYPOINT"].words()
        words = [*entrypoint, *(service.get("command") or _words(steps.get("CMD"))), *more]
        ours = {"python": [sys.executable], "inspector": [sys.executable, "-m", "inspector"]}
        return [*ours.get(words[0], [words[0]]), *(inside(self.volumes, name, word) for word in words[1:])]

    def environment(self, name: str, **more: str) -> dict[str, str]:
        kept = {key: text for key, text in os.environ.items() if not key.startswith(("INSPECTOR_", "DJANGO_"))}
        given = {key: inside(self.volumes, name, text) for key, text in SERVICES[name].get("environment", {}).items()}
        data = {"INSPECTOR_DATA_DIR": str(self.volumes / "inspector-data")}
        return kept | {"PYTHONPATH": str(ROOT), "LANGSMITH_TRACING": "false"} | data | given | more

    def run(self, name: str, *more: str, **environ: str) -> str:
        """A service that ends by itself."""
        done = subprocess.run(
            self.command(name, *more),
            env=self.environment(name, **environ),
            cwd=self.volumes,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str, *more: str) -> None:
        with (self.volumes / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                self.command(name, *more), env=self.environment(name), cwd=self.volumes, stdout=log, stderr=log
            )

    def log(self, name: str) -> str:
        return (self.volumes / f"{name}.log").read_text(errors="replace")

    def secret(self, volume: str, name: str) -> str:
        return (self.volumes / f"{volume}-secrets" / name).read_text().strip()


def _words(step: Instruction | None) -> list[str]:
    return step.words() if step else []


def get(url: str, token: str = "") -> str:
    """A page, or "" where nobody answers."""
    # Our own services, by addresses of ours.
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return str(answer.read().decode()) or "empty"
    except (urllib.error.URLError, ConnectionError):
        return ""


def make_databases(composed: Composed, binaries: Path) -> None:
    """As the server's image does when it starts for the first time. The server of the tests asks nobody for a password
    who is not in a certain role."""
    sockets = re.sub(r".*host=", "", composed.postgres.url)
    (script,) = (source for source, place in mounts(SERVICES["postgres"]) if place.startswith("/docker-entrypoint"))
    subprocess.run(
        ["sh", ROOT / script],
        env={
            "PATH": f"{binaries}:{os.environ['PATH']}",
            "PGHOST": sockets,
            "SECRETS": str(composed.volumes / "postgres-secrets"),
        },
        check=True,
        timeout=60,
    )
    with composed.postgres.connect() as connection:
        connection.execute(f"GRANT {PASSWORD_ROLE} TO worker, inspector, checkpoint_inspector")


@contextmanager
def ended(processes: dict[str, subprocess.Popen[bytes]]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes.values():
            process.kill()
            process.wait()
