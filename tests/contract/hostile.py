"""Thread ids that are legal and unkind to a store: its keys, its queries, its collation, its file names.

Many stand beside a twin that a careless query takes for the same: another case, the same text with a space behind, one
half of a comma, the pattern that matches it.
"""

from __future__ import annotations

from inspector.demo.graphs.chat import build_chat
from inspector.demo.plays.hostile_thread_ids import HOSTILE
from inspector.demo.stage import Played, PlayedThread, Stage
from tests.contract.places import Saver

SLUG = "contract-thread-ids"
#: Beside the empty one, which the scenario `hostile-thread-ids` plays.
THREAD_IDS = tuple(
    dict.fromkeys(
        (
            *HOSTILE,
            "ada",
            "Ada",
            "ADA",
            "ada,bo",
            "bo",
            "ada, bo",
            "ada:bo",
            "ada:__empty__",
            "ada:__empty__:1ef",
            "__empty__",
            "00000000-0000-0000-0000-000000000001",
            "ada*",
            "*",
            "[a-z]da",
            "?da",
            "ada ",
            " ada",
            "ada\n",
            "\n",
            " ",
            "%",
            "_da",
            "{ada}",
            "ada|bo",
            "@thread_id:{ada}",
            "-ada",
            "~",
            "ünï",
            "u\u0308ni\u0308",
            "👩🏽‍💻",
            "\ufeffada",
            "ada\u200b",
            "x" * 4095 + "y",
            "x" * 5000,
            "x" * 4999 + "z",
        )
    )
)


def play(saver: Saver) -> Played:
    """One turn each, and two on every third."""
    stage, graph = Stage(saver, "sync", SLUG), build_chat(saver)
    turns = {thread_id: 2 if number % 3 == 0 else 1 for number, thread_id in enumerate(THREAD_IDS)}
    for thread_id, count in turns.items():
        stage.say(graph, stage.config(thread_id), *(["Where is that order?"] * count))
    return Played(graph, tuple(PlayedThread(thread_id, turns=count) for thread_id, count in turns.items()), SLUG)
