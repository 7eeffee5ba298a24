"""Charts of time: a column for each turn, and of single turns a bar made of their steps. As SVG; classes colour it.

Places along it are shares of its width and heights are pixels, so that columns stretch with the page and letters do
not. A table with the same numbers stands beside or behind each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median

from django.template import Library
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.pace import NodeTime, StepTime, TurnTime
from inspector.domain.text import count_noun
from inspector.tags.marks import drawn
from inspector.tags.scales import draw_marks, fold, time_marks
from inspector.tags.words import seconds

register = Library()

COLOURS = 6
_COLUMNS = 100
_TOP, _HIGH = 22, 112
_FLOOR = _TOP + _HIGH
HEIGHT = _FLOOR + 20
#: Waits that are marked: at most so many, of a minute at least, that stand out from the usual one.
_MARKED, _LONG, _TIMES = 4, 60.0, 5
#: The share of the plot that the words of a wait take: of a wide one, and of one on a telephone.
_WORDS, _WORDS_NARROW = 9.0, 19.0
#: Parts of a bar: its length in units of the drawing, what a wait inside it takes, and from how many steps on small
#: neighbours are put together.
_UNITS, _PAUSE, _STEPS = 1_000, 16, 30

_WHY = {
    "input": "waited for the next input",
    "answer": "waited for an answer",
    "error": "waited to be run again after an error",
    "resumed": "waited to be taken up again",
    "update": "waited for the state to be edited",
    "fork": "waited to be forked",
}


@register.simple_tag
def palette_of(names: Iterable[str | NodeTime]) -> dict[str, str]:
    """The colour (a class) of each of the first names; all others share one."""
    plain = (name.node if isinstance(name, NodeTime) else name for name in names)
    return {name: f"c{place}" for place, name in zip(range(COLOURS), plain, strict=False)}


@register.simple_tag
def colour_of(palette: Mapping[str, str], name: str) -> str:
    return palette.get(name, "cx")


@register.filter
def why_words(why: str) -> str:
    return _WHY.get(why, "")


@register.simple_tag
def show_pace(turns: Sequence[TurnTime], word: str) -> SafeString:
    """A column for each turn, as high as its steps took; `word` is "turn" or "call"."""
    return mark_safe("".join(_Columns(turns, word).draw()))  # noqa: S308  numbers and times only


class _Columns:
    def __init__(self, turns: Sequence[TurnTime], word: str) -> None:
        self._groups = fold(turns, _COLUMNS)
        self._word = word
        self._highest = max((turn.worked for turn in turns), default=0.0) or 0.001
        self._wide = 100 / max(1, len(self._groups))

    def draw(self) -> Iterator[str]:
        yield f'<svg class="plot pace" width="100%" height="{HEIGHT}" aria-hidden="true">'
        yield from self._solid()
        yield from draw_marks(time_marks(self._highest), self._highest, _FLOOR, _HIGH)
        yield f'<rect class="floor" y="{_FLOOR}" width="100%" height="1"/>'
        yield from self._labels()
        yield from self._waits()
        yield from self._titles()
        yield "</svg>"

    def _solid(self) -> Iterator[str]:
        view = f'viewBox="0 0 {len(self._groups)} {_HIGH}" preserveAspectRatio="none"'
        yield f'<svg y="{_TOP}" width="100%" height="{_HIGH}" {view}>'
        for kind, measure in (("most", max), ("usual", median)):
            path = "".join(
                f"M{place + 0.12:g} {_HIGH}v-{max(1.5, _HIGH * measure(worked) / self._highest):.1f}h.76V{_HIGH}z"
                for place, group in enumerate(self._groups)
                if max(worked := [turn.worked for turn in group])
            )
            yield f'<path class="{kind}" d="{path}"/>'
        yield "</svg>"

    def _labels(self) -> Iterator[str]:
        every = max(1, -(-len(self._groups) // 8))
        for shown, place in enumerate(range(0, len(self._groups), every)):
            give_way = ' class="wide"' if shown % 2 else ""
            x = self._wide * (place + 0.5)
            anchor = "start" if x < 6 else "end" if x > 94 else "middle"
            words = f"{self._word} {self._groups[place][0].turn}"
            yield f'<text{give_way} x="{x:.2f}%" y="{HEIGHT - 4}" text-anchor="{anchor}">{words}</text>'

    def _waits(self) -> Iterator[str]:
        """Where long waits lie: between the columns, which stand side by side whatever passed between them."""
        waits = [
            (turn.before, self._wide * place)
            for place, group in enumerate(self._groups)
            for turn in group
            if turn.before
        ]
        if not waits:
            return
        least = max(_LONG, _TIMES * median(wait for wait, _ in waits)) if len(waits) > 2 else _LONG
        taken: list[float] = []
        taken_narrow: list[float] = []
        for wait, x in sorted(waits, reverse=True):
            if wait < least or len(taken) == _MARKED:
                return
            anchor = "end" if x > 80 else "start" if x < 20 else "middle"
            if not _is_free(taken, x, anchor, _WORDS):
                continue
            give_way = "" if _is_free(taken_narrow, x, anchor, _WORDS_NARROW) else ' class="wide"'
            yield (
                f'<g class="gap"><line x1="{x:.2f}%" x2="{x:.2f}%" y1="16" y2="{_FLOOR}"/>'
                f'<text{give_way} x="{x:.2f}%" y="11" text-anchor="{anchor}">{seconds(wait)}</text></g>'
            )

    def _titles(self) -> Iterator[str]:
        yield '<g class="titles">'
        for place, group in enumerate(self._groups):
            yield f'<rect x="{place * self._wide:.2f}%" y="{_TOP}" width="{self._wide:.2f}%" height="{_HIGH}">'
            yield f"<title>{self._says(group)}</title></rect>"
        yield "</g>"

    def _says(self, group: Sequence[TurnTime]) -> str:
        first, last = group[0].turn, group[-1].turn
        if len(group) > 1:
            worked = [turn.worked for turn in group]
            told = f"{seconds(median(worked))} of work in the middle, {seconds(max(worked))} at most"
            return f"{self._word}s {first} to {last}: {told}"
        after = f", {seconds(group[0].before)} after the one before" if group[0].before is not None else ""
        return f"{self._word} {first}: {seconds(group[0].worked)} of work{after}"


def _is_free(taken: list[float], x: float, anchor: str, wide: float) -> bool:
    """Whether words of that width fit beside the others, whose middles are `taken`; they are added where they do."""
    middle = x + {"start": wide / 2, "end": -wide / 2}.get(anchor, 0.0)
    free = all(abs(middle - other) >= wide for other in taken)
    if free:
        taken.append(middle)
    return free


@register.simple_tag
def turn_bar(turn: TurnTime, longest: float, palette: Mapping[str, str]) -> SafeString:
    """A turn's steps one behind the other, in the colours of their nodes. A wait among them is a thin line of a fixed
    length, however long it was."""
    parts = list(_parts(turn.steps, longest / 30 if len(turn.steps) > _STEPS else 0.0))
    room = _UNITS - _PAUSE * sum(part.wait for part in parts)
    x, drawn_parts = 0.0, []
    for part in parts:
        wide = float(_PAUSE) if part.wait else max(2.0, room * part.seconds / longest) if longest else 2.0
        kind = "pause" if part.wait else palette.get(part.name, "cx")
        place = 'y="5" height="2"' if part.wait else 'height="12"'
        drawn_parts.append(
            f'<rect class="{kind}" x="{x:.4g}" width="{max(1.0, wide - 1.5):.4g}" {place}>'
            f"<title>{part.says}</title></rect>"
        )
        x += wide
    view = f'viewBox="0 0 {_UNITS} 12" preserveAspectRatio="none"'
    return mark_safe(  # noqa: S308  numbers, and names that `drawn` escapes
        f'<svg class="turn-bar" {view} aria-hidden="true">{"".join(drawn_parts)}</svg>'
    )


class _Part:
    """One step, a wait, or small neighbours together."""

    def __init__(self, steps: Sequence[StepTime]) -> None:
        self.seconds = sum(step.seconds or 0.0 for step in steps)
        self.wait = steps[0].kind == "wait"
        names = {_name(step) for step in steps}
        self.name = names.pop() if len(names) == 1 else ""
        self.says = self._says(steps)

    def _says(self, steps: Sequence[StepTime]) -> str:
        took = seconds(self.seconds)
        if self.wait:
            return f"{_WHY.get(steps[0].why, 'waited')}, {took}"
        if len(steps) > 1:
            return f"{count_noun(len(steps), 'step')}, {took}"
        return f"step {_number(steps[0])} {drawn(', '.join(steps[0].node_names)[:80])}, {took}"


def _parts(steps: Sequence[StepTime], small: float) -> Iterator[_Part]:
    pending: list[StepTime] = []
    for number, step in enumerate(steps):
        if step.kind not in ("work", "wait") or (step.kind == "wait" and not number):
            continue  # what came before the turn is told by its wait, and what is unknown has no length
        if step.kind == "work" and (step.seconds or 0.0) < small:
            pending.append(step)
            continue
        if pending:
            yield _Part(pending)
            pending = []
        yield _Part([step])
    if pending:
        yield _Part(pending)


def _name(step: StepTime) -> str:
    return step.node_names[0] if step.node_names else ""


def _number(step: StepTime) -> str:
    return "?" if step.step is None else str(step.step)
