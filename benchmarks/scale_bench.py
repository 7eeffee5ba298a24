"""What the parts of `scale.py` share: two stores, an index of each, copies to write to, and the scale of it all."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict

from benchmarks.figures import Figure
from benchmarks.scale_child import Child
from benchmarks.store import store_of
from inspector.demo.embedded import EmbeddedPostgres

#: Stores of more threads are written to in place: a copy takes as much disk again.
COPIED = 200_000
#: The plan of a person who wants to know how long a scan takes.
SERIAL = (
    "set max_parallel_workers_per_gather = 0",
    "set enable_indexscan = off",
    "set enable_indexonlyscan = off",
    "set enable_bitmapscan = off",
    "set jit = off",
)
_INDEX_SERVER = {"listen_addresses": "", "unix_socket_permissions": "0777", "timezone": "UTC"}


@dataclass
class Bench:
    """One run. `kinds` are those of the index's databases."""

    threads: int
    small_threads: int
    data: Path | None = None
    small_data: Path | None = None
    kinds: tuple[str, ...] = ("sqlite",)
    times: int = 100
    windows: int = 12
    window_seconds: float = 10.0
    gentle_seconds: float = 60.0
    patience: float = 120.0  #: seconds until a store's counters have arrived and all is proven
    churn: bool = False
    figures: list[Figure] = field(default_factory=list)
    told: Callable[[Figure], None] = lambda figure: print(figure.line(), flush=True)
    _built: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self.folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="inspector-scale-"))
        self.url = self._stack.enter_context(store_of(self.threads, data=self.data))
        self._server: EmbeddedPostgres | None = None
        self._small_url = ""
        self._count = 0.0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def small_url(self) -> str:
        """The store that the large one is compared with."""
        if self.small_threads == self.threads:
            return self.url
        if not self._small_url:
            small = store_of(self.small_threads, data=self.small_data, seed=2)
            self._small_url = self._stack.enter_context(small)
        return self._small_url

    def note(self, figure: Figure) -> None:
        self.figures.append(figure)
        self.told(figure)

    def index(self, kind: str, name: str) -> str:
        """The URL of a new, empty index."""
        if kind == "sqlite":
            path = Path(self.folder) / name / "index.sqlite3"
            path.unlink(missing_ok=True)
            return f"sqlite:///{path}"
        if self._server is None:
            self._server = self._stack.enter_context(EmbeddedPostgres(settings=_INDEX_SERVER))
        self._server.drop_database(name)
        return self._server.create_database(name)

    @contextmanager
    def dashboard(self, store: str, index: str) -> Iterator[Child]:
        with Child(store=store, index=index, folder=self.folder) as child:
            child.ask("migrate")
            yield child

    def built(self, kind: str, store: str) -> str:
        """The URL of an index that holds all of the store, made as fast as it goes when there is none yet."""
        name = f"{kind}-{'large' if store == self.url else 'small'}"
        if name not in self._built:
            url = self.index(kind, name)
            with self.dashboard(store, url) as child:
                child.ask("build", pace="fast")
            self._built[name] = url
        return self._built[name]

    def keep(self, kind: str, url: str) -> None:
        """An index of the large store that a part has built."""
        self._built[f"{kind}-large"] = url

    @contextmanager
    def writable(self) -> Iterator[str]:
        """The large store, as a copy where the disk has room for one."""
        if self.threads > COPIED:
            yield self.url
            return
        with psycopg.connect(self.url, dbname="postgres", autocommit=True) as connection:
            connection.execute("drop database if exists written with (force)")
            _copy(connection)
            yield self.url.replace("/store?", "/written?")
            connection.execute("drop database written with (force)")

    def count_seconds(self, url: str = "") -> float:
        """A warm serial `select count(*)` of checkpoints, the median of five: what everything is measured by."""
        if url:
            return timed(url, SERIAL, "select count(*) from checkpoints")
        self._count = self._count or timed(self.url, SERIAL, "select count(*) from checkpoints")
        return self._count


def _copy(connection: psycopg.Connection) -> None:
    """A template must have no sessions, and those that have ended may be there for a moment."""
    for pause in (0.2, 1.0, 5.0, 20.0):
        try:
            connection.execute("create database written template store")
        except psycopg.errors.ObjectInUse:
            time.sleep(pause)
        else:
            return
    raise RuntimeError("Somebody else is connected to the store, so it cannot be copied.")


def timed(url: str, settings: tuple[str, ...], query: str, *, times: int = 5, warm: bool = True) -> float:
    """The median of the seconds that a query takes, with its answer."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in settings:
            connection.execute(setting.encode())
        seconds = []
        for _ in range(times + warm):
            began = time.perf_counter()
            connection.execute(query.encode()).fetchall()
            seconds.append(time.perf_counter() - began)
    return statistics.median(seconds[warm:])


def server_seconds(url: str, settings: tuple[str, ...], query: str) -> float:
    """What the server itself says that a statement took, all of whose columns it computes."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in settings:
            connection.execute(setting.encode())
        row = connection.execute(f"explain (analyze, timing off, format json) {query}".encode()).fetchone()
    assert row is not None  # noqa: S101  EXPLAIN answers
    plan: dict[str, Any] = row[0][0]
    return float(plan["Execution Time"]) / 1_000


def at_work(url: str, patience: float, what: Callable[[], object]) -> float:
    """Seconds that the server of a database spent on statements meanwhile, by its own account, which comes late."""

    def read() -> float:
        time.sleep(min(11.0, patience))
        with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
            name = conninfo_to_dict(url)["dbname"]
            query = "select active_time from pg_stat_database where datname = %s"
            row = connection.execute(query, [name]).fetchone()
        return float(row[0]) / 1_000 if row else 0.0

    before = read()
    what()
    return read() - before
