"""Whoever may see one store asks for things of all stores by their right names."""

from __future__ import annotations

import re

import pytest

from tests.security.addresses import some
from tests.security.crawl import Answer, Crawl
from tests.security.facts import Facts
from tests.security.judging import near, wrong
from tests.security.planted import NAMES
from tests.signing_in import signed_in_client

MINE, *OTHERS = NAMES["cache"], NAMES["main"], NAMES["file"]
FOREIGN = re.compile("|".join(OTHERS))


@pytest.mark.one_in(2)
@pytest.mark.parametrize("role", ["content", "shape"])
def test_who_may_see_one_store_hears_of_no_other(facts: Facts, role: str, caplog: pytest.LogCaptureFixture) -> None:
    """Such a name in the request may come back."""

    def judge(answer: Answer) -> None:
        told = answer.told()
        found = FOREIGN.search(told)
        assert not found, (answer.asked, answer.status, near(told, found[0]))

    crawl = Crawl(signed_in_client(role, [MINE]), judge)
    of_others = (address for name in OTHERS for address in some(facts.of(name), 1))
    crawl.run([*some(facts.of(MINE), 1), *of_others, *wrong(facts.of(OTHERS[0]))])
    assert crawl.answers > 300
    assert crawl.shown >= {"/threads/", "/thread/", "/orphans/", "/stores/"}
    crawl.run_methods(one for one in some(facts.of(NAMES["main"]), 1) if "/orphans/" in one)
