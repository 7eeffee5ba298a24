"""`/doctor/rules/SLUG/`: the pages that explain the rules, out of files that come with the dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from inspector.demo.repertoire import PlayedStore
from inspector.doctor.rules import rules
from inspector.views.rule_pages import read_rule_page, render_rule_page, title_of_page
from tests.pages.browse import Browser, Document

SLUG = "saver-in-memory"
URL = f"/doctor/rules/{SLUG}/"
PAGE = """\
# A title

`slug` · a cause

## What it finds

Text <script>alert(1)</script> and [another](thread-id-random.md), [a part](./store-split.md#the-fix),
[a guide](../how-to/probe-in-celery.md), [a thread](https://example.org/1) and [nothing](javascript:alert(1)).

| One | Two |
|---|---|
| 1 | 2 |

```python
if 1 < 2:
    print("</code><b>")
```
"""


def test_it_is_shown_whole_in_part_and_as_data(pages: Browser) -> None:
    whole, part, data = pages.document(URL), pages.part(URL).content.decode(), pages.data(URL)

    text = read_rule_page(SLUG)
    assert text is not None
    assert data == {"slug": SLUG, "title": title_of_page(text), "text": text}
    assert next(whole.all("h1")).text == data["title"]
    assert [heading.text for heading in whole.all("h2")][:3] == ["What it finds", "Why it matters", "The evidence"]
    assert part.lstrip().startswith('<div id="rule"')
    assert "<html" not in part
    assert [heading.text for heading in Document(part).all("h1")] == [data["title"]]
    assert f"/doctor/#{SLUG}" in [link.attributes.get("href") for link in whole.all("a")]
    assert len([button for button in whole.all("button") if "data-copy-code" in button.attributes]) >= 2


@pytest.mark.parametrize("slug", list(rules()))
def test_every_page_that_there_is_can_be_shown(pages: Browser, slug: str) -> None:
    status = 200 if read_rule_page(slug) is not None else 404
    assert pages.get(f"/doctor/rules/{slug}/").status_code == status


def test_an_unknown_rule_is_told_with_those_that_there_are(pages: Browser) -> None:
    error = pages.data("/doctor/rules/no-such-rule/", status=404)

    assert error["error"] == "There is no such rule."
    assert all(f"`{slug}`" in error["hint"] for slug in rules())
    assert pages.get("/doctor/rules/no-such-rule/").status_code == 404


def test_a_rule_whose_page_is_missing_is_told(pages: Browser, tmp_path: Path) -> None:
    with override_settings(RULE_PAGES=tmp_path):
        assert "has no page yet" in pages.data(URL, status=404)["error"]


def test_no_address_leads_out_of_the_folder(pages: Browser) -> None:
    for path in ("/doctor/rules/../../README/", "/doctor/rules/..%2F..%2FREADME/", "/doctor/rules/%2Fetc%2Fpasswd/"):
        assert pages.ask("GET", path).status_code == 404


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_only_reading_is_answered(pages: Browser, method: str) -> None:
    response = pages.ask(method, URL)

    assert response.status_code == (200 if method == "HEAD" else 405)
    assert response.content == b""


def test_without_a_store_it_can_be_read_all_the_same(show_stores: Any) -> None:
    assert show_stores().get(URL).status_code == 200


def test_markup_in_a_page_stays_text_and_links_lead_where_there_is_something() -> None:
    html = render_rule_page(PAGE)
    document = Document(html)

    assert "<script" not in html
    assert "A title" not in html  # it is the page's heading
    links = {link.text: link.attributes for link in document.all("a")}
    assert links["another"]["href"] == "/doctor/rules/thread-id-random/"
    assert links["a part"]["href"] == "/doctor/rules/store-split/#the-fix"
    assert "href" not in links["a guide"]
    assert links["a guide"]["title"] == "In the documentation: ../how-to/probe-in-celery.md"
    assert links["a thread"] == {"href": "https://example.org/1", "rel": "noreferrer"}
    assert "nothing" not in links
    assert next(document.all("pre")).text == 'if 1 < 2:\n    print("</code><b>")\n'
    assert [cell.text for cell in document.all("td")] == ["1", "2"]


def test_the_switcher_leads_to_the_same_rule_in_the_other_store(show_stores: Any, scenario_store: PlayedStore) -> None:
    browser = show_stores(main=scenario_store.url, other=scenario_store.url)

    for store, wanted in (("main", f"{URL}?store=other"), ("other", URL)):
        document = browser.document(URL, store=store)
        assert wanted in [link.attributes.get("href") for link in document.all("a")]
