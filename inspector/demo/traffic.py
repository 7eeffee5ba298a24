"""What the demo's customers do: conversations as lists of steps, each for a named host.

Pure data and dice, no LangGraph: the fleet plays load balancer with it, the workers do the work.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

Action: TypeAlias = Literal["input", "resume", "retry", "edit", "replay", "crash"]

WEB = ("web-1", "web-2")
FORGETFUL = "web-3"  # makes a random thread_id for every request: the fault that the demo is about
IN_MEMORY = "web-4"  # keeps its checkpoints in its own memory, where the others do not find them
BATCH = "worker-1"
HOSTS = (*WEB, FORGETFUL, IN_MEMORY, BATCH)
ASTRAY = "web-5"  # writes to another store than the others, where the demo has one

NAMES = ("Ada", "Bo", "Chen", "Dilara", "Emeka", "Freya", "Goran", "Hana", "Ines", "Jonas", "Kofi", "Lena")
TOPICS = ("Which tent for two?", "Which gas stove?", "A head lamp for caving?", "Boots for wide feet?")


@dataclass(frozen=True)
class Step:
    """One request: who handles it and what it asks. `value` is the input or the answer to an interrupt."""

    host: str
    action: Action
    value: Any = None
    durability: str = "async"
    fails: bool = False  # the payment service is down during this request


@dataclass
class Conversation:
    """One customer's thread with one assistant, and the steps that are still to come."""

    thread_id: str
    graph: str
    user_id: str
    steps: list[Step] = field(default_factory=list)

    def next_request(self) -> dict[str, Any]:
        """Take the next step, as the message that goes to its host."""
        step = self.steps.pop(0)
        return {**asdict(step), "thread_id": self.thread_id, "graph": self.graph, "user_id": self.user_id}


class Script:
    """Draws conversations. The same seed draws the same ones."""

    def __init__(self, token: str, seed: int = 1, *, astray: bool = False) -> None:
        self._kinds = KINDS | (KINDS_ASTRAY if astray else {})
        self._dice = random.Random(seed)
        self._token = token
        self._number = 0

    def opening(self) -> list[Conversation]:
        """The first burst: every kind as often as it is weighted, in a random order, and the crash at its end."""
        kinds = [kind for kind, weight in self._kinds.items() for _ in range(weight)]
        self._dice.shuffle(kinds)
        return [self._draw(kind) for kind in [*kinds, "crash"]]

    def endless(self) -> Iterator[Conversation]:
        """Then one after the other, for ever."""
        kinds, weights = list(self._kinds), list(self._kinds.values())
        while True:
            yield self._draw(self._dice.choices(kinds, weights)[0])

    def _draw(self, kind: str) -> Conversation:
        self._number += 1
        name = self._dice.choice(NAMES)
        graph, make = MAKERS[kind]
        thread_id = f"{graph}-{name.lower()}-{self._token}{self._number:03d}"
        return Conversation(thread_id, graph, name.lower(), make(self._dice, name))


def _said(text: str) -> dict[str, Any]:
    return {"messages": [["user", text]]}


def _order(dice: random.Random) -> int:
    return dice.randrange(4000, 4999)


def _taking_turns(dice: random.Random, texts: list[str], hosts: tuple[str, ...]) -> list[Step]:
    """One step a text, the hosts in turn, beginning with any of them; one durability for all."""
    first = dice.randrange(len(hosts))
    durability = dice.choice(("async", "async", "sync", "exit"))
    return [
        Step(hosts[(first + number) % len(hosts)], "input", _said(text), durability)
        for number, text in enumerate(texts)
    ]


def _support_texts(dice: random.Random, name: str) -> list[str]:
    texts = [
        f"Hi, I'm {name}. Where is order {_order(dice)}?",
        "Can I still change the address for that order?",
        f"Please look at order {_order(dice)} and order {_order(dice)}, too.",
        "And what was my name again?",
        "Thank you. What did I ask you before?",
    ]
    return texts[: dice.choice((2, 3, 4, 5))]


def _support(dice: random.Random, name: str) -> list[Step]:
    return _taking_turns(dice, _support_texts(dice, name), WEB)


def _support_forgetful(dice: random.Random, name: str) -> list[Step]:
    """Every turn, or every other one, is handled by the host that forgets."""
    hosts = dice.choice(((FORGETFUL,), (FORGETFUL, "web-1"), (FORGETFUL, "web-2")))
    return _taking_turns(dice, _support_texts(dice, name), hosts)


def _support_in_memory(dice: random.Random, name: str) -> list[Step]:
    """Every turn, or every other one, is handled by the host whose memory is its own. Where it is every turn, the store
    never hears of the thread."""
    hosts = dice.choice(((IN_MEMORY,), (IN_MEMORY, "web-1"), (IN_MEMORY, "web-2")))
    return _taking_turns(dice, _support_texts(dice, name), hosts)


def _support_astray(dice: random.Random, name: str) -> list[Step]:
    """Every turn, or every other one, is handled by the host that writes to the other store: there one half of the
    conversation is kept, here the other."""
    hosts = dice.choice(((ASTRAY,), (ASTRAY, "web-1"), (ASTRAY, "web-2")))
    return _taking_turns(dice, _support_texts(dice, name), hosts)


def _refund_astray(dice: random.Random, name: str) -> list[Step]:
    """Asked and answered by the one host: a deployment that is whole, with a store of its own."""
    return [Step(ASTRAY, step.action, step.value, step.durability) for step in _refund(dice, name)]


def _single(dice: random.Random, name: str) -> list[Step]:
    """Somebody who asks once and is content: a one-turn thread that is no fault."""
    return _taking_turns(dice, [f"Hi, I'm {name}. Where is order {_order(dice)}?"], WEB)


def _concierge(dice: random.Random, name: str) -> list[Step]:
    texts = [
        "I need a tent and two of the lamp.",
        "And boots, please.",
        "I moved to Graz.",
        "Remove the lamp.",
    ]
    return _taking_turns(dice, texts[: dice.choice((2, 3, 4))], WEB)


def _refund(dice: random.Random, name: str) -> list[Step]:
    asked, answered = dice.sample(WEB, 2)
    durability = dice.choice(("sync", "async", "exit"))
    ask = Step(asked, "input", _said(f"Please refund order {_order(dice)}, it is broken."), durability)
    decision = {"approved": dice.random() < 0.7, "by": dice.choice(("Mara", "Tomas"))}
    return [ask, Step(answered, "resume", decision, durability)]


def _refund_waiting(dice: random.Random, name: str) -> list[Step]:
    return _refund(dice, name)[:1]


def _checkout(dice: random.Random, name: str) -> list[Step]:
    """The payment fails; half of them run on later, elsewhere."""
    tried, retried = dice.sample(WEB, 2)
    failed = Step(tried, "input", _said("I'll take the tent."), dice.choice(("sync", "async")), fails=True)
    return [failed, Step(retried, "retry")] if dice.random() < 0.5 else [failed]


def _research(dice: random.Random, name: str) -> list[Step]:
    topics = dice.sample(TOPICS, dice.choice((1, 2)))
    return [Step(BATCH, "input", _said(topic), dice.choice(("async", "exit"))) for topic in topics]


def _grading(dice: random.Random, name: str) -> list[Step]:
    documents = [f"review {number} by {name} " + "good " * number for number in range(1, dice.randrange(4, 8))]
    return [Step(BATCH, "input", {"documents": documents}, dice.choice(("sync", "exit")))]


def _advice(dice: random.Random, name: str) -> list[Step]:
    return _taking_turns(dice, ["My knee hurts.", "Now the other one, too."], (BATCH, "web-2"))


def _edited(dice: random.Random, name: str) -> list[Step]:
    """Staff rewrites the customer's first message and lets the agent answer again: a fork."""
    steps = _taking_turns(dice, _support_texts(dice, name)[:2], WEB)
    return [*steps, Step(BATCH, "edit", _said(f"Where is order {_order(dice)}?"))]


def _replayed(dice: random.Random, name: str) -> list[Step]:
    """Somebody runs the first turn's tool call again: a fork, too."""
    texts = _support_texts(dice, name)[:2]
    return [Step("web-1", "input", _said(text), "sync") for text in texts] + [Step("web-2", "replay")]


def _crash(dice: random.Random, name: str) -> list[Step]:
    """The host is killed while it works; nobody goes on with it."""
    return [Step(BATCH, "crash", _said("I'll take the boots."), "sync")]


Maker: TypeAlias = Callable[[random.Random, str], list[Step]]
MAKERS: dict[str, tuple[str, Maker]] = {
    "support": ("support", _support),
    "support-forgetful": ("support", _support_forgetful),
    "support-in-memory": ("support", _support_in_memory),
    "support-astray": ("support", _support_astray),
    "refund-astray": ("refund", _refund_astray),
    "single": ("support", _single),
    "concierge": ("concierge", _concierge),
    "refund": ("refund", _refund),
    "refund-waiting": ("refund", _refund_waiting),
    "checkout": ("checkout", _checkout),
    "research": ("research", _research),
    "grading": ("grading", _grading),
    "advice": ("advice", _advice),
    "edited": ("support", _edited),
    "replayed": ("support", _replayed),
    "crash": ("checkout", _crash),
}
# How often each kind is drawn; the sum is the number of conversations in the first burst.
KINDS = {
    "support": 20,
    "support-forgetful": 12,
    "support-in-memory": 5,
    "single": 4,
    "concierge": 8,
    "refund": 5,
    "refund-waiting": 3,
    "checkout": 4,
    "research": 5,
    "grading": 3,
    "advice": 3,
    "edited": 2,
    "replayed": 2,
}
# Drawn as well where there is another store.
KINDS_ASTRAY = {"support-astray": 8, "refund-astray": 2}
