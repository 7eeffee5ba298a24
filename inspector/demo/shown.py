"""What `inspector demo` has to show: the fleet, a play, or a scenario of the lab. Each runs as long as its block."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.embedded_redis import EmbeddedRedis, EmbeddedRedisError
from inspector.demo.fleet import Fleet
from inspector.demo.logins import make_postgres_reader, make_redis_reader
from inspector.errors import ConfigError

HEALTHY = "healthy"
_SEED_SECONDS = 90.0

Say: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the dashboard is to look at: stores by name, and the ledger that their workers report to."""

    stores: dict[str, str] = field(repr=False)
    ledger_url: str = field(repr=False)


def check_slug(slug: str) -> None:
    """Raises `ConfigError` where nothing is called so."""
    from inspector.demo.plays import plays
    from inspector.demo.scenarios import scenarios

    if slug in (HEALTHY, *scenarios(), *plays()):
        return
    raise ConfigError(
        f"No scenario is called {slug!r}.",
        f"What goes wrong between workers: {', '.join(scenarios())}.\n"
        f"What goes right: {HEALTHY}.\n"
        f"What LangGraph does, in one process: {', '.join(plays())}.",
    )


@contextlib.contextmanager
def fleet_shown(server: EmbeddedPostgres, say: Say) -> Iterator[Shown]:
    """Live traffic of several workers. The ledger is in Postgres, for the workers of either store."""
    with (
        _second_store(say) as other,
        Fleet(server.url, server.directory / "logs", other_url=other.url if other else "") as it,
    ):
        say(f"Workers {', '.join(it.hosts)} are having their first conversations …")
        if not it.wait_seeded(_SEED_SECONDS):
            say("They are slow today; the dashboard starts with what there is.")
        say("Two of them lose conversations, each in its own way. The page Workers tells which.")
        url = make_postgres_reader(server)
        stores = {"demo": url}
        if other:
            say("A third keeps its halves of conversations in the other store: see what is marked `also in`.")
            stores["demo-redis"] = make_redis_reader(other)
        yield Shown(stores, url)


@contextlib.contextmanager
def slug_shown(server: EmbeddedPostgres, slug: str, say: Say, *, fixed: bool = False) -> Iterator[Shown]:
    """A scenario of the lab, in its broken variant or the fixed one, or a play."""
    from inspector.demo.scenarios import scenarios

    known = slug == HEALTHY or slug in scenarios()
    if fixed and not known:
        raise ConfigError(f"{slug!r} is a play: there is nothing to fix.", "--fixed is for what goes wrong.")
    with _scenario(server, slug, say, fixed=fixed) if known else _play(server, slug, say) as shown:
        yield shown


@contextlib.contextmanager
def _play(server: EmbeddedPostgres, slug: str, say: Say) -> Iterator[Shown]:
    """Needs LangGraph in this process, the others only in their workers."""
    from inspector.demo.plays import plays
    from inspector.demo.repertoire import play_into

    say(f"Playing {slug}: {plays()[slug].summary}")
    with play_into(server.url, [slug]):
        url = make_postgres_reader(server)
        yield Shown({"demo": url}, url)


@contextlib.contextmanager
def _scenario(server: EmbeddedPostgres, slug: str, say: Say, *, fixed: bool) -> Iterator[Shown]:
    from inspector.demo.lab import healthy
    from inspector.demo.lab.lab import Lab
    from inspector.demo.lab.live import Live
    from inspector.demo.scenarios import scenarios, summary_of

    scenario = healthy.SCENARIO if slug == HEALTHY else scenarios()[slug]
    summary = (healthy.__doc__ or "").splitlines()[0] if slug == HEALTHY else summary_of(slug)
    say(f"Playing {slug}{', fixed' if fixed else ''}: {summary}")
    with contextlib.ExitStack() as stack:

        def redis() -> EmbeddedRedis:
            try:
                return stack.enter_context(EmbeddedRedis())
            except EmbeddedRedisError as error:
                raise ConfigError(f"The scenario {slug} needs Redis.", str(error)) from error

        lab = stack.enter_context(Lab(scenario, "fixed" if fixed else "broken", postgres=server, redis=redis))
        say(f"Workers {', '.join(lab.hosts)} are at it …")
        lab.play()
        stack.enter_context(Live(lab))
        url = lab.make_reader() if scenario.store == "postgres" else lab.store_url
        stores = {"demo": url} | ({"other": lab.other_url} if scenario.both_stores else {})
        yield Shown(stores, url if scenario.store == "postgres" else lab.ledger_url)


@contextlib.contextmanager
def _second_store(say: Say) -> Iterator[EmbeddedRedis | None]:
    """None where no Redis can be started."""
    with contextlib.ExitStack() as stack:
        try:
            other = stack.enter_context(EmbeddedRedis())
        except (RuntimeError, OSError) as error:  # no packages for it here, or it does not start
            say(f"There is no second store, in Redis: {error}")
            yield None
            return
        say(f"An embedded Redis runs at {other.url}")
        yield other
