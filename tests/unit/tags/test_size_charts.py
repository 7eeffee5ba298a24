"""The charts of time and size: well-formed, told in words, and of bounded length whatever they show."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from inspector.domain.pace import StepTime, TurnTime
from inspector.tags.growth_chart import fold_turns, growth, growth_rows, show_growth
from inspector.tags.pace_chart import colour_of, palette_of, show_pace, turn_bar
from inspector.tags.scales import fold, round_values, size_marks, time_marks
from inspector.views.contexts.size import StepSize

AT = datetime(2026, 11, 1, tzinfo=UTC)
HOSTILE = '</svg><script>alert(1)</script>"\u202e'


def step(seconds: float, node: str = "plan", why: str = "") -> StepTime:
    return StepTime("id", 3, 1, (node,), "web-1", AT, seconds, "wait" if why else "work", why)


def turn(number: int, *steps: StepTime, before: float | None = None) -> TurnTime:
    worked = sum(one.seconds or 0 for one in steps if one.kind == "work")
    slowest = max(steps, key=lambda one: one.seconds or 0)
    return TurnTime(number, AT, AT, ("web-1",), worked, worked, 0.0, before, False, slowest, steps)


def size(number: int, **channels: int) -> StepSize:
    return StepSize(f"{number}", number, number, 100 + sum(channels.values()), 100, channels)


def titles(svg: str) -> list[str]:
    return [found.text or "" for found in ET.fromstring(svg).iter() if found.tag == "title"]  # noqa: S314  our own


@pytest.mark.parametrize("count", [1, 3, 99, 100, 101, 1_000])
def test_any_number_of_turns_fits_its_chart(count: int) -> None:
    svg = show_pace([turn(number, step(1 + number % 7)) for number in range(1, count + 1)], "turn")
    told = titles(svg)
    assert 1 <= len(told) <= 100
    assert "turn" in told[0]
    assert len(svg) < 30_000


def test_columns_that_stand_for_several_turns_tell_the_middle_and_the_most() -> None:
    svg = show_pace([turn(number, step(30 if number == 2 else 1)) for number in range(1, 201)], "turn")
    assert titles(svg)[0] == "turns 1 to 2: 16 s of work in the middle, 30 s at most"


def test_long_waits_are_marked_and_usual_ones_are_not() -> None:
    turns = [turn(number, step(1), before=86_400 if number == 5 else 90) for number in range(1, 10)]
    svg = show_pace(turns, "turn")
    assert svg.count('class="gap"') == 1
    assert words_of(svg) == [("1 day", None)]


def words_of(svg: str) -> list[tuple[str | None, str | None]]:
    """What is written beside long waits, and its class."""
    gaps = [found for found in ET.fromstring(svg).iter("g") if found.get("class") == "gap"]  # noqa: S314  our own
    return [(words.text, words.get("class")) for gap in gaps for words in gap.iter("text")]


def waits_at(count: int, *long: int) -> list[tuple[str | None, str | None]]:
    turns = [turn(place, step(1), before=90_000.0 * place if place in long else 1.0) for place in range(count)]
    return words_of(show_pace(turns, "turn"))


def test_words_of_neighbouring_waits_give_way_where_the_page_is_narrow_and_never_lie_on_each_other() -> None:
    assert waits_at(8, 4, 5) == [("5 days", None), ("4 days", "wide")]
    assert waits_at(8, 2, 5) == [("5 days", None), ("2 days", None)]
    assert waits_at(20, 2, 3) == [("3 days", None)]


def test_words_of_an_axis_lie_outside_of_what_is_drawn() -> None:
    for svg in (show_pace([turn(1, step(9))], "turn"), show_growth([size(1, a=5_000)], ("a",), "turn")):
        marks = [found for found in ET.fromstring(svg).iter("text") if found.get("class") == "value"]  # noqa: S314  our own
        assert len(marks) > 1
        assert all(float(found.attrib["x"]) < 0 and found.get("text-anchor") == "end" for found in marks)


def test_what_comes_and_goes_within_each_turn_makes_no_comb_of_the_columns() -> None:
    peaks = (0, 400, 0, 100, 0)
    sizes = [replace(size(n, a=1_000, b=peaks[n % 5]), turn=n // 5) for n in range(500)]
    assert {told.split(": ")[1] for told in titles(show_growth(sizes, ("a", "b"), "turn"))} == {
        "1.5 kB (a 1.0 kB, b 400 B, LangGraph's own 100 B)"
    }


@pytest.mark.parametrize(
    "lengths", [[1_000], [900] + [1] * 100, [1] * 600, [25] * 40, [151, 3], [7] * 143, [1] * 101 + [399]]
)
def test_columns_hold_every_step_in_its_order_and_split_long_turns(lengths: list[int]) -> None:
    turns = [number for number, length in enumerate(lengths) for _ in range(length)]
    sizes = [replace(size(place), turn=number) for place, number in enumerate(turns)]
    columns = fold_turns(sizes)
    assert [one for column in columns for one in column] == sizes
    assert len(columns) <= 150
    assert max(map(len, columns)) <= max(len(sizes) / 15, 7)


def test_a_wait_inside_a_turn_takes_a_fixed_length_and_says_how_long_it_was() -> None:
    svg = turn_bar(turn(1, step(2), step(7_200, "review", "answer"), step(3, "answer")), 5.0, {"plan": "c0"})
    assert titles(svg) == ["step 3 plan, 2.0 s", "waited for an answer, 2 h", "step 3 answer, 3.0 s"]
    widths = [float(found.attrib["width"]) for found in ET.fromstring(svg) if found.tag == "rect"]  # noqa: S314  our own
    assert sum(widths) <= 1_000
    assert widths[1] < 20 < widths[0] < widths[2]
    assert [found.attrib["class"] for found in ET.fromstring(svg)] == ["c0", "pause", "cx"]  # noqa: S314  our own


def test_many_small_steps_are_put_together_and_a_large_one_stays() -> None:
    steps = [step(0.001) for _ in range(400)] + [step(30, "tools")] + [step(0.001) for _ in range(400)]
    assert titles(turn_bar(turn(1, *steps), 31.0, {})) == ["400 steps, 0.4 s", "step 3 tools, 30 s", "400 steps, 0.4 s"]


def test_a_turn_without_a_length_is_drawn_without_a_division() -> None:
    assert titles(turn_bar(turn(1, step(0.0)), 0.0, {})) == ["step 3 plan, 0 ms"]


def test_hostile_names_stay_text() -> None:
    for svg in (
        turn_bar(turn(1, step(2, HOSTILE)), 2.0, {}),
        show_growth([size(1, **{HOSTILE: 900})], (HOSTILE,), "turn"),
    ):
        ET.fromstring(svg)  # noqa: S314  that it is whole is what is asked
        assert "<script" not in svg
        assert "\u202e" not in svg


def test_layers_add_up_to_the_state_and_name_their_channel() -> None:
    sizes = [size(number, messages=1_000 * number, word=10, branch=5) for number in range(1, 6)]
    rows = growth_rows(sizes, ("messages",))
    assert [row.parts for row in rows] == [(1_000 * number, 15, 100) for number in range(1, 6)]
    assert all(sum(row.parts) == row.total_bytes for row in rows)
    svg = show_growth(sizes, ("messages",), "turn")
    assert ">messages</text>" in svg
    told = "step 5, turn 5: 5.1 kB (messages 5.0 kB, LangGraph's own 100 B, other channels 15 B)"
    assert titles(svg)[4] == told


@pytest.mark.parametrize("count", [1, 2, 150, 151, 1_000])
def test_any_number_of_steps_fits_and_no_peak_is_lost(count: int) -> None:
    sizes = [size(number, a=10, b=20) for number in range(count)]
    peak = count // 2
    sizes[peak] = replace(sizes[peak], total_bytes=900_000, channels={"a": 899_900})
    svg = show_growth(sizes, ("b", "a"), "turn")
    assert len(titles(svg)) <= 150
    assert any(f"step {peak}," in told or f"step {peak}:" in told for told in titles(svg))
    assert len(svg) < 60_000
    assert len(growth_rows(sizes, ("a",))) <= 40


def test_an_empty_state_is_drawn() -> None:
    assert len(titles(show_growth([StepSize("1", None, 0, 0, 0, {})], (), "turn"))) == 1


def test_axes_count_in_round_values_and_in_the_unit_that_fits() -> None:
    assert [words for _, words in time_marks(34.0)] == ["10 s", "20 s", "30 s"]
    assert [words for _, words in time_marks(0.006)] == ["2 ms", "4 ms", "6 ms"]
    assert [words for _, words in time_marks(900)] == ["5 min", "10 min", "15 min"]
    assert [words for _, words in size_marks(57_000)] == ["20 kB", "40 kB"]
    assert round_values(0) == []
    for highest in (0.00012, 1, 3.3, 10, 99.9, 12_345_678):
        assert 1 <= len(round_values(highest)) <= 5
        assert round_values(highest)[-1] <= highest * 1.000001


def test_folding_keeps_every_item_in_its_order() -> None:
    for count in (0, 1, 99, 100, 101, 1_000):
        groups = fold(range(count), 100)
        assert [item for group in groups for item in group] == list(range(count))
        assert len(groups) <= 100


def test_names_beyond_the_palette_share_a_colour() -> None:
    palette = palette_of([f"n{number}" for number in range(9)])
    assert list(palette.values()) == ["c0", "c1", "c2", "c3", "c4", "c5"]
    assert (colour_of(palette, "n5"), colour_of(palette, "n6")) == ("c5", "cx")


def test_growth_has_its_sign() -> None:
    assert [growth(found) for found in (1_234.5, -300.0, 0.2, None)] == ["+1.2 kB", "−300 B", "±0 B", ""]
