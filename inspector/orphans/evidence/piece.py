"""One piece of evidence, and what all pieces of one thread come to.

Weights are like the logarithm, to the base of two, of a ratio: how much more often threads of conversations that went
on elsewhere look so than threads of people who asked one question. +1 is about twice as often, +2 four times, +3 eight
times or more, and negative ones the other way round. 0 is said where somebody would look for it and it tells nothing.
Pieces are not quite independent, so none is let count for more than 3, and the sum is asked to be 3 before we say so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MOST = 3
#: From these sums on it is one or the other.
LOST_FROM, SINGLE_UP_TO = 3, -2

#: "lost": likely a turn of a conversation that went on in another thread. "single": likely one question and no more.
VERDICTS = ("lost", "unclear", "single")


@dataclass(frozen=True, slots=True)
class Evidence:
    """`slug` is what was looked at, `weight` from -3 (against) to +3 (for a lost conversation), `text` a sentence."""

    slug: str
    weight: int
    text: str

    def __post_init__(self) -> None:
        if not -MOST <= self.weight <= MOST:
            raise ValueError(f"A weight of {self.weight} is beyond {MOST}.")


@dataclass(frozen=True, slots=True)
class Assessment:
    """`evidence` is ordered by how much it says, in either direction."""

    evidence: tuple[Evidence, ...]

    @classmethod
    def of(cls, pieces: Iterable[Evidence | None]) -> Assessment:
        found = [piece for piece in pieces if piece is not None]
        return cls(tuple(sorted(found, key=lambda piece: -abs(piece.weight))))

    @property
    def total(self) -> int:
        return sum(piece.weight for piece in self.evidence)

    @property
    def verdict(self) -> str:
        if self.total >= LOST_FROM:
            return "lost"
        return "single" if self.total <= SINGLE_UP_TO else "unclear"

    @property
    def strongest(self) -> Evidence | None:
        """What says most for the verdict; where there is none, what says most."""
        sign = {"lost": 1, "single": -1}.get(self.verdict)
        agreeing = (piece for piece in self.evidence if sign is None or piece.weight * sign > 0)
        return next(agreeing, None)
