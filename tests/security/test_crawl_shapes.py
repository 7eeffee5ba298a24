"""Whoever sees shapes asks every address in every form: no canary is in a body, header, cookie or line of the log."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.canaries import CANARY, leaks
from tests.security.addresses import addresses
from tests.security.crawl import FORMS, Answer, Crawl, ask
from tests.security.facts import Facts
from tests.security.judging import assert_no_canary, begin, begin_threads
from tests.security.planted import NAMES
from tests.signing_in import signed_in_client

_OPENED = {"/thread/", "/thread/size/", "/thread/channel/", "/thread/compare/", "/thread/download/", "/threads/"}


def test_no_canary_reaches_who_sees_shapes(facts: Facts, caplog: pytest.LogCaptureFixture) -> None:
    crawl = Crawl(signed_in_client("shape"), assert_no_canary)
    crawl.run(begin(facts.of(NAMES["main"])))
    assert crawl.answers > 500
    assert crawl.shown >= _OPENED
    assert not leaks(caplog.text)


@pytest.mark.thorough
@pytest.mark.parametrize(("store", "half"), [(NAMES["cache"], slice(0, None, 2)), (NAMES["file"], slice(1, None, 2))])
def test_no_canary_comes_from_other_kinds_of_store(
    facts: Facts, store: str, half: slice, caplog: pytest.LogCaptureFixture
) -> None:
    """Values of the three are decoded in one way: each of these two is asked for one half."""
    crawl = Crawl(signed_in_client("shape"), assert_no_canary)
    crawl.run(begin_threads(facts.of(store), half))
    assert crawl.answers > 200
    assert crawl.shown >= _OPENED
    assert not leaks(caplog.text)


def test_no_canary_comes_by_another_method(facts: Facts, caplog: pytest.LogCaptureFixture) -> None:
    crawl = Crawl(signed_in_client("shape"), assert_no_canary)
    crawl.run_methods(first[0] for path, first in addresses(facts.of(NAMES["main"])).items() if path != "/logout/")
    assert crawl.answers > 200
    assert not leaks(caplog.text)


def test_no_canary_comes_by_comparing_two_stores(facts: Facts) -> None:
    main, cache = NAMES["main"], NAMES["cache"]
    query = {"store": main, "id": f"{main}-everything", "with_store": cache, "with_id": f"{cache}-everything"}
    client = signed_in_client("shape")
    for form in FORMS:
        answer = ask(client, "GET", f"/thread/compare/?{urlencode(query)}", form)
        assert answer.status == 200
        assert_no_canary(answer)


def test_a_canary_would_be_found(facts: Facts) -> None:
    """The judge sees through what programs wrap texts into, and what others see is full of them."""
    for wrapped in (f"&#x6b;{CANARY[1:]}-x", f"%6b{CANARY[1:]}-x", f"\\u006b{CANARY[1:]}-x", "\0".join(CANARY) + "-x"):
        with pytest.raises(AssertionError):
            assert_no_canary(Answer("GET /", "/", 200, wrapped, wrapped))
    answer = ask(signed_in_client(), "GET", f"/thread/?store={facts.stores[0]}&id={NAMES['main']}-everything&tab=state")
    with pytest.raises(AssertionError):
        assert_no_canary(answer)
