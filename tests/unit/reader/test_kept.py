"""What is kept for the next page is bounded by its bytes, and the latest used stays."""

from __future__ import annotations

from inspector.reader.kept import Kept, text_bytes


def test_what_was_used_last_stays() -> None:
    kept: Kept[int] = Kept(1_000, namespaces=3)
    for number, name in enumerate("abc"):
        kept.put((name, ""), number, 10)
    assert kept.get(("a", "")) == 0
    kept.put(("d", ""), 3, 10)
    assert [kept.get((name, "")) for name in "abcd"] == [0, None, 2, 3]


def test_bytes_bound_what_is_kept() -> None:
    kept: Kept[int] = Kept(100)
    for number, name in enumerate("abc"):
        kept.put((name, ""), number, 40)
    assert [kept.get((name, "")) for name in "abc"] == [None, 1, 2]


def test_what_is_larger_than_all_may_be_is_not_kept_and_leaves_the_others() -> None:
    kept: Kept[int] = Kept(100)
    kept.put(("a", ""), 1, 40)
    kept.put(("b", ""), 1, 40)
    kept.put(("b", ""), 2, 101)
    assert kept.get(("a", "")) == 1
    assert kept.get(("b", "")) is None


def test_two_namespaces_of_a_thread_are_kept_apart() -> None:
    kept: Kept[int] = Kept(100)
    kept.put(("a", ""), 1, 10)
    kept.put(("a", "b"), 2, 10)
    assert (kept.get(("a", "")), kept.get(("a", "b"))) == (1, 2)


def test_long_texts_weigh_what_they_take() -> None:
    assert text_bytes(["x" * 10_000, None]) > 10_000
    assert text_bytes(["🧵" * 1_000]) > 4_000
