"""Conversations as a load balancer sees them: every turn goes to the next host."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from inspector.demo.lab.scenario import Request

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab

USERS = ("ada", "bo", "chen", "dilara", "emeka", "freya", "goran", "hana")
TEXTS = (
    "Hi, this is {name}. Where is order 4{number:03}?",
    "Can I still change the address for that order?",
    "And what was my name again?",
    "Thank you. What did I ask you before?",
)
#: Turns of conversations, drawn from these: one in ten is content with the first answer.
TURNS = (1, 2, 2, 3, 3, 3, 3, 4, 4, 4)


def converse(
    lab: Lab, *, conversations: int = 30, turns: tuple[int, ...] = TURNS, hosts: tuple[str, ...] = (), seed: int = 1
) -> None:
    """Waves: in each, every conversation that has a turn left gets it, all hosts (or these) working at once. Each has a
    user of its own choice and a thread_id like "conv-1001", never the same twice in one lab. Failures go to
    `lab.errors`, and the conversation goes on."""
    hosts = hosts or lab.hosts
    dice = random.Random(seed)
    open_ones = [(next(lab.numbers), dice.choice(USERS), turns[n % len(turns)]) for n in range(conversations)]
    for turn in range(max(turns)):
        asked = []
        for place, (number, user, length) in enumerate(open_ones):
            if turn >= length:
                continue
            text = TEXTS[turn % len(TEXTS)].format(name=user.capitalize(), number=number % 1000)
            host = hosts[(place + turn) % len(hosts)]
            asked.append((host, lab.send(host, Request(f"conv-{number}", text, user))))
        for host, answer in asked:
            lab.wait(host, answer)
