"""A store that could not be asked yet: what is not known of it is not told as 0, nor as nothing."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.errors import StoreUnreachable
from inspector.index.connections import get_reader
from inspector.index.passes import run_pass
from tests.pages.browse import Browser

NOWHERE = "postgresql://reader@localhost:1/db"


@pytest.fixture
def browser(show_stores: Any) -> Browser:
    found: Browser = show_stores(down=NOWHERE)
    with pytest.raises(StoreUnreachable):
        run_pass(get_reader())
    return found


def _words(browser: Browser, path: str, **query: str) -> str:
    return " ".join(browser.document(path, **query).elements[0].text.split())


def test_the_list_counts_nothing(browser: Browser) -> None:
    document = browser.document("/threads/")
    pills = [one for one in document.all("a") if "pill" in one.attributes.get("class", "").split()]

    assert pills
    assert not [one.text for one in pills if any(sign.isdigit() for sign in one.text)]
    assert not [one.text for one in pills if "data-none" in one.attributes]
    words = _words(browser, "/threads/")
    assert "not read yet" in words
    assert "0 threads" not in words
    assert "this says nothing of what it holds" in _words(browser, "/threads/", q="x")


def test_nobody_says_that_no_worker_has_reported(browser: Browser) -> None:
    words = _words(browser, "/stores/")

    assert "in this store · not known: the store cannot be read" in words
    assert "no worker has reported" not in words


def test_the_diagnosis_says_that_it_could_look_at_nothing(browser: Browser) -> None:
    document = browser.document("/doctor/")

    assert next(document.all("h1")).text == "Nothing could be looked at"
    assert "against no thread, as none has been read yet," in _words(browser, "/doctor/")
