"""Who may see shapes only finds every page in its place, and no planted text on any of them."""

from __future__ import annotations

import dataclasses
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.conf import settings
from django.test import override_settings

from inspector.index.connections import get_reader
from inspector.secret import Secret
from tests.canaries import Planted, leaks, plant
from tests.canaries.planting import OWNER
from tests.integration.index.syncing import sync
from tests.pages.browse import Browser
from tests.pages.kinds import Shop
from tests.signing_in import signed_in_client

#: What shows values and nothing else.
_CLOSED = ("/thread/find/", "/thread/image/")
#: Addresses of one page with the same parameters that are opened.
_ALIKE = 4


@pytest.fixture
def shaped(shop: Shop) -> Iterator[tuple[Browser, Planted]]:
    with shop.place.open_saver() as saver:
        planted = plant(saver, shop.place.layout)
    opening = dataclasses.replace(settings.INSPECTOR, aes_key=Secret(planted.aes_key.decode()))
    with override_settings(INSPECTOR=opening):
        assert sync(get_reader()).complete
        yield Browser(signed_in_client("shape")), planted


@pytest.mark.one_in(3)
def test_no_page_shows_a_planted_text(shaped: tuple[Browser, Planted]) -> None:
    """From every page on, along links of every kind, each as HTML and as JSON."""
    browser, planted = shaped
    client = browser.client
    begin = [
        "/threads/",
        "/orphans/",
        "/orphans/conversations/",
        "/orphans/mutes/",
        "/workers/",
        "/doctor/",
        "/stores/",
    ]
    begin += [f"/thread/?{urlencode({'id': thread_id})}" for thread_id in planted.thread_ids]
    waiting, met = deque(begin), set(begin)
    kinds: Counter[str] = Counter()
    while waiting:
        address = waiting.popleft()
        answer = client.get(address)
        text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()  # type: ignore[attr-defined]
        assert leaks(text) == [], address
        assert answer.status_code in (200, 301, 302, 404) or address.startswith(_CLOSED), (address, answer.status_code)
        for name, value in answer.headers.items():
            assert leaks(f"{name}: {value}") == [], address
        if answer.get("Content-Type", "").startswith("text/html"):
            for link in _links(text):
                if link not in met and link.startswith("/") and not link.startswith(("/static/", "/login", "/logout")):
                    met.add(link)
                    kinds[_kind(link)] += 1
                    if kinds[_kind(link)] > _ALIKE:
                        continue
                    waiting.append(link)
            data = f"{address}{'&' if '?' in address else '?'}format=json"
            assert leaks(client.get(data).content.decode()) == [], data
    opened = {kind.partition("?")[0] for kind in kinds}
    assert opened >= {"/thread/", "/thread/size/", "/thread/channel/", "/thread/compare/", "/thread/download/"}


def _kind(address: str) -> str:
    """The page, and what of it is asked for by which parameters."""
    asked = urlsplit(address)
    names = [name if name != "tab" else f"{name}={value}" for name, value in parse_qsl(asked.query)]
    return f"{asked.path}?{'&'.join(sorted(names))}"


def _links(html: str) -> list[str]:
    found = []
    for name in ('href="', 'hx-get="', 'src="'):
        found += [unescape(part.partition('"')[0]).partition("#")[0] for part in html.split(name)[1:]]
    return found


def test_owners_can_neither_be_asked_for_nor_muted(shaped: tuple[Browser, Planted]) -> None:
    browser, _ = shaped
    for address in (
        f"/threads/?owner={OWNER}",
        f"/threads/?owner={OWNER}&download=csv",
        f"/threads/?owner={OWNER}&format=json",
    ):
        assert browser.client.get(address).status_code == 403
    assert b"belong" not in browser.client.get(f"/threads/?q={OWNER}").content
    before = browser.client.get("/orphans/mutes/?what=owner&pattern=*").content.decode()
    assert "It covers" not in before
    assert '<option value="owner"' not in before


def test_a_page_says_what_is_hidden(shaped: tuple[Browser, Planted]) -> None:
    browser, planted = shaped
    for tab in ("state", "changes", "writes", "metadata"):
        page = browser.client.get(f"/thread/?id={planted.thread_ids[0]}&tab={tab}").content.decode()
        assert "Your role sees the shape of this thread." in page
    page = browser.client.get(f"/thread/?id={planted.thread_ids[0]}&tab=state").content.decode()
    assert "text of 26 characters, hidden" in page or "characters, hidden" in page
    assert "owner, hidden" in page or "Redis" in page or "not stored here" in page
