"""The docs say of each layout what the one table says, no less and no more."""

from __future__ import annotations

import re
from pathlib import Path

from inspector.stores.differences import DIFFERENCES, LAYOUTS

DOCS = (Path(__file__).parents[3] / "docs" / "stores.md").read_text()
HEADER = "| What | Postgres | SQLite | Redis | Redis, shallow |"


def test_the_docs_show_each_difference_for_each_layout_in_order() -> None:
    head, _, *rows = re.findall(r"^\|.*\|$", DOCS, re.MULTILINE)
    expected = [
        [difference.title, *("no" if difference.sentence(layout) else "yes" for layout in LAYOUTS)]
        for difference in DIFFERENCES
    ]

    assert head == HEADER
    assert len(LAYOUTS) == head.count("|") - 2
    assert [[cell.strip() for cell in row.strip("|").split("|")] for row in rows] == expected


def test_the_docs_say_what_is_there_instead_in_the_tables_own_words() -> None:
    text = " ".join(DOCS.split())
    notes = re.findall(r"- \*\*(.+?)\.\*\* ", text.partition("What is there instead:")[2].partition("The pages")[0])
    expected = [difference.title for difference in DIFFERENCES for _ in dict.fromkeys(difference.lost.values())]

    assert notes == expected
    for difference in DIFFERENCES:
        for sentence in difference.lost.values():
            assert f"**{difference.title}.** {sentence}" in text


def test_a_difference_has_a_slug_of_its_own_and_names_known_layouts() -> None:
    assert len({difference.slug for difference in DIFFERENCES}) == len(DIFFERENCES)
    for difference in DIFFERENCES:
        assert difference.lost
        assert set(difference.lost) <= set(LAYOUTS)
