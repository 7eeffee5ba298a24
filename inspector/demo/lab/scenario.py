"""What a file in `demo.scenarios` holds: a `SCENARIO`, the broken pattern beside its fix, and what is to be found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from langchain_core.runnables import RunnableConfig

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab


@dataclass(frozen=True, slots=True)
class Request:
    """What a load balancer hands to a worker: the next message of a conversation."""

    thread_id: str
    text: str
    user: str = "ada"
    extra: Mapping[str, Any] = field(default_factory=dict)  #: for what only one scenario needs; JSON values


#: Serves one request. What it returns (JSON) is what `Lab.ask` returns; what it raises is logged and comes back as
#: `Answer.error`, as a web server answers 500 and goes on.
Handler: TypeAlias = Callable[[Request], Any | Awaitable[Any]]
#: Builds what a process has for all its requests, once, and returns its handler. A coroutine function runs in the event
#: loop in which an async handler will run, too. A function of a module, for it goes to other processes by its name.
Make: TypeAlias = Callable[["Worker"], Handler | Awaitable[Handler]]


class Worker(Protocol):
    """What a process of the lab has at hand. URLs are as a user would write them, all of servers made for this lab."""

    hostname: str
    probed: bool  #: it runs the probe, installed before `make` was called
    url: str  #: the Postgres database that the dashboard reads; tables are there
    other_url: str  #: a second database of the same server, with tables: where a split leads to
    sqlite_path: Path  #: a file, not made yet, in a directory that all workers of the lab share
    directory: Path  #: of this worker alone
    stack: ExitStack  #: closed when the process ends in good order

    @property
    def redis_url(self) -> str:
        """Database 0 of a Redis, empty when the lab opened. Raises where the scenario did not say that it needs one."""
        ...

    def config(self, thread_id: str, user: str, **metadata: Any) -> RunnableConfig:
        """The config that addresses a thread. Its metadata names the user and, where no probe stamps it, the host."""
        ...

    async def enter(self, manager: AbstractAsyncContextManager[Any]) -> Any:
        """Opens something asynchronous, closed when the process ends in good order."""
        ...


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`broken` and `fixed` say by hostname what each worker runs; both have the same hosts. A host may be the same in
    both. `drive` sends the traffic and returns when all of it was served; the lab flushes the probes after it.

    `raises` is what the diagnosis must say of the broken one: by slug, the hosts that the finding names. All of it and
    no other problem; of the fixed one, no problem at all. Where a rule cannot name hosts, ().
    """

    broken: Mapping[str, Make]
    fixed: Mapping[str, Make]
    raises: Mapping[str, tuple[str, ...]]
    drive: Callable[[Lab], None]
    #: The same when no worker runs the probe, and when only the first host does: rules that must be raised then, at
    #: least those; others of `raises` may be unknown. None must be raised that is not in `raises`.
    raises_unprobed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Without the probe, the rule can still tell of it: some time after this traffic, or in other forms than this one.
    partly_unprobed: bool = False
    #: Which store the dashboard reads.
    store: Literal["postgres", "redis", "sqlite"] = "postgres"
    store_query: str = ""  #: what the dashboard's URL of a Redis store ends with, as "?prefix=checkpoint"
    #: Servers and modules beyond Postgres that it needs.
    needs: tuple[Literal["redis", "uvicorn"], ...] = ()
    #: The dashboard looks so much later. For what only shows with time.
    later: timedelta = timedelta(0)
    #: Settings of the Postgres server's database, or of Redis, made before the workers start: SQL, or CONFIG SET pairs.
    prepare: Callable[[Lab], None] | None = None
    #: The dashboard has the second database configured as well (as `other`).
    both_stores: bool = False
