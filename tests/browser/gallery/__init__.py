"""Threads to look at and to test pages with: long ones, branched ones, hostile ones, in every script.

    python -m tests.browser.gallery sqlite:////tmp/gallery.db
    inspector serve --store sqlite:////tmp/gallery.db

Real graphs write them through LangGraph's own savers. `build(url)` fills an empty store and gives the threads' ids.
"""

from __future__ import annotations

from tests.browser.gallery.lengths import put_lengths
from tests.browser.gallery.savers import open_saver
from tests.browser.gallery.shapes import put_shapes
from tests.browser.gallery.states import put_states
from tests.browser.gallery.talk import put_talk
from tests.browser.gallery.trouble import put_trouble


def build(url: str) -> tuple[str, ...]:
    with open_saver(url) as saver:
        parts = (put(saver) for put in (put_lengths, put_shapes, put_talk, put_states, put_trouble))
        return tuple(thread_id for part in parts for thread_id in part)
