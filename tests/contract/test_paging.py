"""A long namespace is paged from both ends and around any checkpoint, and every page numbers its turns as the whole."""

from __future__ import annotations

import pytest

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Stage
from inspector.domain.thread import ThreadHistory
from inspector.reader import At
from inspector.stores.base import ReadBudget
from inspector.stores.differences import POSTGRES, REDIS, SQLITE
from tests.contract.conftest import ReaderOf
from tests.contract.large import THREAD_ID
from tests.contract.library import Library
from tests.contract.places import StoreUnderTest

pytestmark = pytest.mark.parametrize("layout", [POSTGRES, SQLITE, REDIS])
ROWS = 5
#: Of the large thread.
CHECKPOINTS = 12


@pytest.fixture
def whole(library: Library) -> ThreadHistory:
    return library.reader.read_history(THREAD_ID)


def read(library: Library, at: At, rows: int = ROWS) -> ThreadHistory:
    return library.reader.read_history(THREAD_ID, at=at, budget=ReadBudget(rows=rows))


def ids(history: ThreadHistory) -> list[str]:
    return [item.checkpoint_id for item in history.checkpoints]


def test_pages_join_from_the_newest_to_the_oldest_and_back(library: Library, whole: ThreadHistory) -> None:
    everything = ids(whole)
    assert len(everything) == CHECKPOINTS
    down, page = [], read(library, At())
    while page.checkpoints:
        down += ids(page)
        assert (page.newer, page.older) == (len(down) - len(page.checkpoints), CHECKPOINTS - len(down))
        page = read(library, At(before=down[-1]))
    assert down == everything

    up, page = [], read(library, At(after=""))
    while page.above:
        assert len(page.checkpoints) == ROWS
        up = ids(page) + up
        page = read(library, At(after=up[0]))
    assert everything == list(dict.fromkeys(ids(page) + up))  # the newest page is as long as the others


def test_a_page_around_a_checkpoint_holds_it_and_tells_both_neighbours(library: Library, whole: ThreadHistory) -> None:
    everything = ["", *ids(whole), ""]
    for checkpoint_id in everything[1:-1]:
        page = read(library, At(around=checkpoint_id))
        assert page.find(checkpoint_id)
        first, last = everything.index(ids(page)[0]), everything.index(ids(page)[-1])
        assert (page.above, page.beyond) == (everything[first - 1], everything[last + 1])


def test_every_page_says_of_a_checkpoint_what_the_whole_history_says(library: Library, whole: ThreadHistory) -> None:
    for at in (At(), At(after=""), *(At(around=one) for one in ids(whole))):
        for rows in (1, 2, ROWS):
            for item in read(library, at, rows).checkpoints:
                assert item == whole.find(item.checkpoint_id)


@pytest.mark.parametrize("size", [10, 6_000, 150_000])
def test_a_page_that_its_bytes_cut_still_holds_what_it_was_asked_for(
    library: Library, whole: ThreadHistory, size: int
) -> None:
    budget = ReadBudget(rows=ROWS, bytes=size)
    oldest = library.reader.read_history(THREAD_ID, at=At(after=""), budget=budget)
    assert ids(oldest)[-1] == ids(whole)[-1]
    for checkpoint_id in ids(whole):
        around = library.reader.read_history(THREAD_ID, at=At(around=checkpoint_id), budget=budget)
        assert around.find(checkpoint_id)


def test_inputs_that_are_kept_are_read_anew_when_checkpoints_go(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    with place.open_saver() as saver:
        stage, graph = Stage(saver, "sync", "kept"), build_chat(saver)
        config = stage.config("kept")
        stage.say(graph, config, "one", "two", "three")
        reader = reader_of(place)
        budget = ReadBudget(rows=2)
        assert {item.turn for item in reader.read_history("kept", budget=budget).checkpoints} == {3}
        stage.say(graph, config, "four")
        assert {item.turn for item in reader.read_history("kept", budget=budget).checkpoints} == {4}
        saver.delete_thread("kept")
        stage.say(graph, config, "one", "two")
        assert {item.turn for item in reader.read_history("kept", budget=budget).checkpoints} == {2}
