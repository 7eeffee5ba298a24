"""Errors and the places of tasks, in words."""

from __future__ import annotations

import pytest

from inspector.tags.tasks import error_text, task_place
from inspector.views.steps import mark_names


@pytest.mark.parametrize(
    ("stored", "kind", "message"),
    [
        (repr(ValueError("boom")), "ValueError", "boom"),
        (repr(RuntimeError("two\nlines 'and' \"quotes\"")), "RuntimeError", "two\nlines 'and' \"quotes\""),
        (repr(KeyError("id", 3)), "KeyError", "'id', 3"),
        (repr(TimeoutError()), "TimeoutError", ""),
        ("httpx.ReadTimeout('slow',)", "httpx.ReadTimeout", "slow"),
        ("Something happened.", "", "Something happened."),
        ("Error('cut in the mid", "", "Error('cut in the mid"),
        ("E('a' 'b')", "E", "'a' 'b'"),
        ("E(__import__('os'))", "E", "__import__('os')"),
        ("E('\\xzz')", "E", "'\\xzz'"),
    ],
)
def test_an_errors_class_and_message_are_told_apart(stored: str, kind: str, message: str) -> None:
    found = error_text(stored)
    assert (found.kind, found.message) == (kind, message)


def test_long_errors_are_folded_and_short_ones_are_not() -> None:
    assert not error_text("ValueError('boom')").is_long
    assert error_text(repr(ValueError("x" * 500))).is_long
    assert error_text(repr(ValueError("\n" * 9 + "end"))).is_long
    assert error_text(repr(ValueError("\nfirst\nsecond"))).first_line == "first"
    assert error_text("E('" + "x" * 30_000 + "')").kind == ""  # too long to be looked into


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("~__pregel_pull, bot", ""),
        ("~__pregel_push, 0000000002, 0000000000", "Send 3"),
        ("~__pregel_push, ~__pregel_pull, flow, 0000000001, 0000000001", "call 2 in flow"),
        ("~__pregel_push, ~__pregel_pull, flow, later, 0000000001", "called in flow"),
        ("", ""),
        ("something else", ""),
    ],
)
def test_a_task_path_says_how_a_task_came_to_be(path: str, words: str) -> None:
    assert task_place(path) == words


@pytest.mark.parametrize(
    ("source", "names", "went_on", "resumed", "marks"),
    [
        ("loop", ("failed",), False, False, ("failed",)),
        ("loop", ("failed", "asked"), True, True, ("failed", "retried", "asked")),
        ("loop", ("failed",), True, False, ("failed", "handled")),
        ("loop", (), True, True, ("resumed",)),
        ("loop", ("asked", "answered"), True, True, ("asked", "answered")),
        ("fork", (), True, True, ()),
        ("update", (), True, True, ()),
        ("input", (), True, False, ()),
    ],
)
def test_marks_tell_how_a_thread_went_on(
    source: str, names: tuple[str, ...], went_on: bool, resumed: bool, marks: tuple[str, ...]
) -> None:
    assert mark_names(source, names, went_on, resumed) == marks
