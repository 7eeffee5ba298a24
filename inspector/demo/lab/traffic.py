"""Conversations as a load balancer sees them: every turn goes to the next host."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
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


@dataclass(slots=True)
class _Conversation:
    number: int
    user: str
    turns: int
    place: int  #: of the host that has its first turn
    done: int = 0

    def next_request(self, hosts: tuple[str, ...]) -> tuple[str, Request]:
        """The host whose turn it is, and what it is sent."""
        text = TEXTS[self.done % len(TEXTS)].format(name=self.user.capitalize(), number=self.number % 1000)
        host = hosts[(self.place + self.done) % len(hosts)]
        self.done += 1
        return host, Request(f"conv-{self.number}", text, self.user)


def converse(
    lab: Lab,
    *,
    conversations: int = 30,
    turns: tuple[int, ...] = TURNS,
    hosts: tuple[str, ...] = (),
    seed: int = 1,
    together: int = 0,
) -> None:
    """Rounds: in each, every open conversation has its next turn, all hosts (or these) working at once. `together` are
    open at a time, 0 for all. Each has a user of its own choice and a thread_id like "conv-1001", never the same twice
    in one lab. Failures go to `lab.errors`, and the conversation goes on."""
    hosts = hosts or lab.hosts
    dice = random.Random(seed)
    coming = deque(
        _Conversation(next(lab.numbers), dice.choice(USERS), turns[place % len(turns)], place)
        for place in range(conversations)
    )
    talking: list[_Conversation] = []
    while coming or talking:
        while coming and len(talking) < (together or conversations):
            talking.append(coming.popleft())
        requests = [one.next_request(hosts) for one in talking]
        for host, answer in [(host, lab.send(host, request)) for host, request in requests]:
            lab.wait(host, answer)
        talking = [one for one in talking if one.done < one.turns]
