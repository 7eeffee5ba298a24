"""Conversations that were torn into threads of one turn are put together again, as the truth says that they were."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from benchmarks.conversation_phrases import TRAVEL
from benchmarks.conversation_truth import HOSTS, MIDNIGHT, compare, generate, pauses
from inspector.orphans.conversations.cluster import LENIENT, MOST, find_conversations, split_all
from inspector.orphans.conversations.find import told_apart, wanted
from inspector.orphans.conversations.opening import LIKELY, TOLD, Opening
from inspector.orphans.conversations.pause import Pause
from inspector.orphans.conversations.texts import Said, Texts

GUESS = Pause()


def at(seconds: float, owner: str = "ada", **more: object) -> Opening:
    thread_id = str(more.pop("thread_id", f"{owner}-{seconds}"))
    more.setdefault("shape", "uuid4")
    return Opening(thread_id, MIDNIGHT + timedelta(seconds=seconds), owner, **more)  # type: ignore[arg-type]


def ids(*openings: Opening) -> list[tuple[str, ...]]:
    return [group.thread_ids for group in find_conversations(openings, GUESS)]


@pytest.mark.parametrize("seed", range(4))
def test_with_an_owner_pairs_are_right_and_few_are_missed(seed: int) -> None:
    turns = generate(seed, owners=500, days=1)
    openings = [turn.opening for turn in turns]
    groups = find_conversations(openings, Pause.learn(pauses(seed)))
    found = compare(turns, groups)
    assert found.precision >= 0.98
    assert found.recall >= 0.95
    owners = {turn.opening.thread_id: turn.opening.owner for turn in turns}
    assert all(len({owners[one] for one in group.thread_ids}) == 1 for group in groups)


def test_as_pages_do_it_by_time_first_and_then_by_some_of_the_words() -> None:
    """Words only part what time has joined, so that time has to join more than it would by itself."""
    turns = generate(101, owners=500, days=1)
    pause = Pause.learn(pauses(101))
    said = {turn.opening.thread_id: Said(turn.opening.first or "") for turn in turns}
    by_time = find_conversations([replace(turn.opening, first=None) for turn in turns], pause, LENIENT)
    groups = []
    for group in by_time:
        read = Texts({thread_id: said[thread_id] for thread_id in wanted([group], [])})
        groups += told_apart(group, read, pause)
    found = compare(turns, groups)
    assert found.precision >= 0.98
    assert found.recall >= 0.95


def test_other_words_than_the_rules_were_made_with_do_hardly_worse() -> None:
    turns = generate(11, owners=500, days=1, phrases=TRAVEL)
    found = compare(turns, find_conversations([turn.opening for turn in turns], Pause.learn(pauses(11))))
    assert found.precision >= 0.96
    assert found.recall >= 0.95


def test_what_a_page_joins_does_not_hang_on_how_many_threads_it_looks_at() -> None:
    """1,200 threads of 2,000 owners are an hour of theirs, and none of it tells how long their breaks are."""
    turns = generate(2, owners=2_000, days=1)[12_000:13_200]
    openings = [replace(turn.opening, first=None) for turn in turns]
    found = compare(turns, find_conversations(openings, Pause.learn(pauses(2))))
    assert found.precision >= 0.96
    assert found.recall >= 0.94


def test_a_group_that_is_as_likely_wrong_as_right_is_none() -> None:
    """Either of two threads may have been gone on with; a long row falls apart where it is weakest."""
    one, other, after = at(0, graph="shop"), at(0, graph="support", thread_id="z"), at(30, graph="")
    assert len(ids(one, after)) == 1
    assert ids(one, other, after) == []
    row = [at(number * 60 + (150 if number > 120 else 0), thread_id=f"t{number:03}") for number in range(300)]
    groups = find_conversations(row, GUESS)
    assert all(group.confidence >= TOLD for group in groups)
    assert ("t120", "t121") not in {pair for group in groups for pair in pairwise(group.thread_ids)}
    assert sum(len(group.openings) for group in groups) == 300


def test_with_an_owner_and_without_a_text_most_pairs_are_right() -> None:
    turns = generate(7, owners=500, days=1)
    openings = [replace(turn.opening, first=None) for turn in turns]
    found = compare(turns, find_conversations(openings, Pause.learn(pauses(7))))
    assert found.precision >= 0.96
    assert found.recall >= 0.95


@pytest.mark.parametrize("owners", [5, 25, 300])
def test_without_an_owner_what_is_called_likely_is_right_four_times_in_five(owners: int) -> None:
    said = right = 0
    for seed in range(8 if owners < 100 else 2):
        turns = generate(seed, owners=owners, days=1, keyed=False)
        groups = find_conversations([turn.opening for turn in turns], Pause.learn(pauses(seed)))
        found = compare(turns, [group for group in groups if group.likely])
        said, right = said + found.said, right + found.right
    assert said > 5
    assert right / said >= LIKELY


def test_without_an_owner_a_crowd_makes_less_sure() -> None:
    """The same follow-up, after one thread and after many like it."""
    asked = [
        at(-20 - number, "", first=f"Hello, where is parcel {9_000 + number}?", hosts=("h",)) for number in range(9)
    ]
    answer = at(0, "", first="and when does it come?", hosts=("h",))
    (alone,) = find_conversations([asked[0], answer], GUESS)
    assert alone.others == 0
    assert find_conversations([*asked, answer], GUESS) == []
    tied = find_conversations([*asked, replace(answer, first="9004, and when does it come?")], GUESS)
    assert [group.thread_ids[0] for group in tied] == [asked[4].thread_id]
    assert tied[0].confidence < alone.confidence or tied[0].others > 0


@pytest.mark.parametrize("first", [None, "", "Where is order 4711?"])
def test_without_an_owner_nothing_is_joined_by_time_alone(first: str | None) -> None:
    assert ids(at(0, "", first="Hi, where is order 4712?", hosts=("h",)), at(30, "", first=first, hosts=("h",))) == []


def test_without_an_owner_threads_of_other_hosts_and_graphs_are_apart() -> None:
    first = at(0, "", first="Where is order 8841?", hosts=("a",), graph="support")
    follow = at(30, "", first="and 8841 again?", hosts=("a",), graph="support")
    assert len(ids(first, follow)) == 1
    assert ids(first, replace(follow, hosts=("b",))) == []
    assert ids(first, replace(follow, graph="concierge")) == []
    assert len(ids(replace(first, hosts=("a", "b")), replace(follow, hosts=("b",)))) == 1


def test_owners_are_never_mixed_whatever_they_say() -> None:
    openings = [at(number, f"u-{number % 2}", first="8841", graph="g") for number in range(20)]
    for group in find_conversations(openings, GUESS):
        assert {one.rpartition("-")[0] for one in group.thread_ids} == {group.owner}


def test_an_owner_in_two_graphs_at_once_has_two_conversations() -> None:
    support = [at(number * 30, graph="support", thread_id=f"s{number}") for number in range(3)]
    shop = [at(number * 30 + 10, graph="shop", thread_id=f"c{number}") for number in range(3)]
    assert set(ids(*support, *shop)) == {("s0", "s1", "s2"), ("c0", "c1", "c2")}


def test_a_thread_whose_graph_nobody_named_goes_on_with_what_is_nearest() -> None:
    assert ids(at(0, graph="shop", thread_id="a"), at(20, thread_id="b"), at(40, graph="shop", thread_id="c")) == [
        ("a", "b", "c")
    ]


def test_an_id_that_was_chosen_speaks_against_going_on_with_another_thread() -> None:
    topics = ("Which tent for two people?", "Which boots for wide feet?")
    openings = [at(number * 30, first=text) for number, text in enumerate(topics)]
    (made,) = find_conversations(openings, GUESS)
    chosen = find_conversations([replace(one, shape="") for one in openings], GUESS)
    assert made.likely
    assert not any(group.likely for group in chosen)


def test_equal_times_and_any_order_of_the_records_give_the_same_groups() -> None:
    openings = [at(number // 3 * 40, thread_id=f"t{number}") for number in range(12)]
    expected = ids(*openings)
    assert len(expected) == 1
    for seed in range(5):
        shuffled = openings.copy()
        random.Random(seed).shuffle(shuffled)
        assert ids(*shuffled) == expected


def test_a_long_break_ends_a_conversation_and_the_last_active_comes_first() -> None:
    assert ids(*(at(number, thread_id=f"{number}") for number in (0, 30, 9_000, 9_030))) == [
        ("9000", "9030"),
        ("0", "30"),
    ]


def test_a_greeting_in_the_middle_begins_anew_and_a_bare_number_does_not() -> None:
    said = ["Hi, where is my order?", "8841", "Hello, I need a tent.", "and a stove"]
    openings = [at(number * 40, first=text, thread_id=f"t{number}") for number, text in enumerate(said)]
    assert ids(*openings) == [("t2", "t3"), ("t0", "t1")]


def test_no_group_grows_beyond_what_a_person_says() -> None:
    openings = [at(number * 2, thread_id=f"t{number}") for number in range(MOST + 20)]
    groups = split_all(openings, GUESS)
    assert 50 < max(len(group.openings) for group in groups) <= MOST
    assert sum(len(group.openings) for group in groups) == len(openings)


def test_a_pause_is_learnt_from_threads_that_went_on_and_stays_within_reason() -> None:
    learnt = Pause.learn([10.0] * 50 + [14.0] * 50)
    assert learnt.middle == pytest.approx(14.0)
    assert learnt.learnt == 100
    assert Pause.learn([10.0] * 5) == GUESS
    assert Pause.learn([0.001] * 50).middle == 5.0
    assert Pause.learn([90_000.0] * 50).cut == 3_600.0
    assert GUESS.density(GUESS.cut + 1) == 0.0
    assert GUESS.density(0.0) >= GUESS.density(30.0) >= GUESS.density(600.0) > 0.0


def test_hosts_of_generated_threads_are_those_that_a_group_names() -> None:
    turns = generate(3, owners=5, days=1)
    for group in find_conversations([turn.opening for turn in turns], GUESS):
        assert set(group.hosts) <= set(HOSTS)
