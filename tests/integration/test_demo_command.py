"""`inspector demo`, as people run it: it gets ready, shows what it promises, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.links import find_link, read_data, use_link

ROOT = Path(__file__).parents[2]
SECONDS = 60.0
RANDOM_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Demo:
    """A demo in a session of its own, as a terminal would run it, with a place of its own for what is temporary."""

    def __init__(self, *options: str) -> None:
        self.place = Path(
            tempfile.mkdtemp(prefix="demo-")
        )  # pytest's own is too long for a socket, and closed to others
        self.place.chmod(0o711)
        self.mark = uuid.uuid4().hex
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "inspector", "demo", "--no-browser", *options],
            env={**os.environ, "TMPDIR": str(self.place), "DEMO_UNDER_TEST": self.mark},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_said(self, word: str) -> str:
        """The line that holds `word`, as soon as it is said."""
        until = time.monotonic() + SECONDS
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                line = self._lines.get(timeout=min(left, 1))
                if word in line:
                    return line
            if self.process.poll() is not None and self._lines.empty():
                break
        raise AssertionError(f"{word!r} was not said in:\n{''.join(self.said)}")

    def wait_ended(self) -> int:
        code = self.process.wait(SECONDS)
        self._reader.join(10)
        return code

    def left_processes(self) -> list[str]:
        """What still runs of all that it started, workers and server included, told by their environment."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self.mark.encode() in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        return found

    def assert_nothing_left(self) -> None:
        until = time.monotonic() + 20
        while (left := (self.left_processes(), sorted(self.place.iterdir()))) != ([], []):
            assert time.monotonic() < until, left
            time.sleep(0.05)

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)
        self._reader.join(10)
        shutil.rmtree(self.place, ignore_errors=True)

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.said.append(line)
                self._lines.put(line)


@pytest.fixture
def run_demo() -> Iterator[Any]:
    with contextlib.ExitStack() as stack:
        # Who runs tests in the background may have them ignore Ctrl-C, and processes inherit that.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        stack.callback(signal.signal, signal.SIGINT, before)

        def run(*options: str) -> Demo:
            demo = Demo(*options)
            stack.callback(demo.close)
            return demo

        yield run


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@dataclass(frozen=True)
class Shown:
    """The demo's dashboard, opened by the link that was printed."""

    origin: str
    cookie: str

    @classmethod
    def by(cls, demo: Demo) -> Shown:
        link = find_link(demo.wait_said("Open this link"))
        demo.wait_said("Ready")
        return cls(link.partition("/login/")[0], use_link(link))

    def get(self, path: str, query: str = "") -> Any:
        return read_data(f"{self.origin}{path}?format=json&{query}", self.cookie)


def ask(shown: Shown, query: str) -> Any:
    return shown.get("/threads/", f"limit=500&{query}")["threads"]


def wait_listed(shown: Shown, query: str, count: int = 1) -> list[dict[str, Any]]:
    """The threads of the list, as soon as there are so many: the index begins with the dashboard."""
    until = time.monotonic() + SECONDS
    while len(found := ask(shown, query)) < count:
        assert time.monotonic() < until, (query, found)
        time.sleep(0.05)
    rows: list[dict[str, Any]] = found
    return rows


def wait_counted_more(shown: Shown, host: str, before: int) -> None:
    """Until the probe of a host has told of more checkpoints."""
    until = time.monotonic() + SECONDS
    while wait_reported(shown, 1)[host]["checkpoints"] <= before:
        assert time.monotonic() < until
        time.sleep(0.05)


def wait_reported(shown: Shown, count: int = 5) -> dict[str, dict[str, Any]]:
    """What the workers' probes told of each host, as soon as so many have."""
    until = time.monotonic() + SECONDS
    while len(hosts := shown.get("/workers/")["hosts"]) < count:
        assert time.monotonic() < until, hosts
        time.sleep(0.05)
    return {host["hostname"]: host for host in hosts}


def test_it_shows_real_traffic_of_several_hosts_and_ends_without_a_trace(run_demo: Any, port: int) -> None:
    demo = run_demo("--port", str(port))
    shown = Shown.by(demo)
    assert shown.origin == f"http://127.0.0.1:{port}"
    again = demo.wait_said("For another link: ").partition(": ")[2]
    link = subprocess.run(again, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S602  as told
    assert Shown(shown.origin, use_link(find_link(link.stdout))).get("/threads/")
    with urllib.request.urlopen(f"{shown.origin}/login/", timeout=10) as page:  # noqa: S310
        assert b"in the terminal where the demo runs" in page.read()
    wait_listed(shown, "", 40)

    shared = wait_listed(shown, "flag=several-hosts")
    assert any({"web-1", "web-2"} <= {worker["hostname"] for worker in row["workers"]} for row in shared)
    forgetful = wait_listed(shown, "turns=one&host=web-3&flag=random-id", 5)
    assert all(RANDOM_ID.fullmatch(row["thread_id"]) and row["turns"] == 1 for row in forgetful)
    hosts = wait_reported(shown)
    assert hosts["web-3"]["reads"] == hosts["web-3"]["misses"] > 0
    assert [note["kind"] for note in hosts["web-3"]["notes"]] == ["every-read-missed"]
    assert [note["kind"] for note in hosts["web-4"]["notes"]] == ["saver-in-memory"]
    assert not hosts["web-1"]["notes"] + hosts["web-2"]["notes"] + hosts["worker-1"]["notes"]
    assert {row["state"] for row in wait_listed(shown, "state=interrupted")} == {"interrupted"}
    assert {row["state"] for row in wait_listed(shown, "state=failed")} == {"failed"}
    assert len(demo.left_processes()) > 5
    os.killpg(demo.process.pid, signal.SIGINT)  # as a terminal does

    assert demo.wait_ended() == 0
    assert "The demo has ended" in demo.said[-1]
    assert "Traceback" not in "".join(demo.said)
    demo.assert_nothing_left()


@pytest.mark.one_in(3)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_scenario_can_be_played_instead_and_a_signal_to_the_command_alone_ends_it(
    run_demo: Any, port: int, number: int
) -> None:
    demo = run_demo("--port", str(port), "--scenario", "new-input")
    shown = Shown.by(demo)

    rows = wait_listed(shown, "", 6)
    assert {row["thread_id"].rsplit("-", 1)[1]: row["turns"] for row in rows} == {"three": 3, "one": 1}
    demo.process.send_signal(number)
    assert demo.wait_ended() == 0
    demo.assert_nothing_left()


@pytest.mark.thorough
def test_a_scenario_of_the_lab_is_shown_with_its_workers_and_goes_on(run_demo: Any, port: int) -> None:
    demo = run_demo("--port", str(port), "--scenario", "saver-in-memory")
    shown = Shown.by(demo)

    hosts = wait_reported(shown, 3)
    assert [note["kind"] for note in hosts["web-3"]["notes"]] == ["saver-in-memory"]
    told = hosts["web-1"]["checkpoints"]
    wait_counted_more(shown, "web-1", told)
    os.killpg(demo.process.pid, signal.SIGINT)
    assert demo.wait_ended() == 0
    assert "Traceback" not in "".join(demo.said)
    demo.assert_nothing_left()


def test_a_taken_port_is_told_before_anything_is_started(run_demo: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        demo = run_demo("--port", str(number))
        assert demo.wait_ended() == 2

    said = "".join(demo.said)
    assert f"port {number}" in said
    assert "--port" in said
    assert "Postgres" not in said
    assert "Traceback" not in said
    demo.assert_nothing_left()


def test_an_unknown_scenario_is_told_with_those_that_there_are(run_demo: Any, port: int) -> None:
    demo = run_demo("--port", str(port), "--scenario", "new-inputs")
    assert demo.wait_ended() == 2

    said = "".join(demo.said)
    assert "'new-inputs'" in said
    assert "new-input," in said
    assert "saver-in-memory," in said
    assert "healthy" in said
    assert "Traceback" not in said
    demo.assert_nothing_left()
