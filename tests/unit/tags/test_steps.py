"""The list of steps."""

from __future__ import annotations

from dataclasses import dataclass, field

from inspector.domain.value import Tagged, Value
from inspector.tags.steps import by_task, channels_of, joined, page_relatives, relation, shown_values


@dataclass(frozen=True)
class Step:
    checkpoint_id: str
    parent_checkpoint_id: str | None
    step: int | None = 0
    source: str = "loop"
    node_names: tuple[str, ...] = ("bot",)
    channels_changed: tuple[str, ...] = ("messages", "branch:to:bot")


@dataclass(frozen=True)
class Turn:
    steps: tuple[Step, ...]


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
