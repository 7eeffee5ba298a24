"""Whoever sees everything asks by the same crawl: they meet every canary, and no secret that masks cover."""

from __future__ import annotations

import inspect
import re

import pytest

from tests.canaries import CANARY, graphs, leaks, planting, values
from tests.security.crawl import Answer, Crawl
from tests.security.facts import Facts
from tests.security.judging import assert_no_secret, begin, begin_threads
from tests.security.planted import NAMES, SECRET
from tests.signing_in import signed_in_client

_NAMED = re.compile(r"bird\(f?\"([a-z0-9-]+)")
#: LangGraph stores no name or tag of a run, and of its metadata only texts and numbers. Of bytes the size is shown,
#: pickles are not opened, and a key that is called secret is masked for everybody.
_UNSEEN = {"run-name", "tag", "metadata-list", "metadata-key", "metadata-nested", "bytes", "pickle", "secret"}


@pytest.mark.thorough
def test_who_sees_content_meets_every_canary(facts: Facts, caplog: pytest.LogCaptureFixture) -> None:
    """So that the crawl of who sees shapes is known to ask for all of them. The log holds none all the same."""
    met: set[str] = set()

    def judge(answer: Answer) -> None:
        assert_no_secret(answer)
        met.update(re.findall(rf"{CANARY}-([a-z0-9-]+)", answer.body))

    Crawl(signed_in_client(), judge).run(begin(facts.of(NAMES["main"])))
    sources = "".join(inspect.getsource(one) for one in (values, graphs, planting))
    hidden = {name for name in _NAMED.findall(sources) if not any(one.startswith(name.rstrip("-")) for one in met)}
    assert hidden <= _UNSEEN
    assert not leaks(caplog.text)
    assert SECRET not in caplog.text


@pytest.mark.one_in(2)
@pytest.mark.parametrize("store", [NAMES["cache"], NAMES["file"]])
def test_masks_cover_secrets_in_every_kind_of_store(facts: Facts, store: str) -> None:
    crawl = Crawl(signed_in_client(), assert_no_secret)
    crawl.run(begin_threads(facts.of(store, ending="-secrets")))
    assert crawl.shown >= {"/thread/", "/thread/channel/", "/thread/value/", "/thread/download/", "/threads/"}
