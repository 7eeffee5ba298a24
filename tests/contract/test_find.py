"""A search finds what reading every step whole finds, on every layout, however often it stops and goes on."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command, interrupt

from inspector.demo.stage import Durability
from inspector.domain.channels import START as INPUT
from inspector.domain.checkpoint import Checkpoint
from inspector.domain.find import Needle, added, by_text, path_text, search
from inspector.domain.thread import ChannelState
from inspector.reader import Reader
from inspector.reader.finding import Finder
from inspector.reader.hits import FindBudget, Hit, Stretch
from inspector.stores.base import ReadBudget
from inspector.stores.differences import POSTGRES, REDIS, REDIS_SHALLOW, SQLITE
from tests.contract.conftest import ReaderOf
from tests.contract.library import Library, is_playable
from tests.contract.places import StoreUnderTest

#: A letter of most texts and keys, a number, what ids and computed texts hold, and what bytes do not tell alone.
WORDS = ("e", "1", "-", "\u00e9")
#: Each kind of history once. What a durability leaves out, the others show; `exit` has steps without their parents.
PLAYS: tuple[tuple[str, Durability], ...] = (
    ("delta-channel", "sync"),
    ("error-then-retry", "sync"),
    ("fork-by-update", "sync"),
    ("hostile-thread-ids", "sync"),
    ("message-edits", "sync"),
    ("replay", "sync"),
    ("several-interrupts", "sync"),
    ("structured-state", "sync"),
    ("subgraph-interrupt", "exit"),
    ("subgraph-persistent", "sync"),
    ("tool-agent", "exit"),
    ("tool-agent", "sync"),
    ("typed-values", "sync"),
    ("update-state", "sync"),
)
#: A step has several children, and a search that goes on knows the hits of the one above it only.
FORKED = ("delta-channel", "fork-by-update", "replay")
PATIENT = FindBudget(seconds=600, bytes=10**12, hits=10**9)
WHOLE = ReadBudget(rows=10_000, bytes=10**9)


def finder_of(reader: Reader, word: str, thread_id: str, checkpoint_ns: str = "", *, case: bool = False) -> Finder:
    return Finder(reader.store, reader.sight, Needle(word, case), thread_id, checkpoint_ns)


def mark(hit: Hit) -> tuple[Any, ...]:
    return hit.row.checkpoint_id, hit.kind, hit.channel, hit.path, hit.found, hit.times, hit.task_id


@pytest.mark.one_in(3)
def test_each_text_is_found_at_the_step_that_brought_it(library: Library) -> None:
    found: Counter[str] = Counter()
    for slug, thread_id in threads_of(library):
        for namespace in library.reader.read_namespaces(thread_id):
            steps = list(read_whole(library.reader, thread_id, namespace.checkpoint_ns))
            for word in WORDS:
                hits = finder_of(library.reader, word, thread_id, namespace.checkpoint_ns).find(budget=PATIENT).hits
                found[slug] += len(hits)
                _compare(hits, steps, word)
    assert not [slug for slug, _ in threads_of(library) if not found[slug]]


@pytest.mark.one_in(3)
def test_a_search_that_stops_after_each_hit_finds_the_same(library: Library) -> None:
    for slug, thread_id in threads_of(library, "delta-channel", "fork-by-update", "replay", "tool-agent"):
        whole = finder_of(library.reader, "content", thread_id).find(budget=PATIENT)
        for budget in (FindBudget(600, 10**12, 1), FindBudget(-1, 10**12, 10**9)):
            parts = list(go_on(library.reader, "content", thread_id, budget))
            assert all(len(part.hits) <= budget.hits for part in parts)
            hits = [hit for part in parts for hit in part.hits]
            known = {mark(hit) for hit in whole.hits}
            assert [mark(hit) for hit in hits if mark(hit) in known] == [mark(hit) for hit in whole.hits]
            twice = [hit for hit in hits if mark(hit) not in known]  # what a fork took in was told there as well
            around = {hit.found.around for hit in whole.hits}
            assert all(hit.kind in ("write", "input") and hit.found.around in around for hit in twice)
            assert not twice or slug in FORKED


def threads_of(library: Library, *slugs: str) -> list[tuple[str, str]]:
    """The threads of the plays above, or of some of them, with the play's name."""
    played = [
        library.find(slug, durability)
        for slug, durability in PLAYS
        if (not slugs or slug in slugs) and is_playable(library.layout, slug, durability)
    ]
    return [(one.slug, thread_id) for one in played for thread_id in {thread.thread_id for thread in one.threads}]


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
    held = {
        (step.checkpoint.checkpoint_id, channel): search(state.value, needle, channel)
        for step in steps
        for channel, state in step.states.items()
        if not state.rebuilt  # LangGraph stores no value: its writes are found instead
    }
    told = Counter(mark(hit)[:6] for hit in hits if hit.kind in ("value", "input"))
    joined = {(one.checkpoint_id, hit.found.around) for hit in hits for one in hit.also}
    expected = set()
    for (checkpoint_id, channel), searched in held.items():
        before = by_id.get(by_id[checkpoint_id].checkpoint.parent_checkpoint_id or "")
        older = before.states.get(channel) if before is not None else None
        new = added(search(older.value, needle, channel) if older is not None else None, searched)
        kind = "input" if channel == INPUT else "value"
        expected |= {
            (checkpoint_id, kind, channel, path_text(one.path), one, times)
            for one, times in by_text(new)
            if kind == "value" or (checkpoint_id, one.around) not in joined
        }
    assert told == Counter(expected)
    words = {hit.found.before[-8:].strip() for hit in hits}  # whatever is news and what is not: none is lost
    assert {one.before[-8:].strip() for searched in held.values() for one, _ in by_text(searched.found)} <= words
    seen = {(hit.row.checkpoint_id, hit.found.around) for hit in hits}
    for step, write in itertools.chain.from_iterable(((step, one) for one in step.writes) for step in steps):
        for found, _ in by_text(search(write.value, needle, write.channel).found):
            where = (step.checkpoint.checkpoint_id, found.around)
            assert where in seen or where in joined
