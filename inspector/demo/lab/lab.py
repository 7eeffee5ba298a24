"""`with Lab(scenario, "broken", postgres=server) as lab: lab.play()`: one scenario, in databases and processes of its
own. The dashboard may read `lab.store_url` and `lab.ledger_url` while the block is open."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias
from urllib.parse import unquote, urlsplit

from langgraph.checkpoint.postgres import PostgresSaver

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.embedded_redis import EmbeddedRedis
from inspector.demo.lab.host import Answer, Host, LabError
from inspector.demo.lab.scenario import Make, Request, Scenario
from inspector.demo.lab.worker import Surroundings
from inspector.demo.logins import make_postgres_reader

__all__ = ["Answer", "Lab", "LabError", "Probed", "Variant"]

Variant: TypeAlias = Literal["broken", "fixed"]
#: Which workers run the probe. "first" is the first host of the scenario.
Probed: TypeAlias = Literal["all", "none", "first"]

#: Seconds for one request.
ASK_SECONDS = 30.0
_TEMPLATE = "lab_tables"


class Lab:
    """`redis` gives a started server, and is called only by scenarios that need one. Raises `LabError` where a worker
    does not start or does not answer."""

    def __init__(
        self,
        scenario: Scenario,
        variant: Variant,
        *,
        postgres: EmbeddedPostgres,
        redis: Callable[[], EmbeddedRedis] | None = None,
        probed: Probed = "all",
    ) -> None:
        self.scenario = scenario
        self.probed = probed
        self.errors: list[tuple[str, str]] = []  #: of every request that failed: host, error
        self.numbers = itertools.count(1001)  #: for ids that this lab has not had yet
        self.before_sending: Callable[[], None] = _at_once  #: called before each request
        self._makes: Mapping[str, Make] = scenario.broken if variant == "broken" else scenario.fixed
        self._server = postgres
        self._open_redis = redis
        self._stack = ExitStack()
        self._hosts: dict[str, Host] = {}
        self.url = self.other_url = self.ledger_url = self._redis_url = ""
        self.directory = Path()

    @property
    def hosts(self) -> tuple[str, ...]:
        """In the scenario's order."""
        return tuple(self._makes)

    @property
    def sqlite_path(self) -> Path:
        return self.directory / "shared" / "checkpoints.sqlite3"

    @property
    def redis_url(self) -> str:
        if not self._redis_url:
            raise LabError("This scenario has no Redis: say so with needs=('redis',).")
        return self._redis_url

    @property
    def store_url(self) -> str:
        """The store that the dashboard reads."""
        if self.scenario.store == "sqlite":
            return f"sqlite:///{self.sqlite_path}"
        if self.scenario.store == "redis":
            return self.redis_url + self.scenario.store_query
        return self.url

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._stack = stack
            self._make_places()
            if self.scenario.prepare is not None:
                self.scenario.prepare(self)
            stack.callback(self._end)
            for host in self.hosts:
                self._start(host)
            for one in self._hosts.values():
                one.wait_ready()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def play(self) -> None:
        """The scenario's traffic, once, to the end, and all that the probes have counted is in the ledger."""
        self.scenario.drive(self)
        self.flush()

    def send(self, host: str, request: Request) -> Future[Answer]:
        """Hands a request over and does not wait. A process that dies meanwhile answers with an error."""
        self.before_sending()
        answer = self._hosts[host].send(request)
        answer.add_done_callback(lambda done: self._note(host, done.result()))
        return answer

    def ask(self, host: str, request: Request, *, seconds: float = ASK_SECONDS) -> Answer:
        """Hands a request over and waits for the answer."""
        return self.wait(host, self.send(host, request), seconds=seconds)

    def wait(self, host: str, answer: Future[Answer], *, seconds: float = ASK_SECONDS) -> Answer:
        """What a host answers to what it was sent."""
        return self._hosts[host].wait(answer, seconds)

    def flush(self) -> None:
        """Returns when the ledger has what the probes of all living workers have counted."""
        asked = [(one, one.flush()) for one in self._hosts.values() if one.alive and one.place.probed]
        for one, answer in asked:
            error = one.wait(answer, ASK_SECONDS).error
            if error and one.alive:
                raise LabError(one.tell(f"could not flush its probe: {error}"))

    def kill(self, host: str) -> None:
        """SIGKILL, as when the memory is out. The host stays away until `restart`."""
        self._hosts[host].kill()

    def restart(self, host: str) -> None:
        """A new process under the old name; one that still runs ends in good order first."""
        self._hosts[host].begin_end()
        self._hosts[host].end()
        self._start(host)
        self._hosts[host].wait_ready()

    def revive(self) -> None:
        """Restarts every host whose process is gone."""
        for host, one in list(self._hosts.items()):
            if not one.alive:
                self.restart(host)

    def sql(self, statement: str, params: Any = ()) -> list[tuple[Any, ...]]:
        """As the superuser, in the Postgres database `url`; its rows, or none. Without `params` a % is just that."""
        with self._server.connect(_name(self.url)) as connection:
            cursor = connection.execute(statement.encode(), params or None)
            return cursor.fetchall() if cursor.description else []

    def make_reader(self) -> str:
        """The URL of `url` for the login that `inspector grants` makes: it can read checkpoints and ledger alone."""
        found = self.sql(
            "select schemaname from pg_tables where tablename = 'checkpoints' order by schemaname <> 'public'"
        )
        return make_postgres_reader(self._server, _name(self.url), schema=found[0][0])

    def log_of(self, host: str) -> str:
        """What a host's processes have logged."""
        return self._hosts[host].place.log_path.read_text(errors="replace")

    def _note(self, host: str, answer: Answer) -> None:
        if answer.error:
            self.errors.append((host, answer.error))

    def _start(self, host: str) -> None:
        directory = self.directory / host
        directory.mkdir(exist_ok=True)
        place = Surroundings(
            hostname=host,
            probed=self.probed == "all" or (self.probed == "first" and host == self.hosts[0]),
            url=self.url,
            other_url=self.other_url,
            redis_url=self._redis_url,
            sqlite_path=self.sqlite_path,
            directory=directory,
            ledger_url=self.ledger_url,
            log_path=self.directory / f"{host}.log",
        )
        self._hosts[host] = Host(place, self._makes[host])

    def _end(self) -> None:
        for one in self._hosts.values():
            one.begin_end()
        for one in self._hosts.values():
            one.end()

    def _make_places(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="inspector-lab-"))
        self._stack.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self.sqlite_path.parent.mkdir()
        self.url = self._database(_template(self._server))
        self.other_url = self._database(_template(self._server))
        in_store = self.scenario.store == "postgres"
        self.ledger_url = self.url if in_store else self._database("template1")
        if self.scenario.store == "redis" or "redis" in self.scenario.needs:
            if self._open_redis is None:
                raise LabError("This scenario needs Redis, and there is none.")
            server = self._open_redis()
            self._redis_url = server.flush()
            self._stack.callback(_settings_of(server))

    def _database(self, template: str) -> str:
        url = self._server.create_database(template=template)
        self._stack.callback(self._server.drop_database, _name(url))
        return url


def _at_once() -> None:
    """No pause before a request."""


def _template(server: EmbeddedPostgres) -> str:
    """A database with LangGraph's tables, made once a server: to copy it takes a tenth of the time."""
    with server.connect() as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [_TEMPLATE]).fetchone()
    if not found:
        with PostgresSaver.from_conn_string(server.create_database(_TEMPLATE)) as saver:
            saver.setup()
    return _TEMPLATE


def _settings_of(server: EmbeddedRedis) -> Callable[[], None]:
    """What puts the server's settings back as they are now."""
    with server.connect() as client:
        before = dict(client.config_get("*"))

    def restore() -> None:
        with server.connect() as client:
            for name, value in _changes(before, dict(client.config_get("*"))):
                client.config_set(name, value)

    return restore


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in before.items():
        if now.get(name) != value:
            yield name, value


def _name(url: str) -> str:
    return unquote(urlsplit(url).path.lstrip("/"))
