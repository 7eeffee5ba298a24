"""Threads to look at and to test pages with: long ones, branched ones, hostile ones, in every script.

    python -m tests.browser.gallery sqlite:////tmp/gallery.db
    inspector serve --store sqlite:////tmp/gallery.db

Real graphs write them through LangGraph's own savers. `build(url)` fills an empty store and gives the threads' ids.
"""

from __future__ import annotations

from tests.browser.gallery.lengths import FIFTY, MANY, MOST, THREE, put_lengths
from tests.browser.gallery.savers import open_saver
from tests.browser.gallery.shapes import DEEP, FORKS, GAPS, HOSTS, SIBLINGS, put_shapes
from tests.browser.gallery.states import HOSTILE, JSON, put_states
from tests.browser.gallery.talk import PICTURES, SCRIPTS, TOOLS, put_talk
from tests.browser.gallery.trouble import ASKED, ERRORS, HALF, put_trouble

PARTS = (put_lengths, put_shapes, put_talk, put_states, put_trouble)
#: The ids of its threads.
THREADS = (
    *(THREE, FIFTY, MANY, MOST),
    *(FORKS, SIBLINGS, HOSTS, DEEP, GAPS),
    *(SCRIPTS, TOOLS, PICTURES),
    *(HOSTILE, JSON),
    *(ERRORS, ASKED, HALF),
)


def build(url: str) -> tuple[str, ...]:
    """The ids of the threads that were written: `THREADS`."""
    with open_saver(url) as saver:
        return tuple(thread_id for put in PARTS for thread_id in put(saver))
