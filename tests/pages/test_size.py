"""The page of time and size, over threads whose clock is ours: real graphs wrote them, on all three stores."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Annotated, Any, TypedDict

import psycopg
import pytest
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Command, interrupt

from inspector.demo.embedded import EmbeddedPostgres
from inspector.index.connections import get_reader
from inspector.index.passes import run_pass
from inspector.reader import HISTORY
from inspector.stores.base import ReadBudget
from inspector.views import size
from tests.browser.gallery.configs import ask, config
from tests.browser.gallery.savers import open_saver
from tests.integration.doctor.clocks import Clock, clock_set, steady_clock
from tests.pages.browse import Browser
from tests.redis_server import RedisServer

TURNS = 6
#: Seconds of the clock that nodes take, and that pass between turns.
FETCH, SLOW, WAIT, QUESTION = 2.0, 30.0, 60.0, 7_200.0
SLOW_TURN = 3


class State(TypedDict, total=False):
    messages: Annotated[list[Any], add_messages]
    found: list[str]
    word: str


def build(saver: Any, clock: Clock | None) -> Any:
    """Fetch, which takes long in one turn, then an answer, or a question or a mistake where the text asks for it."""

    def fetch(state: State) -> State:
        slow = state["messages"][-1].content == f"Question {SLOW_TURN}"
        if clock is not None:
            clock.forward(SLOW if slow else FETCH)
        return {"found": ["x" * 1_000], "word": "a word"}

    def answer(state: State) -> Any:
        said = state["messages"][-1].content
        if said == "ask":
            interrupt("Really?")
        if said == "fail" and not failed:
            failed.append(said)
            raise LookupError("no answer")
        return {"messages": [("assistant", "y" * 2_000)]}

    failed: list[str] = []
    graph: Any = StateGraph(State).add_node("fetch", fetch).add_node("answer", answer)
    return graph.add_edge(START, "fetch").add_edge("fetch", "answer").compile(checkpointer=saver)


def play(url: str) -> None:
    with open_saver(url) as saver:
        with steady_clock() as clock:
            graph = build(saver, clock)
            for number in range(1, TURNS + 1):
                ask(graph, config("talk", host=f"web-{number % 2}"), f"Question {number}")
                clock.forward(WAIT)
            ask(graph, config("asked"), "ask")
            clock.forward(QUESTION)
            graph.invoke(Command(resume="yes"), config("asked"), durability="sync")
            with contextlib.suppress(LookupError):
                ask(graph, config("failed"), "fail")
            clock.forward(QUESTION)
            graph.invoke(None, config("failed"), durability="sync")
            for number in range(3):
                graph.invoke({"messages": [("user", f"Once {number}")]}, config("exit"), durability="exit")
                clock.forward(WAIT)
        with clock_set(90):
            ask(build(saver, None), config("skewed", host="web-1"), "Hello")
        with clock_set(0):
            ask(build(saver, None), config("skewed", host="web-2"), "Hello again")


@pytest.fixture(scope="module", params=["postgres", "sqlite", "redis"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "postgres":
        server: EmbeddedPostgres = request.getfixturevalue("postgres")
        url = server.create_database()
    elif request.param == "redis":
        redis: RedisServer = request.getfixturevalue("redis_server")
        url = redis.flush()
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('size')}/store.sqlite"
    play(url)
    return url


@pytest.fixture
def sized(show_stores: Any, written: str) -> Browser:
    browser: Browser = show_stores(sized=written)
    run_pass(get_reader())
    return browser


def kind_of(written: str) -> str:
    return "postgres" if written.startswith("postgres") else written.partition(":")[0]


def test_each_turn_has_its_work_and_the_wait_before_it(sized: Browser) -> None:
    turns = sized.data("/thread/size/", id="talk")["turns"]
    assert [turn["turn"] for turn in turns] == list(range(1, TURNS + 1))
    assert [round(turn["worked"]) for turn in turns] == [2, 2, 30, 2, 2, 2]
    assert [turn["before"] and round(turn["before"]) for turn in turns] == [None, *[60] * 5]
    assert [round(turn["took"]) for turn in turns] == [2, 2, 30, 2, 2, 2]
    assert not any(turn["single"] for turn in turns)


def test_the_slowest_step_is_named_and_linked(sized: Browser) -> None:
    data = sized.data("/thread/size/", id="talk")
    slowest = data["slowest"][0]
    assert (slowest["node_names"], slowest["turn"], round(slowest["seconds"])) == (["fetch"], SLOW_TURN, 30)
    (remark,) = [one for one in data["remarks"] if one["kind"] == "time"]
    assert remark["checkpoint_id"] == slowest["checkpoint_id"]
    assert remark["sentence"].startswith(f"Step {slowest['step']} (`fetch`) took 30 s")
    links = [item.attributes["href"] for item in sized.document("/thread/size/", id="talk").all("a")]
    assert any(slowest["checkpoint_id"] in link for link in links)


def test_nodes_are_told_by_their_usual_and_their_slowest_time(sized: Browser) -> None:
    nodes = {node["node"]: node for node in sized.data("/thread/size/", id="talk")["nodes"]}
    fetch = nodes["fetch"]
    assert (fetch["count"], round(fetch["median"]), round(fetch["slowest"])) == (TURNS, 2, 30)
    assert round(fetch["total"]) == 40
    assert next(iter(nodes)) == "fetch"  # which took most in all


def test_waits_between_turns_are_no_nodes_time(sized: Browser) -> None:
    waits = sized.data("/thread/size/", id="talk")["waits"]
    assert (waits["turns"], round(waits["median"]), round(waits["longest"])) == (TURNS - 1, 60, 60)
    assert (waits["resumed"], waits["resumed_longest"]) == (0, None)


@pytest.mark.parametrize(("thread_id", "why"), [("asked", "answer"), ("failed", "error")])
def test_time_until_a_stopped_run_went_on_is_a_wait(sized: Browser, thread_id: str, why: str) -> None:
    data = sized.data("/thread/size/", id=thread_id)
    (turn,) = data["turns"]
    (wait,) = [step for step in turn["steps"] if step["kind"] == "wait" and step["why"] != "input"]
    assert (wait["why"], wait["node_names"]) == (why, ["answer"])
    assert wait["seconds"] >= QUESTION > turn["worked"]
    assert "answer" not in [node["node"] for node in data["nodes"]]
    assert data["waits"]["resumed_longest_id"] == wait["checkpoint_id"]


def test_a_run_of_one_checkpoint_tells_no_time(sized: Browser) -> None:
    data = sized.data("/thread/size/", id="exit")
    assert [(turn["single"], turn["took"], turn["worked"]) for turn in data["turns"]] == [(True, None, 0)] * 3
    assert (data["slowest"], data["nodes"], data["waits"]["turns"]) == ([], [], 0)
    (told,) = [item for item in sized.document("/thread/size/", id="exit").all("p") if "exit" in item.text]
    assert "is not stored" in told.text


def test_a_clock_that_lags_is_named_instead_of_a_time_below_nothing(sized: Browser, written: str) -> None:
    data = sized.data("/thread/size/", id="skewed")
    (skew,) = data["skews"]
    named = kind_of(written) != "redis"  # whose saver keeps nothing of a run's metadata
    assert (skew["hostname"], skew["ahead"]) == (("web-2", "web-1") if named else ("", ""))
    assert 60 < skew["seconds"] <= 90
    assert [turn["turn"] for turn in data["turns"]] == [1, 2]  # as they came, not as they are dated
    assert data["turns"][1]["before"] is None
    assert all(step["seconds"] >= 0 for step in data["slowest"])
    (remark,) = [one for one in data["remarks"] if one["kind"] == "clock"]
    words = "The clock of web-2 runs at least 1 min behind that of web-1" if named else "which the store does not name"
    assert words in remark["sentence"]


def test_sizes_are_those_of_the_threads_page(sized: Browser) -> None:
    sizes = sized.data("/thread/size/", id="talk")["sizes"]
    steps = sized.data("/thread/", id="talk")["checkpoints"]
    assert {one["checkpoint_id"]: one["size_bytes"] for one in steps} == pytest.approx(
        {one["checkpoint_id"]: one["total_bytes"] for one in sizes}, abs=0
    )
    assert all(one["total_bytes"] == one["document_bytes"] + sum(one["channels"].values()) for one in sizes)


def test_what_grows_is_named_with_its_pace(sized: Browser) -> None:
    data = sized.data("/thread/size/", id="talk")
    channels = {channel["channel"]: channel for channel in data["channels"]}
    messages = channels["messages"]
    assert data["channels"][0] == messages
    assert 2_000 < messages["line"] < 3_500  # Redis keeps messages as JSON
    assert messages["line"] == pytest.approx(messages["per_turn"], rel=0.02)
    assert (channels["found"]["line"], channels["found"]["per_turn"]) == (None, 0)
    (remark,) = [one for one in data["remarks"] if one["kind"] == "growth"]
    assert "`messages` is" in remark["sentence"]
    assert "it passes 1.0 MB at turn" in remark["sentence"]


def test_how_a_channel_is_kept_is_told_as_its_store_does(sized: Browser, written: str) -> None:
    kept = {one["channel"]: one["kept"] for one in sized.data("/thread/size/", id="talk")["channels"]}
    apart = kind_of(written) == "postgres"
    assert (kept["messages"], kept["word"]) == ("version" if apart else "step", "step")
    text = sized.get("/thread/size/", id="talk").content.decode()
    assert ("This store keeps all values in the checkpoint's document" in text.replace("&#x27;", "'")) is not apart


def test_all_that_is_stored_is_what_the_store_itself_counts(sized: Browser, written: str) -> None:
    data = sized.data("/thread/size/", id="talk")
    stored = {one["channel"]: one["stored_bytes"] for one in data["channels"]}
    if kind_of(written) == "postgres":
        with psycopg.connect(written) as connection:
            blobs = "select sum(length(blob)) from checkpoint_blobs where thread_id = 'talk' and channel = 'messages'"
            assert connection.execute(blobs).fetchone() == (stored["messages"],)
            writes = "select count(*), sum(length(blob)) from checkpoint_writes where thread_id = 'talk'"
            assert connection.execute(writes).fetchone() == (data["stored"]["writes"], data["stored"]["writes_bytes"])
    elif kind_of(written) == "sqlite":
        with contextlib.closing(sqlite3.connect(Path(written.removeprefix("sqlite:///")))) as connection:
            blobs = "select sum(length(checkpoint)) from checkpoints where thread_id = 'talk'"
            assert connection.execute(blobs).fetchone() == (data["stored"]["total_bytes"],)
    else:
        assert stored["messages"] == sum(one["channels"].get("messages", 0) for one in data["sizes"])
    assert data["stored"]["total_bytes"] == data["stored"]["documents_bytes"] + sum(stored.values())
    assert not data["stored"]["writes_cut"]


def test_a_long_thread_is_covered_page_by_page(sized: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sized.data("/thread/size/", id="talk")
    assert whole["covers"] == {
        "from": whole["sizes"][0]["checkpoint_id"],
        "to": whole["sizes"][-1]["checkpoint_id"],
        "checkpoints": 4 * TURNS,
        "truncated": False,
    }
    monkeypatch.setattr(size, "COVERED", ReadBudget(rows=10, bytes=HISTORY.bytes))
    newest = sized.data("/thread/size/", id="talk")
    assert (newest["covers"]["checkpoints"], newest["covers"]["truncated"]) == (10, True)
    older = sized.data("/thread/size/", id="talk", before=newest["before"])
    assert older["sizes"] + newest["sizes"] == whole["sizes"][-20:]
    assert [turn["turn"] for turn in newest["turns"]] == [4, 5, 6]
    (told,) = [
        item for item in sized.document("/thread/size/", id="talk").all("div") if item.attributes.get("id") == "covers"
    ]
    assert "10 of 24 checkpoints, the newest ones" in told.text
    assert "the oldest turn here began before" in told.text
    gone = sized.data("/thread/size/", id="talk", before="0")
    assert (gone["sizes"], gone["turns"], gone["covers"]["checkpoints"]) == ([], [], 0)
    assert "Show the newest checkpoints" in sized.get("/thread/size/", id="talk", before="0").content.decode()


def test_the_page_comes_whole_and_as_a_part(sized: Browser) -> None:
    whole, part = sized.get("/thread/size/", id="talk"), sized.part("/thread/size/", id="talk")
    assert b"<title>talk \xc2\xb7 time and size" in whole.content
    assert b"<html" not in part.content
    assert b'id="channels"' in part.content
    assert len(whole.content) < 100_000


def test_what_is_not_stored_is_answered_with_404(sized: Browser) -> None:
    assert "error" in sized.data("/thread/size/", status=404, id="nobody")
    assert "error" in sized.data("/thread/size/", status=404)
    assert sized.data("/thread/size/", status=404, id="talk", ns="no:such")["error"]


def test_the_list_of_steps_tells_how_long_each_turn_lasted(sized: Browser) -> None:
    headings = [item.text for item in sized.document("/thread/", id="talk").all("h3") if "Turn" in item.text]
    assert len(headings) == TURNS
    assert "30 s, after 1 min" in headings[TURNS - SLOW_TURN]
    assert "after" not in headings[-1]
