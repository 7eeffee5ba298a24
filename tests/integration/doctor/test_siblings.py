"""Runs that raced are told from branches that somebody made on purpose."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

from inspector.demo.graphs.base import Graph, Saver, Update
from inspector.demo.stage import Durability, Stage
from inspector.doctor.evidence.races import GRACE, SOON
from inspector.doctor.rules.siblings import SEVERAL
from inspector.mute import Mute
from tests.contract.library import open_reader
from tests.contract.places import RedisPlace, StoreUnderTest
from tests.integration.doctor.clocks import clock_set, steady_clock
from tests.integration.doctor.looked import say_one

pytestmark = pytest.mark.usefixtures("index")

DAY = timedelta(days=1)


def build(saver: Saver, think: Callable[[str], object] = str) -> Graph:
    """One node, which thinks about what it is told."""

    def respond(state: MessagesState) -> Update:
        think(str(state["messages"][-1].content))
        return {"messages": [AIMessage("Yes.")]}

    graph = StateGraph(MessagesState)
    graph.add_node("respond", respond)
    graph.add_edge(START, "respond")
    return graph.compile(checkpointer=saver)


def race(saver: Saver, thread_id: str, *hosts: str) -> None:
    """One turn, then two at once: each waits in its node until the other is there."""
    both = Barrier(2, timeout=20)
    graph = build(saver, lambda text: both.wait() if text == "Now!" else None)
    stage = Stage(saver, "sync", "race")
    stage.say(graph, stage.config(thread_id), "Hi")
    with ThreadPoolExecutor(2) as pool:
        said = [
            pool.submit(
                stage.say, graph, stage.config(thread_id, **({"worker_hostname": host} if host else {})), "Now!"
            )
            for host in hosts
        ]
        for one in said:
            one.result()


def branch(
    saver: Saver, thread_id: str, first: str, second: str, *, durability: Durability = "sync", after: float = 0
) -> None:
    """Three turns, the third one at the end of the first, so many seconds after the second one."""
    stage, graph = Stage(saver, durability, "branch"), build(saver)
    config = stage.config(thread_id, worker_hostname=first)
    with steady_clock() as clock:
        stage.say(graph, config, "Hi")
        end_of_first = graph.get_state(config).config
        stage.say(graph, config, "Where is my order?")
        clock.forward(after)
        stage.say(graph, stage.at(end_of_first, worker_hostname=second), "Who am I?")


def test_a_race_is_certain_and_names_both_hosts_and_the_lost_branch(place: StoreUnderTest, saver: Saver) -> None:
    race(saver, "a", "web-1", "web-2")

    with open_reader(place) as reader:
        found = say_one(reader, "siblings")
    assert (found.status, found.confidence, found.hosts, found.thread_ids) == (
        "error",
        "certain",
        ("web-1", "web-2"),
        ("a",),
    )
    links = [line.link for line in found.evidence]
    assert all(link is not None and link.to == "thread" and link.query["id"] == "a" for link in links)
    assert "is lost" in found.evidence[-1].text


@pytest.mark.redis
def test_where_no_host_is_known_a_race_is_as_certain(request: pytest.FixtureRequest) -> None:
    place = RedisPlace(request.getfixturevalue("redis_server").flush())
    with place.open_saver() as saver:
        race(saver, "a", "", "")

    with open_reader(place) as reader:
        found = say_one(reader, "siblings")
    assert (found.status, found.confidence, found.hosts) == ("error", "certain", ())
    assert found.title.startswith("Workers run one conversation")


def test_a_race_between_processes_of_one_host_is_told(place: StoreUnderTest, saver: Saver) -> None:
    race(saver, "a", "web-1", "web-1")

    with open_reader(place) as reader:
        found = say_one(reader, "siblings")
    assert (found.status, found.hosts) == ("error", ("web-1",))
    assert found.title == "web-1 runs one conversation twice at the same time"


def test_an_edit_by_another_host_after_the_answer_is_no_race(place: StoreUnderTest, saver: Saver) -> None:
    branch(saver, "a", "web-1", "web-2", after=GRACE + 1)

    with open_reader(place) as reader:
        found = say_one(reader, "siblings")
    assert found.status == "ok"
    assert "1 branch began after the other had ended" in found.sentence


@pytest.mark.parametrize(
    ("second", "after", "status", "confidence"),
    [("web-2", 0, "error", "likely"), ("web-2", SOON + 1, "ok", None), ("web-1", 0, "ok", None)],
)
def test_runs_whose_beginning_is_not_known_are_judged_by_host_and_time(
    place: StoreUnderTest, saver: Saver, second: str, after: float, status: str, confidence: str | None
) -> None:
    branch(saver, "a", "web-1", second, durability="exit", after=after)

    with open_reader(place) as reader:
        found = say_one(reader, "siblings")
    assert found.status == status
    assert confidence is None or found.confidence == confidence


def test_on_one_host_they_are_possible_races_from_several_threads_on(place: StoreUnderTest, saver: Saver) -> None:
    for number in range(SEVERAL):
        branch(saver, f"{number}", "web-1", "web-1", durability="exit")

    with open_reader(place) as reader:
        found = say_one(reader, "siblings")
    assert (found.status, found.confidence, len(found.thread_ids)) == ("warning", "possible", SEVERAL)


def test_a_slow_step_that_ends_after_somebody_elses_run_is_likely_one_of_a_race(
    place: StoreUnderTest, saver: Saver
) -> None:
    begun, go_on = Event(), Event()

    def think(text: str) -> None:
        if text == "Slow":
            begun.set()
            assert go_on.wait(20)

    stage, graph = Stage(saver, "sync", "slow"), build(saver, think)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(stage.say, graph, stage.config("a", worker_hostname="web-1"), "Slow")
        assert begun.wait(20)
        stage.say(graph, stage.config("a", worker_hostname="web-2"), "Quick")
        with clock_set(SOON + 20):
            go_on.set()
            slow.result()

    with open_reader(place) as reader:
        found = say_one(reader, "siblings")
    assert (found.status, found.confidence, found.hosts) == ("error", "likely", ("web-1", "web-2"))


def test_a_race_of_the_day_before_is_history(place: StoreUnderTest, saver: Saver) -> None:
    race(saver, "a", "web-1", "web-2")
    with clock_set(1.5 * DAY.total_seconds()):
        stage = Stage(saver, "sync", "later")
        stage.say(build(saver), stage.config("a"), "Hello again")

    with open_reader(place) as reader:
        found = say_one(reader, "siblings", later=1.5 * DAY)
    assert found.status == "ok"
    assert found.evidence


def test_a_muted_thread_is_not_looked_at(place: StoreUnderTest, saver: Saver) -> None:
    race(saver, "compare-1", "web-1", "web-2")

    with open_reader(place) as reader:
        found = say_one(reader, "siblings", muted=(Mute("siblings", "thread", "compare-*"),))
    assert (found.status, found.muted) == ("ok", False)
