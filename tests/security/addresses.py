"""Every address of the dashboard with parameters that show something. A new address fails `known_pages` until it is
told here what to ask it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from django.urls import URLPattern, URLResolver, get_resolver

from inspector.doctor.rules import rules
from tests.security.crawl import kind_of
from tests.security.facts import Facts, Thread
from tests.thorough import THOROUGH

#: A thorough run asks for each step on each of them, and each thread for each file; others take them in turn.
TABS = ("changes", "state", "writes", "metadata")
#: The parameters that a page is asked with.
Ask = Callable[[Facts], Iterator[dict[str, str]]]


def routes() -> list[str]:
    """As `urls` writes them, through what is included."""
    return [route.replace("//", "/") for route in _routes(get_resolver().url_patterns, "/")]


def _routes(patterns: list[Any], before: str) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _routes(one.url_patterns, before + str(one.pattern))
        else:
            assert isinstance(one, URLPattern)
            yield before + str(one.pattern)


def addresses(facts: Facts) -> dict[str, list[str]]:
    """By route."""
    return {route: [_address(route, query) for query in _asked(route)(facts)] for route in routes()}


def some(facts: Facts, each: int) -> list[str]:
    """So many of each kind."""
    met: Counter[str] = Counter()
    found = []
    for address in chain.from_iterable(addresses(facts).values()):
        kind = kind_of(address)
        met[kind] += 1
        if met[kind] <= each:
            found.append(address)
    return found


def paths() -> list[str]:
    """One of each route, without parameters."""
    return [_address(route, {"slug": "shared-thread"}) for route in routes()]


def _address(route: str, query: dict[str, str]) -> str:
    given = dict(query)
    if "<str:slug>" in route:
        route = route.replace("<str:slug>", given.pop("slug"))
    assert "<" not in route, "tell here what to put into it"
    return route + (f"?{urlencode(given)}" if given else "")


def _asked(route: str) -> Ask:
    assert route in KNOWN, f"{route} is new: tell the crawl what to ask it"
    return KNOWN[route]


def _plain(facts: Facts) -> Iterator[dict[str, str]]:
    yield {}
    yield from ({"store": store} for store in facts.stores)


def _lists(facts: Facts) -> Iterator[dict[str, str]]:
    for store in facts.stores:
        at = {"store": store}
        yield at
        yield {**at, "limit": "3"}
        for name, values in {
            "sort": ("last_at", "-turns", "thread_id"),
            "state": ("complete", "interrupted", "failed", "unfinished", "absent"),
            "flag": ("orphan", "siblings", "missed-reads", "never-stored", "several-hosts"),
            "download": ("csv", "json"),
            "q": ("lager", facts.threads[0].thread_id),
            "host": facts.hosts,
            "graph": facts.graphs,
            "owner": facts.owners,
            "turns": ("one",),
            "muted": ("show", "only"),
        }.items():
            yield from ({**at, name: value} for value in values)


def _orphans(facts: Facts) -> Iterator[dict[str, str]]:
    for store in facts.stores:
        at = {"store": store}
        for window in ("1h", "24h", "7d", "30d"):
            yield {**at, "window": window}
        for form in ("csv", "json"):
            yield {**at, "download": form}
        yield from ({**at, "muted": value} for value in ("show", "only"))
        yield from ({**at, "host": value} for value in facts.hosts)
    yield from ({"store": one.store, "group": one.thread_id} for one in facts.threads)


def _thread(facts: Facts) -> Iterator[dict[str, str]]:
    for one in facts.threads:
        at = _at(one)
        yield at
        for number, (space, checkpoint) in enumerate(one.steps):
            tabs = TABS if THOROUGH else TABS[number % 4 :][:1]
            yield from ({**at, "ns": space, "checkpoint": checkpoint, "tab": tab} for tab in tabs)
        for number, (space, checkpoint, channel) in enumerate(one.values):
            if THOROUGH or number % 3 == 0:
                yield {**at, "ns": space, "load": channel, "tab": "state", "against": checkpoint}
                yield {**at, "ns": space, "unfold": channel, "tab": "changes"}
    yield {**_at(facts.threads[-1]), "end": "oldest"}
    yield {**_at(facts.threads[-1]), "count": "now"}


def _of_thread(*more: dict[str, str]) -> Ask:
    def ask(facts: Facts) -> Iterator[dict[str, str]]:
        for number, one in enumerate(facts.threads):
            extras = more if THOROUGH or one.messages else more[number % len(more) :][:1]
            for space in dict.fromkeys(space for space, _ in one.steps):
                yield from ({**_at(one), "ns": space, **extra} for extra in extras)

    return ask


def _channel(facts: Facts) -> Iterator[dict[str, str]]:
    for one in facts.threads:
        for space, checkpoint, channel in one.values:
            if channel.startswith("__"):
                yield {**_at(one), "ns": space, "channel": channel, "checkpoint": checkpoint, "sort": "oldest"}
            else:
                yield {**_at(one), "ns": space, "channel": channel}


def _value(facts: Facts) -> Iterator[dict[str, str]]:
    for one in facts.threads:
        for space, checkpoint, channel in one.values:
            yield {**_at(one), "ns": space, "channel": channel, "checkpoint": checkpoint}


def _image(facts: Facts) -> Iterator[dict[str, str]]:
    yield from ({**query, "image": "0" * 16} for query in [*_value(facts)][::9])


def _message(facts: Facts) -> Iterator[dict[str, str]]:
    for one in facts.threads:
        for space, channel, message in one.messages:
            yield {**_at(one), "ns": space, "channel": channel, "message": message}


def _compare(facts: Facts) -> Iterator[dict[str, str]]:
    for number, one in enumerate(facts.threads):
        other = facts.threads[number - 1]
        ways = (
            {"checkpoint": one.steps[-1][1], "with_checkpoint": one.steps[0][1]},
            {"with_id": other.thread_id, "with_store": other.store},
        )
        yield from ({**_at(one), **way} for way in (ways if THOROUGH or one.messages else ways[number % 2 :][:1]))


def _at(one: Thread) -> dict[str, str]:
    return {"store": one.store, "id": one.thread_id}


def _rules(facts: Facts) -> Iterator[dict[str, str]]:
    yield from ({"slug": slug} for slug in (*rules(), "no-such-rule"))


def _mutes(facts: Facts) -> Iterator[dict[str, str]]:
    for query in _plain(facts):
        yield query
        yield from ({**query, "what": what, "pattern": "*"} for what in ("id", "host", "graph", "owner"))


def _workers(facts: Facts) -> Iterator[dict[str, str]]:
    yield from chain(_plain(facts), ({"store": facts.stores[0], "host": host} for host in facts.hosts))


def _audit(facts: Facts) -> Iterator[dict[str, str]]:
    yield from ({}, {"as": "csv"}, {"as": "jsonl"}, {"who": "local"}, {"of_store": facts.stores[0]})


def _health(facts: Facts) -> Iterator[dict[str, str]]:
    yield from ({}, {"check": "live"}, {"check": "ready"})


def _login(facts: Facts) -> Iterator[dict[str, str]]:
    yield from ({}, {"next": "/threads/"}, {"token": "no-such-token"})


FOUND = [{"q": "a", "all": "1"}, {"q": "a"}, {}]
FILES = [{"as": form} for form in ("json", "markdown", "python")] + [{}]
KNOWN: dict[str, Ask] = {
    "/": _plain,
    "/threads/": _lists,
    "/thread/": _thread,
    "/thread/image/": _image,
    "/thread/size/": _of_thread({}),
    "/thread/channel/": _channel,
    "/thread/message/": _message,
    "/thread/compare/": _compare,
    "/thread/value/": _value,
    "/thread/find/": _of_thread(*FOUND),
    "/thread/download/": _of_thread(*FILES),
    "/orphans/": _orphans,
    "/orphans/alerts/": _plain,
    "/orphans/alerts/test/": _plain,
    "/orphans/conversations/": _plain,
    "/orphans/mutes/": _mutes,
    "/orphans/mutes/add/": _plain,
    "/orphans/mutes/undo/": _plain,
    "/workers/": _workers,
    "/doctor/": _plain,
    "/doctor/rules/<str:slug>/": _rules,
    "/masks/": _plain,
    "/masks/try/": _plain,
    "/audit/": _audit,
    "/stores/": _plain,
    "/login/": _login,
    "/login/oidc/": _plain,
    "/login/oidc/callback/": _plain,
    "/logout/": _plain,
    "/-/health": _health,
    "/-/metrics": _plain,
}
