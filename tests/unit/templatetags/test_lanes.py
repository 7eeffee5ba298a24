"""The picture of who wrote what, and the list of steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from django.template import Context
from django.test import RequestFactory

from inspector.domain.value import Tagged, Value
from inspector.templatetags.lane_layout import lay_out
from inspector.templatetags.lanes import show_lanes, told
from inspector.templatetags.steps import by_task, channels_of, joined, page_relatives, relation, shown_values

SVG_LIMIT = 25_000


@dataclass(frozen=True)
class Step:
    checkpoint_id: str
    parent_checkpoint_id: str | None
    hostname: str = "web-1"
    turn: int = 1
    step: int | None = 0
    source: str = "loop"
    node_names: tuple[str, ...] = ("bot",)
    channels_changed: tuple[str, ...] = ("messages", "branch:to:bot")


@dataclass(frozen=True)
class Turn:
    steps: tuple[Step, ...]


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  our own


def chain(count: int, hosts: int = 2) -> list[Turn]:
    """Turns of three steps, each handled by another host, newest first."""
    steps = [
        Step(
            f"1f1e6820-95b9-6ed9-800b-{number:012d}",
            f"1f1e6820-95b9-6ed9-800b-{number - 1:012d}" if number else None,
            f"web-{number // 3 % hosts}",
            number // 3 + 1,
            number,
            "input" if number % 3 == 0 else "loop",
        )
        for number in range(count)
    ]
    steps.reverse()
    return [
        Turn(tuple(step for step in steps if step.turn == turn))
        for turn in sorted({s.turn for s in steps}, reverse=True)
    ]


def draw(turns: list[Turn], selected: str = "", query: str = "id=a%26b") -> str:
    """Both pictures, the names and the lanes, as one tree."""
    pictures = show_lanes(Context({"request": RequestFactory().get(f"/thread/?{query}")}), turns, selected)
    return f"<both>{pictures}</both>" if pictures else ""


def test_sixty_steps_of_eight_hosts_are_well_formed_and_small() -> None:
    svg = draw(chain(60, hosts=8))
    root = parsed(svg)
    assert len(svg) < SVG_LIMIT
    assert len([node for node in root.iter() if node.tag == "a"]) == 60


def test_dots_lead_to_their_checkpoint_and_keep_the_rest_of_the_address() -> None:
    root = parsed(draw(chain(3), query="id=a%26b&tab=state&load=x"))
    links = [node.attrib["href"] for node in root.iter("a")]
    assert links[0] == "?id=a%26b&tab=state&checkpoint=1f1e6820-95b9-6ed9-800b-000000000000"


def test_a_monstrous_id_is_not_repeated_by_every_dot() -> None:
    assert len(draw(chain(60), query="id=" + "x" * 2000)) < SVG_LIMIT


def test_the_picture_is_no_stop_for_the_keyboard_and_silent_for_screen_readers() -> None:
    root = parsed(draw(chain(3)))
    assert {picture.attrib["aria-hidden"] for picture in root} == {"true"}
    assert {node.attrib["tabindex"] for node in root.iter("a")} == {"-1"}
    assert told(chain(3)) == "Of 3 checkpoints here, hosts wrote: web-0 3."


def test_hosts_have_a_lane_each_in_the_order_of_their_first_write_and_the_unnamed_the_last() -> None:
    steps = [Step("3", "2", "b"), Step("2", "1", ""), Step("1", None, "a")]
    assert lay_out(steps).hosts == ("a", "b", "")


def test_too_many_hosts_share_the_last_lane() -> None:
    lanes = lay_out([Step(str(number), None, f"pod-{number}") for number in range(40)])
    assert len(lanes.hosts) == 9
    assert max(dot.lane for dot in lanes.dots) == 8


def test_forks_are_drawn_apart() -> None:
    fork = [Turn((Step("3", "1"), Step("2", "1"), Step("1", None)))]
    assert 'class="line fork"' in draw(fork)
    assert 'class="line fork"' not in draw(chain(9))


def test_hostile_names_stay_text() -> None:
    parsed(draw([Turn((Step("<&>", None, "<script>\u202e", node_names=("<b>",)),))]))


def test_no_steps_no_picture() -> None:
    assert draw([]) == ""


def test_steps_tell_whose_child_they_are_only_where_it_is_not_the_one_below() -> None:
    turns = [Turn((Step("4", "3", step=4), Step("3", "1", step=3), Step("2", "1", step=2), Step("1", None, step=1)))]
    relatives = page_relatives(turns)
    said = [relation(step, relatives) for step in turns[0].steps]
    assert said == ["", "from step 1", "", "2 go on from here"]


def test_a_step_lists_the_graphs_own_channels() -> None:
    assert channels_of(Step("1", None)) == ("messages",)
    assert joined(["a", "<b>", "c"], 2) == "<bdi>a, &lt;b&gt;</bdi> and 1 more"


@dataclass(frozen=True)
class Tree:
    value: Value


@dataclass(frozen=True)
class Write:
    task_id: str
    channel: str = "messages"
    node_name: str = ""
    task_path: str = ""
    value: Tree = field(default_factory=lambda: Tree(None))


def test_writes_stand_under_their_task() -> None:
    tasks = by_task([Write("b", node_name="bot"), Write("a"), Write("b", "total")])
    assert [(task.task_id, task.node_name, len(task.writes)) for task in tasks] == [("a", "", 1), ("b", "bot", 2)]


def test_an_interrupt_is_its_question() -> None:
    asked: Value = [Tagged("langgraph.types.Interrupt", {"value": "Ship it?", "id": "1"})]
    assert shown_values(Write("a", "__interrupt__", value=Tree(asked))) == ["Ship it?"]
    assert shown_values(Write("a", "__interrupt__", value=Tree("broken"))) == ["broken"]


@dataclass(frozen=True)
class Mark:
    hostname: str
    found: bool
    count: int = 1


@dataclass(frozen=True)
class Gap:
    under: str
    marks: tuple[Mark, ...]


def test_reads_lie_between_the_dots_that_they_came_between_below_the_lane_of_who_read() -> None:
    steps = [Step("2", "1", "a"), Step("1", None, "a")]
    gaps = [Gap("", (Mark("b", True),)), Gap("2", (Mark("a", True), Mark("b", False))), Gap("1", (Mark("a", False),))]

    lanes = lay_out(steps, gaps)
    first, second = (dot.x for dot in lanes.dots)
    after, one, two, before = lanes.ticks

    assert lanes.hosts == ("a", "b")
    assert 0 < before.x < first < one.x < two.x < second < after.x < lanes.width
    assert [(tick.lane, tick.found) for tick in lanes.ticks] == [(1, True), (0, True), (1, False), (0, False)]


def test_reads_of_a_step_that_is_not_in_sight_are_not_drawn() -> None:
    assert lay_out([Step("1", None)], [Gap("elsewhere", (Mark("a", True),))]).ticks == ()


def test_reads_of_many_hosts_are_drawn_in_little_room() -> None:
    turns = chain(60)
    marks = tuple(Mark(f"<pod-{number}>", number % 2 == 0) for number in range(200))
    gaps = [Gap(step.checkpoint_id, marks) for turn in turns for step in turn.steps]
    context = Context({"request": RequestFactory().get("/thread/?id=a")})

    svg = f"<both>{show_lanes(context, turns, '', 'turn', gaps)}</both>"

    assert len(svg) < 2 * SVG_LIMIT
    assert len([node for node in parsed(svg).iter("path") if "rd" in node.attrib["class"].split()]) == 6 + 2


def test_reads_are_told_with_the_picture() -> None:
    gaps = [Gap("", (Mark("web-0", True, 4),)), Gap("x", (Mark("web-0", False, 2), Mark("", True)))]

    assert told(chain(3), gaps).endswith(" Reads between them: web-0 6, 2 of them found nothing; host not named 1.")
