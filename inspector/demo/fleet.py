"""Several worker processes with different hostnames, and the traffic they serve.

The fleet is the load balancer: it decides which host gets which customer's next message, so conversations
move between hosts as they do in a real deployment. It runs in a thread of the caller's process and imports no
LangGraph; the work is done in the workers (`worker.py`), whose output goes to one log file each.

A first burst fills the store within seconds (`wait_seeded`), then customers go on at a human pace.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import random
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from inspector.demo.traffic import ASTRAY, FORGETFUL, HOSTS, IN_MEMORY, Conversation, Script

# Conversations of the demo happen now and their ids say so: nothing is backdated. For the demo to show
# orphans (one-turn threads nobody came back to), the dashboard should take so many seconds as its limit.
ORPHAN_AFTER = 45
OPEN_CONVERSATIONS = 14  # at a human pace, so many customers are in the middle of something
PATIENCE = 5.0  # seconds for a worker to end in good order
FAULTS = {FORGETFUL: ["--forgetful"], IN_MEMORY: ["--in-memory"]}
PACKAGE_HOME = Path(__file__).resolve().parents[2]


class FleetError(RuntimeError):
    """The workers could not start; the message holds their last words."""


class _Process:
    """One worker process and the thread that listens to it."""

    def __init__(
        self, url: str, host: str, log_path: Path, events: queue.Queue[tuple[str, str]], *, arguments: Sequence[str]
    ) -> None:
        self.host = host
        self.log_path = log_path
        command = [sys.executable, "-m", "inspector.demo.worker", "--url", url]
        command += [*FAULTS.get(host, []), *arguments]
        with log_path.open("ab") as log:
            self._popen = subprocess.Popen(  # noqa: S603  our own arguments
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=_environment(url, host),
                start_new_session=True,
            )
        self._listener = threading.Thread(target=self._listen, args=(events,), daemon=True)
        self._listener.start()

    def send(self, request: dict[str, Any]) -> bool:
        """Hand a request over; False when the process is gone."""
        assert self._popen.stdin is not None  # noqa: S101  we asked for a pipe
        try:
            self._popen.stdin.write(json.dumps(request) + "\n")
            self._popen.stdin.flush()
        except (BrokenPipeError, ValueError):
            return False
        return True

    def end(self) -> None:
        """Close its input, which ends it; harder where that does not help."""
        assert self._popen.stdin is not None  # noqa: S101  we asked for a pipe
        with contextlib.suppress(BrokenPipeError):
            self._popen.stdin.close()
        for harder in (self._popen.terminate, self._popen.kill):
            try:
                self._popen.wait(PATIENCE)
                break
            except subprocess.TimeoutExpired:
                harder()
        self._popen.wait()
        self._listener.join(PATIENCE)

    def last_words(self) -> str:
        """The end of its log."""
        lines = self.log_path.read_text(errors="replace").splitlines()
        return f"{self.host}: " + (" / ".join(lines[-3:]) or "nothing logged")

    def _listen(self, events: queue.Queue[tuple[str, str]]) -> None:
        assert self._popen.stdout is not None  # noqa: S101  we asked for a pipe
        with self._popen.stdout as lines:
            for line in lines:
                events.put((self.host, "ready" if "ready" in line else "done"))
        events.put((self.host, "gone"))


class Fleet:
    """`with Fleet(url, directory) as fleet: fleet.wait_seeded(30)`. Workers stop when the block ends.

    `directory` gets the logs, one a host. With `other_url`, a Redis with search and JSON, one more host serves some of
    the conversations and keeps them there. `pace` is the number of requests a second after the first burst.
    """

    def __init__(self, url: str, directory: Path, *, other_url: str = "", pace: float = 2.0, seed: int = 1) -> None:
        self.hosts = (*HOSTS, ASTRAY) if other_url else HOSTS
        self._url = url
        self._other_url = other_url
        self._directory = directory
        self._pace = pace
        self._script = Script(_token(), seed, astray=bool(other_url))
        self._dice = random.Random(seed)
        self._events: queue.Queue[tuple[str, str]] = queue.Queue()
        self._processes: dict[str, _Process] = {}
        self._busy: dict[str, Conversation | None] = {}  # by host that is ready: what it is at
        self._tables_are_there = False
        self._seeded = threading.Event()
        self._stop = threading.Event()
        self._failure = ""
        self._thread = threading.Thread(target=self._balance, name="demo-fleet", daemon=True)

    def start(self) -> Self:
        """Start the workers and their traffic; returns at once."""
        self._directory.mkdir(parents=True, exist_ok=True)
        for host in self.hosts:
            self._spawn(host)
        self._thread.start()
        return self

    def wait_seeded(self, timeout: float) -> bool:
        """Wait until the first burst is in the store: False when it takes longer.

        Raises `FleetError` when a worker ends before it could begin.
        """
        done = self._seeded.wait(timeout)
        if self._failure:
            raise FleetError(self._failure)
        return done

    def stop(self) -> None:
        """End the traffic and the workers, each after the request at hand. Calling it twice is fine."""
        self._stop.set()
        self._events.put(("", "stop"))
        if self._thread.is_alive():
            self._thread.join()
        enders = [threading.Thread(target=process.end) for process in self._processes.values()]
        for thread in enders:
            thread.start()
        for thread in enders:
            thread.join()
        self._processes.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _spawn(self, host: str) -> None:
        log_path = self._directory / f"{host}.log"
        arguments = ["--setup"] if host == HOSTS[0] and not self._tables_are_there else []
        if host == ASTRAY:
            arguments += ["--redis", self._other_url]
        self._processes[host] = _Process(self._url, host, log_path, self._events, arguments=arguments)

    def _balance(self) -> None:
        """The load balancer: first as fast as the workers can, then slowly, for ever."""
        *opening, crash = self._script.opening()
        # The crash waits for the others: so the ledger knows the worker by then, and can show it as silent.
        for waiting in (opening, [crash]):
            while waiting or any(self._busy.values()):
                if self._stop.is_set() or self._failure:
                    return
                self._offer(waiting)
                self._listen(waiting, timeout=0.5)
        self._seeded.set()
        waiting = []
        newcomers = self._script.endless()
        while not self._stop.is_set() and not self._failure:
            missing = OPEN_CONVERSATIONS - len(waiting) - sum(map(bool, self._busy.values()))
            waiting += itertools.islice(newcomers, max(0, missing))
            self._dice.shuffle(waiting)
            self._offer(waiting, limit=1)
            pause = self._dice.expovariate(self._pace)
            until = time.monotonic() + pause
            while (left := until - time.monotonic()) > 0 and not self._stop.is_set():
                self._listen(waiting, timeout=left)

    def _offer(self, waiting: list[Conversation], limit: int = len(HOSTS) + 1) -> None:
        """Hand next steps to idle hosts, at most `limit`, once the first host has made the tables."""
        given = 0 if self._tables_are_there else limit
        for conversation in list(waiting):
            host = conversation.steps[0].host
            if given == limit or host not in self._busy or self._busy[host] is not None:
                continue
            waiting.remove(conversation)
            if self._processes[host].send(conversation.next_request()):
                self._busy[host] = conversation
                given += 1

    def _listen(self, waiting: list[Conversation], timeout: float) -> None:
        """Wait for one word from any worker and act on it."""
        try:
            host, word = self._events.get(timeout=timeout)
        except queue.Empty:
            return
        if word == "ready":
            self._tables_are_there |= host == HOSTS[0]
            self._busy[host] = None
        elif word == "done":
            conversation, self._busy[host] = self._busy[host], None
            if conversation is not None and conversation.steps:
                waiting.append(conversation)
        elif word == "gone":
            self._replace(host)

    def _replace(self, host: str) -> None:
        """A worker died. At work (the script lets one crash) it gets a successor; in the beginning, none."""
        self._busy.pop(host, None)
        if not self._tables_are_there:
            self._failure = self._processes[host].last_words()
            self._seeded.set()
        elif not self._stop.wait(0.2):
            self._processes[host].end()
            self._spawn(host)


def _token() -> str:
    """Makes thread ids of one demo differ from those of the demo before on the same data."""
    return f"{int(time.time()) % 1_000_000:06d}-"


def _environment(url: str, host: str) -> dict[str, str]:
    """A worker's environment: this very package, strict types (no warnings), no tracing to anywhere, and where its
    probe reports to, as whom. Nothing of the caller's own settings: the demo shows the demo."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INSPECTOR_")}
    paths = [str(PACKAGE_HOME), kept.get("PYTHONPATH", "")]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "LANGGRAPH_STRICT_MSGPACK": "true",
        "LANGSMITH_TRACING": "false",
        "LANGCHAIN_TRACING_V2": "false",
        "INSPECTOR_LEDGER_URL": url,
        "INSPECTOR_HOSTNAME": host,
    }
