"""One store under a live writer, a dashboard over it behind a network that can be broken, and people who look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspector.demo.embedded import SETTINGS, EmbeddedPostgres
from inspector.demo.logins import make_postgres_reader
from inspector.demo.repertoire import open_saver
from tests.browser.dashboard import wait_until
from tests.faults.processes import MODULE, Instance
from tests.faults.proxy import Proxy, reach_postgres
from tests.faults.truth import Held, held_by_postgres, wait_equal
from tests.faults.visitors import LEAST, Load, Seen
from tests.faults.writers import Writer

STORE = "shop"
NAMES = [f"customer-{number}" for number in range(12)]
ROLE = "checkpoint_inspector"
#: Every statement that would change something is in the server's log with who sent it, also one that is refused.
LOGGED = {**SETTINGS, "log_statement": "mod", "log_line_prefix": "user=%u ", "listen_addresses": ""}
_WRITTEN = (" LOG:  statement:", " LOG:  execute ", "read-only", "permission denied for table")


@dataclass(frozen=True)
class Bench:
    """`held` is the store's own truth."""

    dashboard: Instance
    writer: Writer
    load: Load
    held: Callable[[], Held]

    @contextmanager
    def fault(self, *, turns: int = 0) -> Iterator[Seen]:
        """Inside the block something is broken; who looks is watched. Afterwards all is as it should be, by itself."""
        before = self.writer.turns
        with self.load.watched() as seen:
            yield seen
            wait_until(lambda: len(seen.answers) >= LEAST, "enough people were answered")
        self.recover()
        assert self.writer.turns - before >= turns

    def recover(self) -> None:
        """The workers write again, and then the index equals what they wrote. Nobody does anything for it."""
        self.writer.wait_written(2)
        self.writer.rest()
        try:
            wait_equal(self.dashboard, STORE, self.held)
        finally:
            self.writer.go_on()


@contextmanager
def running(
    dashboard: Instance, saver: Callable[[], Any], held: Callable[[], Held], *, names: list[str] | None = None
) -> Iterator[Bench]:
    """All of it at work, with some turns written and indexed."""
    with ExitStack() as stack:
        writer = stack.enter_context(Writer(saver, names or NAMES))
        writer.wait_written(len(writer.names))
        stack.enter_context(dashboard)
        load = stack.enter_context(Load(dashboard, STORE, writer.names))
        bench = Bench(dashboard, writer, load, held)
        bench.recover()
        yield bench


@contextmanager
def postgres_bench(
    directory: Path,
    server: EmbeddedPostgres,
    *,
    launcher: tuple[str, ...] = MODULE,
    options: tuple[str, ...] = (),
    **settings: str,
) -> Iterator[tuple[Bench, Proxy]]:
    """A server of one's own, with `LOGGED`; the dashboard reads by a login that may only read."""
    with reachable(server) as network:
        url = f"postgresql://{ROLE}@127.0.0.1:{network.port}/postgres"
        dashboard = Instance(directory, {STORE: url}, launcher=launcher, options=options, **settings)
        with reading(server, dashboard) as bench:
            yield bench, network


@contextmanager
def reachable(server: EmbeddedPostgres) -> Iterator[Proxy]:
    """With the tables of the savers, a login that may read them, also when they are made anew, and a network."""
    with open_saver(server.url):
        pass
    make_postgres_reader(server)
    with server.connect() as connection:
        connection.execute(f"alter default privileges grant select on tables to {ROLE}")
    with Proxy(reach_postgres(server.url)) as network:
        yield network


@contextmanager
def reading(server: EmbeddedPostgres, dashboard: Instance) -> Iterator[Bench]:
    """A dashboard that is over the server, and writes nothing there."""
    with running(dashboard, lambda: open_saver(server.url), lambda: held_by_postgres(server.url)) as bench:
        yield bench
        assert_no_write(server)


def assert_no_write(server: EmbeddedPostgres) -> None:
    wrong = sent_writes(server)
    assert not wrong, "\n".join(wrong[:5])


def sent_writes(server: EmbeddedPostgres) -> list[str]:
    """What the dashboard's login has sent that changed anything, or would have but was refused. A query with a write in
    it is logged only as what it was refused for."""
    sent = [line for line in server.log_path.read_text(errors="replace").splitlines() if f"user={ROLE} " in line]
    return [line for line in sent if any(words in line for words in _WRITTEN)]
