"""A thread whose values are large enough for a byte budget to part them."""

from __future__ import annotations

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Played, PlayedThread, Stage
from tests.contract.places import Saver

SLUG = "contract-large"
THREAD_ID = "large"
#: Bytes of one message.
LARGE = 100_000


def play(saver: Saver) -> Played:
    """Four turns, each of whose checkpoints holds all messages so far."""
    stage, graph = Stage(saver, "sync", SLUG), build_chat(saver)
    stage.say(graph, stage.config(THREAD_ID), "small", "x" * LARGE, "y" * LARGE, "z" * LARGE)
    return Played(graph, (PlayedThread(THREAD_ID, turns=4),), SLUG)
