"""The picture of who wrote what."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from django.template import Context
from django.test import RequestFactory

from inspector.domain.branches import find_branches
from inspector.domain.outline import OutlineStep, TurnStart
from inspector.domain.picture import Overview, Picture, PictureStep
from inspector.tags.lane_layout import Lanes, lay_out
from inspector.tags.lane_words import dot_words, legend_shapes, legend_signs, not_drawn, short_hosts, told
from inspector.tags.lanes import show_lanes
from inspector.tags.overview import Part, parts_of, show_overview

SVG_LIMIT = 25_000
#: Of the whole picture, lanes and strip.
PICTURE_LIMIT = 60_000
BEGIN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def step(name: str, parent: str | None = None, host: str = "web-1", after: float = 0, **more: object) -> PictureStep:
    at = BEGIN + timedelta(seconds=after)
    one = PictureStep(name, parent, 0, "loop", at, 1, host, None, node_names=("bot",))
    return replace(one, **more)  # type: ignore[arg-type]


def picture(steps: Sequence[PictureStep], overview: Overview | None = None) -> Picture:
    """As the page makes it: branches told, hosts in the order in which they come."""
    branches = find_branches(steps)
    drawn = tuple(
        replace(
            one,
            level=branches.levels[one.checkpoint_id],
            sibling=one.checkpoint_id in branches.siblings,
            fork=one.checkpoint_id in branches.forks,
        )
        for one in steps
    )
    hosts = tuple(dict.fromkeys(one.hostname for one in steps))
    counts = tuple((host, sum(one.hostname == host for one in steps)) for host in hosts)
    return Picture(drawn, hosts, counts, overview, branches.branches, len(branches.siblings))


def chain(count: int, hosts: int = 2, pause: float = 1) -> list[PictureStep]:
    """Turns of three steps, each handled by another host."""
    return [
        step(
            _id(number),
            _id(number - 1) if number else None,
            f"web-{number // 3 % hosts}",
            number * pause,
            turn=number // 3 + 1,
            step=number,
            source="input" if number % 3 == 0 else "loop",
        )
        for number in range(count)
    ]


def _id(number: int) -> str:
    return f"1f1e6820-95b9-6ed9-800b-{number:012d}"


def strip(count: int, *, hosts: int = 3, older: int = 0, folded: int = 0, shown: tuple[int, int] = (0, 59)) -> Picture:
    steps = tuple(
        OutlineStep(
            one.checkpoint_id, one.parent_checkpoint_id, one.step, one.source, one.at, one.turn + folded, one.hostname
        )
        for one in chain(count, hosts)
    )
    begun = tuple(TurnStart(turn, f"0-{turn:06d}") for turn in range(1, folded + 1))
    names = tuple(f"web-{number}" for number in range(hosts))
    listed = steps[shown[0]].checkpoint_id if shown[0] >= 0 else begun[-1].checkpoint_id
    overview = Overview(steps, older, begun, *shown, listed)
    return Picture((), names, tuple((name, 1) for name in names), overview)


def parts(shown: Picture) -> list[Part]:
    assert shown.overview is not None
    return parts_of(shown.overview)


def draw(shown: Picture, selected: str = "", query: str = "id=a%26b") -> str:
    """Names, lanes and strip as one tree."""
    context = Context({"request": RequestFactory().get(f"/thread/?{query}")})
    pieces = f"{show_lanes(context, shown, selected)}{show_overview(context, shown)}"
    return f"<all>{pieces}</all>" if pieces else ""


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  our own


def laid(shown: Picture) -> Lanes:
    return lay_out(shown.steps, shown.hosts)


def test_sixty_steps_of_eight_hosts_are_well_formed_and_small() -> None:
    svg = draw(picture(chain(60, hosts=8)))
    assert len(svg) < SVG_LIMIT
    assert len(list(parsed(svg).iter("a"))) == 60


def test_dots_lead_to_their_checkpoint_and_keep_the_rest_of_the_address() -> None:
    root = parsed(draw(picture(chain(3)), query="id=a%26b&tab=state&load=x&before=y"))
    links = [node.attrib["href"] for node in root.iter("a")]
    assert links[0] == f"?id=a%26b&tab=state&checkpoint={_id(0)}"


def test_a_monstrous_id_is_not_repeated_by_every_dot() -> None:
    assert len(draw(picture(chain(60)), query="id=" + "x" * 1000)) < SVG_LIMIT


def test_the_links_are_no_stops_for_the_keyboard_and_the_picture_is_silent_for_screen_readers() -> None:
    shown = replace(strip(300), steps=picture(chain(3)).steps)
    root = parsed(draw(shown))
    assert {drawn.attrib["aria-hidden"] for drawn in root} == {"true"}
    assert {node.attrib["tabindex"] for node in root.iter("a")} == {"-1"}


def test_the_sentence_tells_who_wrote_what_branched_and_was_left() -> None:
    assert told(picture(chain(3))) == "Of 3 checkpoints here, hosts wrote: web-0 3."
    raced = [step("1"), step("2", "1", source="input"), step("3", "1", "web-2", source="input"), step("4", "2")]
    assert told(picture(raced)) == (
        "Of 4 checkpoints here, hosts wrote: web-1 3, web-2 1. 1 branch lies beside the line to the newest one."
        " 2 share their parent with a run that was at work at the same time."
    )


@pytest.mark.parametrize("seed", range(20))
def test_no_two_dots_lie_at_one_place_and_their_order_is_that_of_the_steps(seed: int) -> None:
    chance = random.Random(seed)
    steps = []
    for number in range(chance.randint(1, 120)):
        parent = _id(chance.randint(max(0, number - 9), number - 1)) if number else None
        host = f"pod-{chance.randint(0, 12)}" if chance.random() < 0.9 else ""
        at = chance.choice([number * 0.01, number * 90_000.0])
        steps.append(
            step(_id(number), parent, host, at, turn=number // 4, source=chance.choice(["loop", "input", "fork"]))
        )
    lanes = laid(picture(steps))
    xs = [dot.x for dot in lanes.dots]
    assert all(two - one >= 13 for one, two in pairwise(xs))
    assert all(0 < dot.x < lanes.width and 0 < dot.y < lanes.height for dot in lanes.dots)
    parsed(draw(picture(steps), selected=_id(0)))


def test_hosts_have_a_lane_each_in_the_order_of_their_first_write_and_the_unnamed_the_last() -> None:
    lanes = laid(picture([step("1", None, "a"), step("2", "1", ""), step("3", "2", "b")]))
    assert [lane.hostname for lane in lanes.lanes] == ["a", "b", ""]


def test_too_many_hosts_share_a_lane_that_says_how_many_they_are() -> None:
    shown = picture([step(str(number), None, f"pod-{number}") for number in range(12)])
    lanes = laid(shown)
    assert [lane.others for lane in lanes.lanes] == [0] * 8 + [4]
    assert {lanes.dots[number].lane for number in range(8, 12)} == {8}
    assert "4 more hosts" in [node.text for node in parsed(draw(shown)).iter("text")]


def test_hosts_of_one_domain_are_named_without_it() -> None:
    assert short_hosts(["a.eu.example.org", "b.eu.example.org", ""]) == ["a", "b", "not named"]
    assert short_hosts(["a.eu", "b.us"]) == ["a.eu", "b.us"]
    assert short_hosts(["a.eu"]) == ["a.eu"]


def test_a_branch_lies_on_a_row_below_the_line_that_leads_to_the_newest() -> None:
    shown = picture([step("1"), step("2", "1"), step("3", "2"), step("4", "1", source="fork"), step("5", "4")])
    one, two, three, four, five = laid(shown).dots
    assert one.y == four.y == five.y
    assert two.y == three.y > one.y
    assert [name.left for name in shown.steps] == [False, True, True, False, False]
    svg = draw(shown)
    assert 'class="line fork"' in svg
    assert 'class="line rival"' not in svg
    assert 'class="line fork"' not in draw(picture(chain(9)))


def test_siblings_are_marked_and_told() -> None:
    shown = picture([step("1"), step("2", "1", source="input"), step("3", "1", "web-2", source="input")])
    svg = draw(shown)
    assert svg.count('class="ring"') == 2
    assert 'class="line rival"' in svg
    assert "another run went on from the same checkpoint at the same time" in dot_words(shown.steps[1], "turn")


def test_shapes_and_signs_are_explained_where_they_are_drawn() -> None:
    plain = picture(chain(3))
    assert (legend_shapes(plain), legend_signs(plain)) == ([], [])
    rich = picture([step("1", marks=("failed", "retried")), step("2", "1", source="update", marks=("resumed", "odd"))])
    assert legend_shapes(rich) == [("by", "update")]
    assert legend_signs(rich) == [("failed", "!", "task failed"), ("retried", "↻", "a later run went on")]


def test_long_names_are_shortened_in_the_middle_and_more_so_on_a_narrow_screen() -> None:
    root = parsed(draw(picture([step("1", host="\u202eworker-in-another-place")])))
    names = {node.attrib["class"].split()[1]: "".join(node.itertext()) for node in root[0].iter("text")}
    assert names["wide-name"].startswith("U+202Ewo…er-place")
    assert names["narrow-name"].startswith("U+202…place")


def test_slow_steps_look_longer_and_long_pauses_are_torn_and_told() -> None:
    shown = picture([step("1"), step("2", "1", after=0.1), step("3", "2", after=30), step("4", "3", after=300_000)])
    lanes = laid(shown)
    one, two, three, four = (dot.x for dot in lanes.dots)
    assert two - one < three - two < four - three < 2.5 * (two - one)
    assert [(pause.torn, int(pause.seconds)) for pause in lanes.pauses] == [(True, 299_970)]
    assert "3 days" in [node.text for node in parsed(draw(shown)).iter("text")]


def test_a_step_without_a_time_is_drawn_all_the_same() -> None:
    assert len(laid(picture([step("1", at=None), step("2", "1", at=None)])).dots) == 2


def test_what_tasks_left_is_a_sign_at_the_dot() -> None:
    svg = draw(picture([step("1", marks=("failed",)), step("2", "1", marks=("asked", "answered", "odd"))]))
    assert [node.text for node in parsed(svg).iter("text") if "sign" in node.attrib["class"]] == ["!", "?", "✓"]


def test_hostile_names_stay_text() -> None:
    parsed(draw(picture([step("<&>", None, "<script>\u202e", node_names=("<b>",)), step("2", "<&>", "b")])))


def test_no_steps_no_picture() -> None:
    assert draw(picture([])) == ""


def test_the_picture_of_three_thousand_checkpoints_is_small_whoever_wrote_them() -> None:
    for hosts in (1, 8, 40):
        shown = replace(strip(3_000, hosts=hosts, older=2_000, folded=700), steps=picture(chain(84)).steps)
        assert len(draw(shown, query="id=" + "x" * 100)) < PICTURE_LIMIT


def test_every_turn_is_a_link_until_they_are_too_many_and_then_some_together() -> None:
    few = parts(strip(123))
    assert [(part.first, part.last) for part in few] == [(turn, turn) for turn in range(1, 42)]
    many = parts(strip(3_000))
    assert len(many) <= 48
    assert many[0].first == 1
    assert many[-1].last == 1_000
    assert all(one.last + 1 == two.first for one, two in pairwise(many))


def test_parts_of_the_strip_lie_side_by_side_and_fill_it() -> None:
    for shown in (strip(121), strip(3_000), strip(3_000, older=2_000, folded=700), strip(500, older=9, folded=1)):
        some = parts(shown)
        assert some[0].x == 0
        for one, two in pairwise(some):
            assert one.x + one.width == pytest.approx(two.x)
        assert some[-1].x + some[-1].width == pytest.approx(1_000)


def test_what_is_folded_is_told_and_leads_there() -> None:
    shown = strip(3_000, older=2_000, folded=700, shown=(-1, -1))
    assert not_drawn(shown) == (
        "The strip shows the newest 3,000 checkpoints. The 2,000 older ones before them are not drawn one by one:"
        " turns 1 to 700 are folded at its left end."
    )
    root = parsed(draw(shown))
    links = [node.attrib["href"] for node in root.iter("a")]
    assert links[0].endswith("&checkpoint=0-000001")
    (box,) = [node for node in root.iter("rect") if node.attrib["class"] == "shown"]
    assert 80 <= float(box.attrib["x"]) < 120  # the last of the folded parts, where the page lies


def test_a_short_thread_leaves_nothing_out() -> None:
    assert not_drawn(picture(chain(5))) == not_drawn(strip(300)) == ""


@dataclass(frozen=True)
class Mark:
    hostname: str
    found: bool
    count: int = 1


@dataclass(frozen=True)
class Gap:
    under: str
    marks: tuple[Mark, ...]


def test_reads_are_ticks_between_the_dots_around_them_each_below_its_hosts_lane() -> None:
    shown = picture([step("1", None, "a"), step("2", "1", "a")])
    gaps = [Gap("", (Mark("b", True),)), Gap("2", (Mark("a", True), Mark("b", False))), Gap("1", (Mark("a", False),))]

    lanes = lay_out(shown.steps, shown.hosts, gaps)
    first, second = (dot.x for dot in lanes.dots)
    after, one, two, before = lanes.ticks

    assert before.x < first < one.x < two.x < second < after.x
    assert [lane.hostname for lane in lanes.lanes] == ["a", "b"]
    upper, lower = (lane.below for lane in lanes.lanes)
    assert [(tick.y, tick.found) for tick in (after, one, two, before)] == [
        (lower, True),
        (upper, True),
        (lower, False),
        (upper, False),
    ]


def test_reads_of_a_step_that_is_not_in_sight_are_not_drawn() -> None:
    assert lay_out([step("1")], ["web-1"], [Gap("elsewhere", (Mark("web-1", True),))]).ticks == ()


def test_reads_of_many_hosts_are_drawn_in_little_room() -> None:
    shown = picture(chain(60))
    marks = tuple(Mark(f"<pod-{number}>", number % 2 == 0) for number in range(200))
    gaps = [Gap(one.checkpoint_id, marks) for one in shown.steps]
    context = Context({"request": RequestFactory().get("/thread/?id=a")})

    svg = f"<both>{show_lanes(context, shown, '', 'turn', gaps)}</both>"

    assert len(svg) < 2 * SVG_LIMIT
    assert len([node for node in parsed(svg).iter("path") if "rd" in node.attrib.get("class", "").split()]) == 6 + 2


def test_reads_are_told_with_what_they_found() -> None:
    gaps = [Gap("", (Mark("web-0", True, 4),)), Gap("x", (Mark("web-0", False, 2), Mark("", True)))]

    assert told(picture(chain(3)), gaps).endswith(
        " Reads between them: web-0 6, 2 of them found nothing; host not named 1."
    )
