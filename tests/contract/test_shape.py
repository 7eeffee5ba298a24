"""Who may see shapes only is shown no text that anybody stored, by no way of reading, in any layout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from typing import Any

import pytest

from inspector.decode import Sight
from inspector.domain.deferred import Deferred
from inspector.domain.diff import diff_state
from inspector.domain.find import Needle
from inspector.domain.value import Binary, CutText, Omitted, Pairs, Tagged, Value, to_json
from inspector.errors import NotAllowed
from inspector.reader import Reader
from inspector.reader.branch import read_branch
from inspector.reader.channel_steps import walk_channel
from inspector.reader.finding import Finder
from inspector.reader.whole import WholeThread
from inspector.stores.differences import LAYOUTS, REDIS_SHALLOW
from tests.canaries import CANARY, Planted, leaks, plant
from tests.contract.conftest import ReaderOf
from tests.contract.library import Library
from tests.contract.places import StoreUnderTest

_VALUES = (list, dict, Tagged, Pairs, Binary, CutText, Omitted, str, int, float, type(None))


@pytest.fixture
def planted(place: StoreUnderTest) -> Planted:
    with place.open_saver() as saver:
        return plant(saver, place.layout)


def test_no_planted_text_is_in_anything_that_is_read_by_shape(
    place: StoreUnderTest, planted: Planted, reader_of: ReaderOf
) -> None:
    whole = replace(reader_of(place), sight=Sight(key=planted.aes_key, names=frozenset({"worker_hostname"})))
    shaped = whole.shaped()
    seen: set[str] = set()
    for thread_id in planted.thread_ids:
        seen |= {one for _, told in _read_all(whole, thread_id) for one in leaks(told)}
        found = {name: leaks(told) for name, told in _read_all(shaped, thread_id)}
        assert {name: birds for name, birds in found.items() if birds} == {}, thread_id
    assert len(seen) > 50  # there was something to hide


def test_no_text_can_be_looked_for_by_shape(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    reader = reader_of(place).shaped()
    with pytest.raises(NotAllowed):
        Finder(reader.store, reader.sight, Needle(CANARY), "one", "")


@pytest.mark.one_in(3)
def test_shapes_of_all_scenarios_hold_no_text_of_a_message(library: Library) -> None:
    shaped = library.reader.shaped()
    for played, thread in library.threads():
        for namespace in library.reader.read_namespaces(thread.thread_id):
            where = (thread.thread_id, namespace.checkpoint_ns)
            texts = {text for told in _states(library.reader, *where) for text in _sentences(told)}
            shown = "\n".join(str(to_json(value)) for value in _states(shaped, *where))
            assert [text for text in texts if text in shown] == [], played.slug


@pytest.mark.one_in(3)
@pytest.mark.parametrize("layout", [layout for layout in LAYOUTS if layout != REDIS_SHALLOW])
def test_what_changed_is_told_alike_by_shape(library: Library) -> None:
    """Which channels changed, and how many entries each change has, are the same for both eyes."""
    compared = 0
    for _, thread in library.threads():
        told = [
            [(change.channel, change.kind, len(change.entries), change.unchanged) for change in changes]
            for changes in (
                _changes(library.reader, thread.thread_id),
                _changes(library.reader.shaped(), thread.thread_id),
            )
        ]
        assert told[0] == told[1], thread.thread_id
        compared += len(told[0])
    assert compared > 50


def _changes(reader: Reader, thread_id: str) -> list[Any]:
    found: list[Any] = []
    checkpoints = reader.read_history(thread_id).checkpoints
    for after, before in pairwise(checkpoints):
        old, new = ({state.channel: state.value for state in reader.read_state(one)} for one in (before, after))
        found += diff_state(old, new, before.channel_versions, after.channel_versions)
    return found


def _read_all(reader: Reader, thread_id: str) -> Iterator[tuple[str, str]]:
    """What each way of reading gives, as a text that holds all of it: by repr, and values as JSON, too."""
    (summary,) = reader.read_summaries([thread_id])
    yield "read_summaries", repr(summary)
    yield "read_standing", repr(reader.read_standing(thread_id))
    namespaces = reader.read_namespaces(thread_id)
    yield "read_namespaces", repr(namespaces)
    yield "read_calls", repr(reader.read_calls(thread_id, [one.checkpoint_ns for one in namespaces]))
    file = WholeThread(reader.store, thread_id, reader.sight)
    for namespace in namespaces:
        where = (thread_id, namespace.checkpoint_ns)
        history = reader.read_history(*where)
        yield "read_history", repr(history)
        yield "read_weighed", repr(reader.read_weighed(*where))
        yield "read_outline", repr(reader.read_outline(*where))
        yield "read_marks", repr(reader.read_marks(history.checkpoints))
        for step in file.steps(namespace.checkpoint_ns):
            yield "steps", _told([decoded for _, decoded in step.writes])
        yield "values", _told(list(file.values(namespace.checkpoint_ns)))
        branch = read_branch(reader.store, *where)
        for channel in history.checkpoints[0].channel_versions if branch and history.checkpoints else ():
            walk = walk_channel(reader.store, reader.sight, branch, channel, behind="", upwards=False, most=20)
            yield "walk_channel", _told([(step.before, step.after) for step in walk.steps])
        for number, checkpoint in enumerate(history.checkpoints):
            channels = list(checkpoint.channel_versions)
            yield "read_checkpoint", repr(reader.read_checkpoint(*where, checkpoint.checkpoint_id))
            yield "read_state", _told(reader.read_state(checkpoint, load=channels))
            writes = reader.read_writes(checkpoint)
            yield "read_writes", _told(writes)
            tasks = reader.read_tasks(checkpoint, writes)
            yield "read_tasks", _told((tasks, reader.read_inner_tasks(tasks, writes)))
            before = history.checkpoints[number + 1] if number + 1 < len(history.checkpoints) else None
            yield "read_changed", _told(reader.read_changed(before, checkpoint, channels, load=channels))


def _told(found: Any) -> str:
    return "\n".join([repr(found), *(str(to_json(value)) for value in _trees(found))])


def _trees(found: Any) -> Iterator[Value]:
    """Values anywhere in what a reader gave."""
    if isinstance(found, Deferred):
        yield from _trees(found.value)
    elif isinstance(found, tuple):
        for item in found:
            yield from _trees(item)
    elif isinstance(found, _VALUES):
        yield found
    elif is_dataclass(found):
        for field in fields(found):
            yield from _trees(getattr(found, field.name))


def _states(reader: Reader, thread_id: str, checkpoint_ns: str) -> Iterator[Value]:
    for checkpoint in reader.read_history(thread_id, checkpoint_ns).checkpoints:
        yield from (state.value for state in reader.read_state(checkpoint))
        yield from (write.value for write in reader.read_writes(checkpoint))


def _sentences(value: Value) -> Iterator[str]:
    """Texts that are of more than one word, and keys likewise: no name or id of structure is."""
    match value:
        case str():
            yield from [value] if " " in value and len(value) > 8 else []
        case list():
            for item in value:
                yield from _sentences(item)
        case dict():
            for key, item in value.items():
                yield from _sentences(key)
                yield from _sentences(item)
        case Tagged():
            for item in value.fields.values():
                yield from _sentences(item)
        case Pairs():
            for key, item in value.items:
                yield from _sentences(key)
                yield from _sentences(item)
