"""One message through the versions of a list, without a store."""

from __future__ import annotations

import pytest

from inspector.domain.following import Event, Sighting, find_message, has_moved, list_events, next_versions
from inspector.domain.value import Value


def message(message_id: str, text: str = "hello") -> Value:
    return {"type": "human", "content": text, "id": message_id}


def state(*ids: str, text: str = "hello") -> list[Value]:
    return [message(name, text if name == "m" else "other") for name in ids]


def sightings(*states: list[Value]) -> dict[int, Sighting | None]:
    return {place: find_message(value, "m") for place, value in enumerate(states)}


def kinds(*states: list[Value]) -> list[tuple[str, int]]:
    return [(event.kind, event.at) for event in list_events(sightings(*states))]


def test_a_message_arrives_is_edited_removed_and_returns() -> None:
    told = kinds(state("a"), state("a", "m"), state("a", "m", text="bye"), state("a"), state("m", "a"))

    assert told == [("arrived", 1), ("edited", 2), ("removed", 3), ("returned", 4)]


def test_messages_that_come_and_go_in_front_of_it_do_not_move_it() -> None:
    assert kinds(state("a", "b", "m"), state("b", "m"), state("x", "b", "m", "c")) == [("arrived", 0)]


def test_a_message_that_changed_places_has_moved() -> None:
    assert kinds(state("m", "a", "b"), state("a", "b", "m")) == [("arrived", 0), ("moved", 1)]
    old, new = (find_message(value, "m") for value in (state("a", "m", "b"), state("b", "a", "m")))
    assert old is not None
    assert new is not None
    assert not has_moved(old, new)  # it was b that changed places


@pytest.mark.parametrize("most", [1, 3, 16])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 40])
def test_every_version_is_looked_at_once_in_the_end(count: int, most: int) -> None:
    looked: dict[int, Sighting | None] = {}
    while places := next_versions(looked, count, most):
        assert len(places) <= most
        for place in places:
            assert place not in looked
            looked[place] = find_message(state("m") if place > count // 3 else state("a"), "m")

    assert sorted(looked) == list(range(count))


@pytest.mark.parametrize("most", [1, 16])
def test_the_arrival_among_many_versions_is_found_in_a_few_looks(most: int) -> None:
    looked: dict[int, Sighting | None] = {}
    while len(looked) < 12:
        for place in next_versions(looked, 1_000, most):
            looked[place] = find_message(state("m") if place >= 617 else state("a"), "m")

    (event,) = list_events(looked)
    assert event == Event("arrived", 616, 617)
    assert event.exactly


def test_what_lies_between_two_versions_that_were_not_looked_at_is_not_exact() -> None:
    (event,) = list_events({0: None, 9: find_message(state("m"), "m")})

    assert not event.exactly


def test_a_message_by_itself_is_found_as_well_as_one_in_a_list() -> None:
    assert find_message(message("m"), "m") == Sighting(message("m"), 0, ("m",))
    assert find_message("m", "m") is None
    assert find_message([None, 3, message("a")], "m") is None
