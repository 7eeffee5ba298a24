"""What no answer to a crawl may hold, and how a failure tells where it is."""

from __future__ import annotations

from collections.abc import Iterator

from tests.canaries import CANARY, leaks
from tests.security.addresses import addresses
from tests.security.crawl import Answer
from tests.security.facts import Facts
from tests.security.planted import SECRET
from tests.thorough import THOROUGH

#: Characters on either side of what is wrong: enough to find it in a page.
_NEAR = 80
EVERY = slice(None)


def begin(facts: Facts) -> Iterator[str]:
    """All that is asked for of these stores and threads, by the right names and by wrong ones."""
    for found in addresses(facts).values():
        yield from found
    yield from wrong(facts)


def begin_threads(facts: Facts, some: slice = EVERY) -> Iterator[str]:
    """`some` of what tells of threads, and one address of each page that is made from the index: those are made in one
    way for every kind of store."""
    for route, found in addresses(facts).items():
        yield from found if THOROUGH else found[some] if route.startswith("/thread/") else found[:1]


def wrong(facts: Facts) -> Iterator[str]:
    """What ends in an error: values that cannot be, and what is not there."""
    one = facts.threads[-1]
    at = f"store={one.store}&id={one.thread_id}"
    for query in ("sort=x", "limit=0", "after=x", "since=x", "flag=x", "state=x", "format=xml", "store=x"):
        yield f"/threads/?{query}"
    for query in ("tab=x", "checkpoint=x", "against=x", "ns=x", "before=x", "after=x", "end=x", "graphs=x"):
        yield f"/thread/?{at}&{query}"
    for number, page in enumerate(("size", "channel", "message", "compare", "value", "find", "download", "image")):
        words = ("ns", "checkpoint", "channel", "message", "with_id", "as", "skip", "image")
        for word in (words[number], words[number - 1], words[number - 2]):
            yield f"/thread/{page}/?{at}&{word}=x"
        yield f"/thread/{page}/?store={one.store}&id=gone"
    yield from ("/no/such/page", "/thread", "/orphans/?window=x", "/orphans/?group=x", "/workers/?page=x")


def assert_no_canary(answer: Answer) -> None:
    told = answer.told()
    assert not leaks(told), (answer.asked, answer.status, leaks(told), near(told, CANARY))


def assert_no_secret(answer: Answer) -> None:
    told = answer.told().lower()
    assert SECRET not in told, (answer.asked, answer.status, near(told, SECRET))


def near(text: str, word: str) -> str:
    at = text.lower().find(word)
    return text[max(0, at - _NEAR) : at + _NEAR]
