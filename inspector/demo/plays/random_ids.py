"""A new random thread_id for every request of one user: eight threads of one turn, each forgets the rest."""

from __future__ import annotations

import random
import uuid

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Eight requests. The ids are drawn from a seed, so that a failing test can be run again."""
    graph = build_chat(stage.saver)
    dice = random.Random(f"{stage.prefix} {stage.durability}")
    threads = []
    for number in range(8):
        thread_id = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        text = "Where is that order?" if number % 2 else "Hi, I'm Ada. It is about order 4021."
        stage.say(graph, stage.config(thread_id, user_id="ada", worker_hostname="web-3"), text)
        threads.append(PlayedThread(thread_id, turns=1))
    return played(graph, threads)
