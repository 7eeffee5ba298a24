"""A subgraph that loses a conversation of its own is told from the many that need none."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.graph import END, START, MessagesState, StateGraph
from typing_extensions import TypedDict

from inspector.demo.graphs.base import Graph, Saver, Update
from inspector.demo.graphs.nested import build_nested
from inspector.demo.graphs.research import build_research
from inspector.demo.scenarios.subgraph_forgets import build_desk
from inspector.demo.stage import Stage
from inspector.doctor.finding import Finding
from tests.contract.library import open_reader
from tests.contract.places import RedisPlace, StoreUnderTest
from tests.integration.doctor.looked import say_one

pytestmark = pytest.mark.usefixtures("index")


def told(place: StoreUnderTest) -> Finding:
    with open_reader(place) as reader:
        return say_one(reader, "subgraph-forgets")


def run(saver: Saver, graph: Graph, inputs: list[dict[str, Any]]) -> None:
    stage = Stage(saver, "sync", "sub")
    for value in inputs:
        stage.run(graph, value, stage.config("a"))


def said(turns: int) -> list[dict[str, Any]]:
    return [{"messages": [("user", f"Question {turn}")]} for turn in range(turns)]


def asked(turns: int) -> list[dict[str, Any]]:
    return [{"question": f"Question {turn}"} for turn in range(turns)]


class HelpedState(TypedDict):
    question: str
    calls: int


class HelperState(MessagesState):
    question: str
    calls: int


def build_helped(saver: Saver, *, node: str, calls: int) -> Graph:
    """A helper with messages of its own, called so often in every turn."""

    def listen(state: HelperState) -> Update:
        answer = [HumanMessage(state["question"]), AIMessage("Noted.")]
        return {"messages": answer, "calls": state["calls"] + 1}

    helper = StateGraph(HelperState)
    helper.add_node("listen", listen)
    helper.add_edge(START, "listen")
    subgraph: Any = helper.compile()
    graph = StateGraph(HelpedState)
    graph.add_node("begin", lambda state: {"calls": 0})
    graph.add_node(node, subgraph)
    graph.add_edge(START, "begin")
    graph.add_edge("begin", node)
    graph.add_conditional_edges(node, lambda state: node if state["calls"] < calls else END, [node, END])
    return graph.compile(checkpointer=saver)


def test_three_turns_with_a_conversation_that_begins_anew_are_told(place: StoreUnderTest, saver: Saver) -> None:
    run(saver, build_desk(saver, memory=None), asked(3))

    found = told(place)
    assert (found.status, found.severity, found.confidence, found.thread_ids) == ("warning", "low", "possible", ("a",))
    assert found.title == "The subgraph specialist begins anew in every turn"
    spaces = {line.link.query["ns"] for line in found.evidence if line.link and "ns" in line.link.query}
    assert len(spaces) == 3
    assert all(name.startswith("specialist:") for name in spaces)


@pytest.mark.redis
def test_it_is_told_of_redis_alike(request: pytest.FixtureRequest) -> None:
    place = RedisPlace(request.getfixturevalue("redis_server").flush())
    with place.open_saver() as saver:
        run(saver, build_desk(saver, memory=None), asked(4))

    assert told(place).title == "The subgraph specialist begins anew in every turn"


def test_two_turns_are_too_few(place: StoreUnderTest, saver: Saver) -> None:
    run(saver, build_desk(saver, memory=None), asked(2))

    assert told(place).status == "ok"


def test_a_subgraph_with_a_memory_is_fine(place: StoreUnderTest, saver: Saver) -> None:
    run(saver, build_desk(saver, memory=True), asked(4))

    assert told(place).status == "ok"


def test_one_that_shares_the_parents_messages_forgets_nothing(place: StoreUnderTest, saver: Saver) -> None:
    run(saver, build_nested(saver), said(4))

    found = told(place)
    assert found.status == "ok"
    assert "have no memory of their own, as is usual" in found.sentence


def test_a_work_sheet_that_begins_anew_is_no_conversation(place: StoreUnderTest, saver: Saver) -> None:
    run(saver, build_research(saver), said(4))

    found = told(place)
    assert found.status == "ok"
    assert "have no memory of their own, as is usual" in found.sentence


@pytest.mark.parametrize(
    ("node", "calls", "status"), [("helper", 1, "warning"), ("helper", 2, "ok"), ("tools", 1, "ok")]
)
def test_a_helper_that_is_called_several_times_a_turn_or_as_a_tool_is_no_partner(
    place: StoreUnderTest, saver: Saver, node: str, calls: int, status: str
) -> None:
    run(saver, build_helped(saver, node=node, calls=calls), asked(4))

    assert told(place).status == status
