"""Questions of real runs are shown with the answers they got, as far as any store keeps them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypedDict

import pytest
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt

from inspector.demo.graphs.base import Graph
from inspector.demo.stage import DURABILITIES, Durability, Stage
from inspector.domain.value import to_json
from inspector.reader import Reader
from inspector.stores.differences import POSTGRES, REDIS, SQLITE
from inspector.views.contexts import InterruptItem, TaskItem
from inspector.views.tasks import tell_tasks
from tests.contract.conftest import ReaderOf
from tests.contract.honest import honest
from tests.contract.places import StoreUnderTest

pytestmark = [
    pytest.mark.parametrize("layout", [POSTGRES, SQLITE, REDIS]),
    pytest.mark.parametrize("durability", DURABILITIES),
]
Told = tuple[str, Any, Any, list[Any]]


class State(TypedDict, total=False):
    said: str


def asking(*questions: str) -> Callable[[State], State]:
    """A node that asks one after the other."""

    def node(state: State) -> State:
        return {"said": " ".join(str(interrupt(question)) for question in questions)}

    return node


def line(*nodes: tuple[str, Any], saver: Any = None) -> Graph:
    graph, before = StateGraph(State), START
    for name, node in nodes:
        graph.add_node(name, node)
        graph.add_edge(before, name)
        before = name
    return graph.compile(checkpointer=saver)  # type: ignore[return-value]


def answered(
    place: StoreUnderTest, reader: Reader, durability: Durability, build: Callable[[Any], Graph], answers: Sequence[Any]
) -> list[TaskItem]:
    """Asks, resumes with each of the answers, and gives what is told of every task of the thread that asked."""
    with place.open_saver() as saver, honest(saver):
        stage, graph = Stage(saver, durability, "asks"), build(saver)
        stage.run(graph, {"said": ""}, stage.config("asks"))
        for answer in answers:
            stage.run(graph, Command(resume=answer), stage.config("asks"))
    namespaces = reader.read_namespaces("asks")
    found = []
    for namespace in namespaces:
        for checkpoint in reader.read_history("asks", namespace.checkpoint_ns).checkpoints:
            told = tell_tasks(reader, checkpoint, reader.read_writes(checkpoint))
            found += [task for task in told.tasks if task.interrupts]
    return found


def shown(task: TaskItem) -> list[Told]:
    return [(task.state, _value(one), _answer(one), _earlier(one)) for one in task.interrupts]


def _value(one: InterruptItem) -> Any:
    return to_json(one.value.value)


def _answer(one: InterruptItem) -> Any:
    return to_json(one.answer.value) if one.answer is not None else None


def _earlier(one: InterruptItem) -> list[Any]:
    return [to_json(item.value) for item in one.earlier_answers]


def test_a_question_stands_with_its_answer(place: StoreUnderTest, reader_of: ReaderOf, durability: Durability) -> None:
    reader = reader_of(place)
    (task,) = answered(place, reader, durability, lambda saver: line(("ask", asking("Sure?")), saver=saver), ["yes"])
    kept = durability != "exit"
    assert shown(task) == [("answered" if kept else "asked", "Sure?", "yes" if kept else None, [])]


def test_an_unanswered_question_has_no_answer(
    place: StoreUnderTest, reader_of: ReaderOf, durability: Durability
) -> None:
    reader = reader_of(place)
    (task,) = answered(place, reader, durability, lambda saver: line(("ask", asking("Sure?")), saver=saver), [])
    assert shown(task) == [("asked", "Sure?", None, [])]


def test_of_several_questions_of_a_task_the_last_stands_with_its_own_answer(
    place: StoreUnderTest, reader_of: ReaderOf, durability: Durability
) -> None:
    reader = reader_of(place)

    def build(saver: Any) -> Graph:
        return line(("ask", asking("Who?", "When?", "Why?")), saver=saver)

    (task,) = answered(place, reader, durability, build, ["Ada", "today", "because"])
    ((_, question, answer, earlier),) = shown(task)
    assert (question, earlier) == ("Why?", ["Ada", "today"])
    assert answer == (None if durability == "exit" else "because")


def test_a_question_still_open_does_not_take_the_answer_to_the_one_before(
    place: StoreUnderTest, reader_of: ReaderOf, durability: Durability
) -> None:
    reader = reader_of(place)
    (task,) = answered(place, reader, durability, lambda saver: line(("ask", asking("A?", "B?")), saver=saver), ["a"])
    assert shown(task) == [("asked", "B?", None, ["a"])]


def test_a_subgraphs_question_has_the_answer_that_the_root_was_given(
    place: StoreUnderTest, reader_of: ReaderOf, durability: Durability
) -> None:
    reader = reader_of(place)

    def build(saver: Any) -> Graph:
        return line(("outer", line(("ask", asking("Who?", "When?")))), saver=saver)

    tasks = answered(place, reader, durability, build, ["Ada", "today"])
    told = {task.name: (answer, earlier) for task in tasks for _, _, answer, earlier in shown(task)}
    last = None if durability == "exit" else "today"
    assert told["ask"] == (last, ["Ada"])
    assert told["outer"][0] == last


def test_answers_by_the_questions_ids_stand_with_their_questions(
    place: StoreUnderTest, reader_of: ReaderOf, durability: Durability
) -> None:
    reader = reader_of(place)
    with place.open_saver() as saver, honest(saver):
        stage, graph = Stage(saver, durability, "both"), StateGraph(State)
        for name in ("left", "right"):
            graph.add_node(name, _once(name))
            graph.add_edge(START, name)
        built: Any = graph.compile(checkpointer=saver)
        config = stage.config("both")
        stage.run(built, {"said": ""}, config)
        ids = {one.value: one.id for one in built.get_state(config).interrupts}
        stage.run(built, Command(resume={ids["left?"]: "l"}), config)
        stage.run(built, Command(resume={ids["right?"]: "r"}), config)
    found: dict[str, Any] = {}
    for checkpoint in reader.read_history("both").checkpoints:
        for task in tell_tasks(reader, checkpoint, reader.read_writes(checkpoint)).tasks:
            found |= {question: answer for _, question, answer, _ in shown(task)}
    assert found["left?"] == "l"  # the run asked again, so that even durability exit stores it
    assert found["right?"] == (None if durability == "exit" else "r")


def _once(name: str) -> Callable[[State], dict[str, Any]]:
    def node(state: State) -> dict[str, Any]:
        interrupt(f"{name}?")
        return {}

    return node
