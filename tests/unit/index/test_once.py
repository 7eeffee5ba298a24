"""Within one look a number is read once; the next look, another thread and no look at all read it anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from inspector.index.once import once, one_look


def test_one_look_reads_once() -> None:
    numbers = count()
    with one_look():
        assert [once("all", lambda: next(numbers)) for _ in range(3)] == [0, 0, 0]
        assert once("other", lambda: next(numbers)) == 1
    with one_look():
        assert once("all", lambda: next(numbers)) == 2


def test_without_a_look_every_time_is_a_new_one() -> None:
    numbers = count()
    assert [once("all", lambda: next(numbers)) for _ in range(2)] == [0, 1]


def test_another_thread_has_no_part_in_a_look() -> None:
    numbers = count()
    with one_look(), ThreadPoolExecutor(1) as pool:
        assert once("all", lambda: next(numbers)) == 0
        assert pool.submit(once, "all", lambda: next(numbers)).result() == 1


def test_what_could_not_be_read_is_asked_again() -> None:
    with one_look():
        with pytest.raises(ZeroDivisionError):
            once("all", lambda: 1 // 0)
        assert once("all", lambda: 7) == 7
