"""Dashboards of `load.py`: whole ones in processes of their own, how one signs in, and what they take."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from benchmarks.scale_child import STORE

_TICK = os.sysconf("SC_CLK_TCK")
_LINK = re.compile(r"http://\S+/login/\?token=\S+")
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
#: Seconds that a dashboard may take to listen.
_PATIENCE = 60.0


@dataclass
class Server:
    """`inspector serve`. `lines` are what it printed."""

    process: subprocess.Popen[str]
    port: int
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listener = threading.Thread(target=self._listen, daemon=True)

    def _listen(self) -> None:
        assert self.process.stdout is not None  # noqa: S101  we asked for a pipe
        with self.process.stdout as printed:
            for line in printed:
                self.lines.append(line)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _processes(self) -> list[int]:
        """This one, and those that it had answer."""
        pid = self.process.pid
        return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]

    def cpu(self) -> float:
        """Seconds of processor time so far, of all its processes."""
        rows = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self._processes()]
        return sum(int(row[11]) + int(row[12]) for row in rows) / _TICK

    def memory(self) -> int:
        """Bytes that are in memory now, of all its processes."""
        lines = [line for pid in self._processes() for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


class Servers:
    """`replicas` dashboards with one index, of which the first one syncs, each with so many `processes`."""

    def __init__(self, store: str, index: str, folder: str, replicas: int, processes: int = 1) -> None:
        settings = {
            "INSPECTOR_STORES": f"{STORE}={store}",
            "INSPECTOR_DATABASE_URL": index,
            "INSPECTOR_DATA_DIR": folder,
            "INSPECTOR_SECRET_KEY": "only-for-benchmarks-and-nowhere-else-at-all",
            "INSPECTOR_DEBUG": "0",
            "INSPECTOR_PROCESSES": str(processes),
        }
        self._environment = {**os.environ, **settings}
        self._replicas = replicas
        self.all: list[Server] = []

    def __enter__(self) -> Self:
        for number in range(self._replicas):
            self.all.append(self._start(() if number == 0 else ("--no-sync",)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self.all:
            server.process.terminate()
        for server in self.all:
            server.process.wait()
            server.listener.join()

    def _start(self, more: tuple[str, ...]) -> Server:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-W", "ignore", "-m", "inspector", "serve", "--port", str(port), *more]
        process = subprocess.Popen(  # noqa: S603  our own arguments
            command, env=self._environment, stdout=subprocess.PIPE, text=True
        )
        server = Server(process, port)
        server.listener.start()
        ends = time.monotonic() + _PATIENCE
        while not any("Ctrl-C" in line for line in server.lines):
            if process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"A dashboard does not listen: {server.lines}")
            time.sleep(0.05)
        return server


class Person:
    """Somebody with a browser's cookies, which all replicas take."""

    def __init__(self) -> None:
        self._jar = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._jar))

    def sign_in(self, server: Server) -> None:
        """By the link that the dashboard printed, which works once. One without a login needs nothing."""
        ends = time.monotonic() + 2
        while time.monotonic() < ends:
            for line in server.lines:
                if found := _LINK.search(line):
                    self.read(found[0])
                    return
            time.sleep(0.05)

    def read(self, url: str, form: dict[str, str] | None = None) -> str:
        """A page, or what comes of a form. Raises for an error's status."""
        data = urlencode(form).encode() if form is not None else None
        with self._opener.open(url, data, timeout=60) as response:
            return str(response.read().decode())

    @property
    def cookies(self) -> str:
        """As a request's header."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)


def mutes_are_shared(person: Person, servers: Servers) -> bool:
    """Whether all list a mute that was told to the last replica."""
    pattern = f"nobody-{os.getpid()}-*"
    page = person.read(f"{servers.all[-1].address}/orphans/mutes/?what=id&pattern={pattern}")
    token = _TOKEN.search(page)
    form = {"what": "id", "pattern": pattern, "reason": "a benchmark", "end": "1d", "csrfmiddlewaretoken": ""}
    if token is not None:
        form["csrfmiddlewaretoken"] = token[1]
    person.read(f"{servers.all[-1].address}/orphans/mutes/add/", form)
    return all(pattern in person.read(f"{server.address}/orphans/mutes/") for server in servers.all)
