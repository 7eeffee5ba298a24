"""Threads of 3, 50, 500 and 5,000 checkpoints. The two long ones are real turns put again by the saver."""

from __future__ import annotations

from typing import Any

from benchmarks.copies import Copies
from inspector.demo.graphs.base import Saver
from inspector.demo.graphs.chat import build_chat, build_support
from tests.browser.gallery.configs import ask, config

THREE, FIFTY, MANY, MOST = "gallery-3", "gallery-50", "gallery-500", "gallery-5000"


def put_lengths(saver: Saver) -> tuple[str, ...]:
    chat, support = build_chat(saver), build_support(saver)
    ask(chat, config(THREE), "Hello")
    for number in range(10):
        ask(support, config(FIFTY, host=f"web-{number % 2 + 1}"), f"Where is order {4021 + number}?")
    for thread_id, count in ((MANY, 500), (MOST, 5_000)):
        _put_long(saver, support, thread_id, count)
    return THREE, FIFTY, MANY, MOST


def _put_long(saver: Any, support: Any, thread_id: str, checkpoints: int) -> None:
    template = f"{thread_id}-template"
    ask(support, config(template), "Where is order 4021?", "And where is order 4022?")
    copies = Copies(saver, template, thread_id)
    for number in range(2, checkpoints // copies.size + 1):
        copies.put(number)
    saver.delete_thread(template)
