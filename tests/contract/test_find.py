"""A search finds what reading every step whole finds, on every layout, however often it stops and goes on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command, interrupt

from inspector.demo.plays import plays
from inspector.domain.channels import START as INPUT
from inspector.domain.checkpoint import Checkpoint
from inspector.domain.find import Needle, Searched, added, by_text, path_text, search
from inspector.domain.thread import ChannelState
from inspector.reader import Reader
from inspector.reader.finding import Finder
from inspector.reader.hits import FindBudget, Hit, Stretch
from inspector.stores.base import ReadBudget
from inspector.stores.differences import POSTGRES, REDIS, REDIS_SHALLOW, SQLITE
from tests.contract.conftest import ReaderOf
from tests.contract.library import Library
from tests.contract.places import StoreUnderTest

#: Words that many scenarios hold, a part of most ids, a number, a key and what messages are made of.
WORDS = ("order", "e", "-", "1", "content", "Ada", "\u00e9", "no such text")
#: A step has several children, and a search that goes on knows the hits of the one above it only.
FORKED = ("delta-channel", "fork-by-update", "replay")
PATIENT = FindBudget(seconds=600, bytes=10**12, hits=10**9)
WHOLE = ReadBudget(rows=10_000, bytes=10**9)


def finder_of(reader: Reader, word: str, thread_id: str, checkpoint_ns: str = "", *, case: bool = False) -> Finder:
    return Finder(reader.store, reader.key, Needle(word, case), thread_id, checkpoint_ns)


def mark(hit: Hit) -> tuple[Any, ...]:
    return hit.row.checkpoint_id, hit.kind, hit.channel, hit.path, hit.found, hit.times, hit.task_id


@pytest.mark.parametrize("slug", plays())
def test_each_text_is_found_at_the_step_that_brought_it(library: Library, slug: str) -> None:
    found = 0
    for thread_id in {thread.thread_id for one in library.plays_of(slug) for thread in one.threads}:
        for namespace in library.reader.read_namespaces(thread_id):
            steps = list(read_whole(library.reader, thread_id, namespace.checkpoint_ns))
            for word in WORDS:
                finder = finder_of(library.reader, word, thread_id, namespace.checkpoint_ns)
                hits = finder.find(budget=PATIENT).hits
                found += len(hits)
                _compare(hits, steps, word)
    assert found or not library.plays_of(slug)


@pytest.mark.parametrize("slug", ["tool-agent", "fork-by-update", "replay", "delta-channel"])
def test_a_search_that_stops_after_each_hit_finds_the_same(library: Library, slug: str) -> None:
    for thread_id in {thread.thread_id for one in library.plays_of(slug) for thread in one.threads}:
        for word in ("content", "order"):
            whole = finder_of(library.reader, word, thread_id).find(budget=PATIENT)
            for budget in (FindBudget(600, 10**12, 1), FindBudget(600, 10**12, 7), FindBudget(-1, 10**12, 10**9)):
                parts = list(go_on(library.reader, word, thread_id, budget))
                assert all(len(part.hits) <= budget.hits for part in parts)
                hits = [hit for part in parts for hit in part.hits]
                known = {mark(hit) for hit in whole.hits}
                assert [mark(hit) for hit in hits if mark(hit) in known] == [mark(hit) for hit in whole.hits]
                twice = [hit for hit in hits if mark(hit) not in known]  # what a fork took in was told there as well
                around = {hit.found.around for hit in whole.hits}
                assert all(hit.kind in ("write", "input") and hit.found.around in around for hit in twice)
                assert not twice or slug in FORKED


def test_a_question_its_answer_an_error_and_metadata_are_found(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    def ask(state: MessagesState) -> dict[str, Any]:
        answer = interrupt({"question": "Shall I refund the teapot?"})
        if answer == "no, keep it":
            raise ValueError("teapot is kept")
        return {"messages": [AIMessage(f"done: {answer}")]}

    with place.open_saver() as saver:
        graph: Any = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask").compile(checkpointer=saver)
        config = {
            "configurable": {"thread_id": "one"},
            "metadata": {"customer": "teapot lover", "api_key": "sk-teapot"},
        }
        graph.invoke({"messages": [HumanMessage("My teapot broke")]}, config)
        with pytest.raises(ValueError, match="kept"):
            graph.invoke(Command(resume="no, keep it"), config)
    reader = reader_of(place)

    teapots = finder_of(reader, "teapot", "one").find(budget=PATIENT).hits
    kinds = {hit.kind for hit in teapots}
    assert {"value", "interrupt"} <= kinds
    assert ("error" in kinds) == (place.layout in (POSTGRES, SQLITE))  # the others store an error without its text
    assert ("metadata" in kinds) == (place.layout in (POSTGRES, SQLITE))
    assert not any("sk-" in hit.found.before for hit in teapots)
    assert [hit.kind for hit in finder_of(reader, "keep it", "one").find().hits] == ["resume"]
    (question,) = [hit for hit in teapots if hit.kind == "interrupt"]
    assert (question.node, question.found.match) == ("ask", "teapot")
    assert question.path.endswith("question")
    assert finder_of(reader, "sk-teapot", "one").find().hits == ()


@pytest.mark.parametrize("layout", [POSTGRES, SQLITE, REDIS])
def test_a_text_that_stays_is_one_hit_and_says_so(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    with place.open_saver() as saver:
        graph: Any = chat(saver)
        for number in range(6):
            graph.invoke({"messages": [HumanMessage(f"Remark {number}, caf\u00e9")]}, threaded("one"))
    reader = reader_of(place)

    (hit,) = finder_of(reader, "Remark 2", "one").find().hits
    assert (hit.kind, hit.channel, hit.path, hit.stays) == ("value", "messages", "messages[4].content", True)
    assert [one.kind for one in hit.also] == ["input", "write"]
    assert len(finder_of(reader, "CAFE\u0301", "one").find().hits) == 6


@pytest.mark.parametrize("layout", [REDIS_SHALLOW])
def test_what_a_step_without_its_parent_holds_may_be_older(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    with place.open_saver() as saver:
        for number in range(3):
            chat(saver).invoke({"messages": [HumanMessage(f"Remark {number}")]}, threaded("one"))

    hits = finder_of(reader_of(place), "Remark", "one").find().hits
    assert [hit.path for hit in hits if hit.kind == "value"] == [f"messages[{number}].content" for number in (0, 2, 4)]


def test_each_value_is_read_once(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    with place.open_saver() as saver:
        for number in range(12):
            chat(saver).invoke({"messages": [HumanMessage(f"Remark {number} {'x' * 5_000}")]}, threaded("one"))
    reader = reader_of(place)
    stored = sum(body for step in read_whole(reader, "one", "") for body in step.sizes)

    assert 0 < finder_of(reader, "Remark", "one").find(budget=PATIENT).spent <= stored


def chat(saver: Any) -> Any:
    def answer(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage(f"Answer to {len(state['messages'])}")]}

    return StateGraph(MessagesState).add_node("answer", answer).add_edge(START, "answer").compile(checkpointer=saver)


def threaded(thread_id: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": thread_id}}


def go_on(reader: Reader, word: str, thread_id: str, budget: FindBudget) -> Iterator[Stretch]:
    """A search by anew each time, as requests do."""
    before, skip = "", 0
    for _ in range(100_000):
        part = finder_of(reader, word, thread_id).find(before=before, skip=skip, budget=budget)
        yield part
        if not part.before:
            return
        before, skip = part.before, part.skip
    raise AssertionError("The search never ends.")


class Step:
    """A checkpoint with all that it holds, read by itself."""

    def __init__(self, reader: Reader, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        names = list(checkpoint.channel_versions)
        self.states: dict[str, ChannelState] = {
            state.channel: state for state in reader.read_state(checkpoint, load=names)
        }
        self.writes = reader.read_writes(checkpoint)
        self.sizes = [*(state.size_bytes for state in self.states.values()), *(one.size_bytes for one in self.writes)]


def read_whole(reader: Reader, thread_id: str, checkpoint_ns: str) -> Iterator[Step]:
    for checkpoint in reader.read_history(thread_id, checkpoint_ns, budget=WHOLE).checkpoints:
        yield Step(reader, checkpoint)


def _compare(hits: tuple[Hit, ...], steps: list[Step], word: str) -> None:
    by_id = {step.checkpoint.checkpoint_id: step for step in steps}
    needle = Needle(word)
    told = {mark(hit)[:6] for hit in hits if hit.kind in ("value", "input")}
    joined = {(one.checkpoint_id, hit.found.around) for hit in hits for one in hit.also}
    expected = set()
    for step in steps:
        parent = by_id.get(step.checkpoint.parent_checkpoint_id or "")
        for channel, state in step.states.items():
            before = parent.states.get(channel) if parent is not None else None
            if state.rebuilt:
                continue  # LangGraph stores no value: its writes are found instead
            new = added(_found(before, needle).found if before is not None else (), _found(state, needle).found)
            kind = "input" if channel == INPUT else "value"
            expected |= {
                (step.checkpoint.checkpoint_id, kind, channel, path_text(one.path), one, times)
                for one, times in by_text(new)
                if kind == "value" or (step.checkpoint.checkpoint_id, one.around) not in joined
            }
    assert told == expected
    seen = {(hit.row.checkpoint_id, hit.found.around) for hit in hits}
    for step, write in itertools.chain.from_iterable(((step, one) for one in step.writes) for step in steps):
        for found, _ in by_text(search(write.value, needle, write.channel).found):
            where = (step.checkpoint.checkpoint_id, found.around)
            assert where in seen or where in joined


def _found(state: ChannelState, needle: Needle) -> Searched:
    return search(state.value, needle, state.channel)
