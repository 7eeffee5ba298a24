"""The chart of the orphans page: bars as high as their numbers, labels with room, and marks where they belong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from inspector.index.orphans import WINDOWS, Window
from inspector.tags.charts import show_share
from inspector.tags.timeline import show_key, show_timeline, timeline_rows
from inspector.tags.timescale import bar_words, nice_lines

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Bar:
    at: datetime
    threads: int
    orphans: int = 0
    undecided: int = 0
    muted: int = 0


@dataclass(frozen=True)
class Mark:
    at: datetime
    kind: str
    hostname: str = ""
    earlier: bool = False


def hours(*bars: tuple[int, ...]) -> list[Bar]:
    return [Bar(BEGIN + place * HOUR, *numbers) for place, numbers in enumerate(bars)]


def drawn(series: list[Bar], before: float | None = None, *marks: Mark, bucket: timedelta = HOUR) -> ET.Element:
    return ET.fromstring(show_timeline(series, bucket.total_seconds(), before, marks))  # noqa: S314  our own


def heights(svg: ET.Element, kind: str) -> list[float]:
    path = next(one.attrib["d"] for one in svg.iter("path") if one.get("class") == kind)
    return [float(height) for height in re.findall(r"v-([\d.]+)", path)]


def test_bars_are_as_high_as_their_numbers() -> None:
    svg = drawn(hours(*((10 * hour, hour) for hour in range(24))))
    threads, orphans = heights(svg, "threads"), heights(svg, "orphans")
    assert threads == sorted(threads)
    assert len(threads) == len(orphans) == 23  # none where nothing began
    assert all(part < whole for part, whole in zip(orphans, threads, strict=True))


def test_muted_and_undecided_ones_lie_one_above_the_other_in_patterns_of_their_own() -> None:
    svg = drawn(hours((10, 4, 3, 1)))
    rects = {one.get("class"): one for one in svg.iter("rect") if "pattern" in one.get("fill", "")}
    floor = next(float(one.attrib["y"]) for one in svg.iter("rect") if one.get("class") == "floor")
    orphans = heights(svg, "orphans")[0]
    assert float(rects["muted"].attrib["y"]) == pytest.approx(floor - orphans, abs=0.1)
    lower = float(rects["undecided"].attrib["y"]) + float(rects["undecided"].attrib["height"])
    assert lower == pytest.approx(floor - orphans, abs=0.2)
    assert {one.attrib["id"] for one in svg.iter("pattern")} == {
        one.attrib["fill"].removeprefix("url(#").removesuffix(")") for one in rects.values()
    }


def test_what_was_to_be_expected_is_a_line_at_the_share_of_the_decided_threads() -> None:
    svg = drawn(hours((100, 50), (50, 0, 30)), 0.5)
    path = next(one.attrib["d"] for one in svg.iter("path") if one.get("class") == "expected")
    first, second = (float(y) for y in re.findall(r"M\d+ ([\d.]+)h1", path))
    height = heights(svg, "threads")[0]
    assert height - first == pytest.approx(height / 2, abs=0.1)
    assert height - second == pytest.approx(height / 10, abs=0.1)
    assert not [one for one in drawn(hours((1, 1))).iter("path") if one.get("class") == "expected"]


def test_every_bar_says_its_numbers_to_who_points_at_it() -> None:
    titles = [one.text for one in drawn(hours((10, 4, 3, 1), (0,), (2, 0, 2))).iter("title")]
    assert titles == [
        "Mar 1, 00:00 to 01:00 UTC: 4 of 10 are orphans (57 %), 1 of them muted, 3 with one turn so far",
        "Mar 1, 02:00 to 03:00 UTC: 0 of 2 are orphans, 2 with one turn so far",
    ]


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.name)
def test_labels_have_room_in_every_window(window: Window) -> None:
    many = window.length // window.bucket + 1
    series = [Bar(BEGIN + place * window.bucket, 1) for place in range(many)]
    labels = [one.text for one in drawn(series, bucket=window.bucket).iter("text") if one.get("class") != "count"]
    assert 4 <= len(labels) <= 12
    assert len(set(labels)) == len(labels)


def test_marks_stand_where_they_happened_and_name_what_happened() -> None:
    begun = Mark(BEGIN + 6 * HOUR, "rose")
    alert = Mark(BEGIN + 7 * HOUR, "fired", '<web-3> & "co"')
    svg = drawn(hours(*[(5, 1)] * 24), 0.1, begun, alert, Mark(BEGIN + 20 * HOUR, "fell"))
    texts = {one.text: one.attrib["x"] for one in svg.iter("text") if one.text and one.text[-1] not in "0123456789"}
    assert {'● alert: <web-3> & "co"': "29.17%", "fell 20:00 ▼": "83.33%"}.items() <= texts.items()
    assert "▲ rose 06:00" in {one.text for one in svg.iter("text")}


def test_marks_that_are_close_show_their_signs_alone() -> None:
    alerts = [Mark(BEGIN + hour * HOUR, "fired", f"web-{hour}") for hour in (1, 2, 12)]
    svg = drawn(hours(*[(5, 1)] * 24), None, *alerts)
    assert [one.text for one in svg.iter("text") if "●" in (one.text or "")] == [
        "● alert: web-1",
        "●",
        "● alert: web-12",
    ]


def test_a_rise_from_before_the_first_bar_says_so() -> None:
    svg = drawn(hours((5, 1)), None, Mark(BEGIN, "rose", earlier=True))
    assert "▲ had risen before 00:00" in {one.text for one in svg.iter("text")}


def test_the_table_behind_the_chart_holds_the_same_numbers() -> None:
    rows = ET.fromstring(f"<t>{timeline_rows(hours((1200, 4, 3, 1), (0,)), 3600)}</t>")  # noqa: S314  our own
    assert [[cell.text for cell in row] for row in rows] == [["Mar 1, 00:00 to 01:00", "1,200", "4", "1", "3"]]


def test_lines_lie_at_round_counts() -> None:
    assert [list(nice_lines(highest)) for highest in (0, 1, 3, 7, 19, 53, 960)] == [
        [],
        [],
        [3],
        [2, 4, 6],
        [5, 10, 15],
        [20, 40],
        [200, 400, 600, 800],
    ]


def test_bars_are_named_by_their_begin_and_end() -> None:
    assert bar_words(BEGIN + 18 * HOUR, 6 * HOUR) == "Mar 1, 18:00 to 00:00"


def test_nothing_is_no_error() -> None:
    drawn([])
    for html in (show_share(0, 0), show_share(1, 2, 0.5), show_key("muted"), show_key("expected")):
        ET.fromstring(html)  # noqa: S314  our own
