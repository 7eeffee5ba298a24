"""Generated conversations whose turns were torn into threads of their own: what was one conversation is known.

Owners come back several times a day, talk to two graphs, now and then to both at once, pause as people do, and ask a
single question at times. Who begins anew with the same graph has mostly ended what was before, though perhaps a minute
ago; a few have two windows open. The texts are put together from phrases in several languages, some openings sound like
going on, and some turns in the middle like a beginning.
"""

from __future__ import annotations

import math
import random
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.conversation_phrases import NAMES, SHOP, Phrases
from inspector.orphans.conversations.opening import Group, Opening

MIDNIGHT = datetime(2026, 11, 16, tzinfo=UTC)
GRAPHS = ("support", "concierge")
HOSTS = ("web-1", "web-2", "web-3")
#: Seconds of a pause: the middle, and the width in powers of e.
PAUSE, WIDTH = 48.0, 0.95
#: Of the conversations that would begin before the last one has ended, so many do.
TWO_WINDOWS = 0.1


@dataclass(frozen=True, slots=True)
class Turn:
    """`conversation` tells what belongs together."""

    opening: Opening
    conversation: int


def generate(seed: int, *, owners: int = 500, days: int = 2, keyed: bool = True, phrases: Phrases = SHOP) -> list[Turn]:
    """Every turn a thread of its own, by a host that a load balancer chose. Without `keyed` nobody names the owner."""
    dice = random.Random(seed)  # noqa: S311
    turns: list[Turn] = []
    number = 0
    for owner in range(owners):
        name = f"u-{owner}" if keyed else ""
        for day in range(days):
            ends: dict[str, datetime] = {}
            for wished, graph in sorted(_day(dice, MIDNIGHT + timedelta(days=day))):
                number += 1
                begin = _begin(dice, wished, ends.get(graph, wished))
                found = list(_conversation(dice, (name, graph, number), begin, phrases))
                ends[graph] = max(found[-1].opening.at, ends.get(graph, begin))
                turns += found
    turns.sort(key=lambda turn: turn.opening.place)
    return turns


def _begin(dice: random.Random, begin: datetime, end: datetime) -> datetime:
    """Not before the last one with this graph has ended, but for those with two windows."""
    if begin < end and dice.random() > TWO_WINDOWS:
        return end + timedelta(seconds=dice.uniform(60, 3_600))
    return begin


def pauses(seed: int, threads: int = 400) -> Iterator[float]:
    """Of threads that went on, as the index knows them: the mean of all their pauses."""
    dice = random.Random(seed)  # noqa: S311
    for _ in range(threads):
        many = _turns(dice) - 1
        if many:
            yield sum(_pause(dice) for _ in range(many)) / many


def _day(dice: random.Random, midnight: datetime) -> Iterator[tuple[datetime, str]]:
    """Two to five conversations between 8 and 22 o'clock; every sixth has another one beside it, in the other graph."""
    for _ in range(dice.randint(2, 5)):
        begin = midnight + timedelta(hours=8 + 14 * dice.random())
        graph = dice.choices(GRAPHS, (3, 2))[0]
        yield begin, graph
        if dice.random() < 1 / 6:
            beside = GRAPHS[1 - GRAPHS.index(graph)]
            yield begin + timedelta(seconds=dice.uniform(5, 240)), beside


def _conversation(dice: random.Random, of: tuple[str, str, int], at: datetime, phrases: Phrases) -> Iterator[Turn]:
    """`of` are its owner, its graph and its number."""
    owner, graph, number = of
    words = _words(dice, phrases)
    for place in range(_turns(dice)):
        text = dice.choice(phrases.following if place else phrases.openings).format(**words)
        thread_id = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        opening = Opening(thread_id, at, owner, (dice.choice(HOSTS),), graph, text, "uuid4")
        yield Turn(opening, number)
        at += timedelta(seconds=_pause(dice))


def _turns(dice: random.Random) -> int:
    """1 to 12; every fifth conversation is a single question."""
    return 1 if dice.random() < 0.2 else min(12, 2 + int(dice.expovariate(1 / 3.2)))


def _pause(dice: random.Random) -> float:
    """People type, read and think; every hundredth time they are called away."""
    seconds = math.exp(dice.gauss(math.log(PAUSE), WIDTH))
    return max(2.0, seconds + (dice.uniform(120, 480) if dice.random() < 0.01 else 0.0))


def _words(dice: random.Random, phrases: Phrases) -> Mapping[str, object]:
    thing, other = dice.sample(phrases.things, 2)
    return {
        "thing": thing,
        "other": other,
        "name": dice.choice(NAMES),
        "number": dice.randrange(1_000, 9_999),
        "short": dice.randrange(1, 99),
    }


@dataclass(frozen=True, slots=True)
class Figures:
    """Pairs of threads: `said` to be together, `right` of these, and those that are together in `truth`."""

    said: int
    right: int
    truth: int

    @property
    def precision(self) -> float:
        return self.right / self.said if self.said else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.truth if self.truth else 1.0


def compare(turns: Sequence[Turn], groups: Iterable[Group]) -> Figures:
    """Groups with the truth, pair by pair."""
    truth = {turn.opening.thread_id: turn.conversation for turn in turns}
    said = right = 0
    for group in groups:
        said += _pairs(len(group.openings))
        right += sum(_pairs(many) for many in Counter(truth[one] for one in group.thread_ids).values())
    return Figures(said, right, sum(_pairs(many) for many in Counter(truth.values()).values()))


def _pairs(many: int) -> int:
    return many * (many - 1) // 2
