"""The picture of a thread in words: what a dot is, and what the whole shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.template import Library

from inspector.domain.picture import Picture, PictureStep
from inspector.domain.text import count_noun, shorten_middle
from inspector.tags.hosts import host_name
from inspector.tags.lane_layout import Gap
from inspector.tags.marks import plain
from inspector.tags.words import clock, seconds, size

register = Library()

_MOST_TOLD = 8
_MARKS = {
    "failed": "a task failed",
    "handled": "its failure was handled",
    "retried": "a later run went on from it",
    "asked": "a task asked a question",
    "answered": "the question was answered",
    "resumed": "held, then resumed",
}
#: What stands beside a dot, and what that says where signs are explained.
SIGNS = {"failed": "!", "asked": "?", "answered": "✓", "handled": "✓", "retried": "↻", "resumed": "↻"}
_SIGNS_SAY = {"!": "task failed", "?": "question asked", "✓": "answered or handled", "↻": "a later run went on"}
_SHAPES_SAY = {"by": "update", "by fk": "fork"}


def shape_of(source: str) -> str:
    """Inputs are rings, steps of the loop dots, what people did by hand diamonds: hollow where it is only a copy."""
    return {"input": "in", "loop": "lo", "fork": "by fk"}.get(source, "by")


@register.filter
def legend_shapes(picture: Picture) -> list[tuple[str, str]]:
    """Shapes beside those of steps and inputs that are drawn: (class, words)."""
    drawn = {shape_of(step.source) for step in picture.steps}
    return [(name, says) for name, says in _SHAPES_SAY.items() if name in drawn]


@register.filter
def legend_signs(picture: Picture) -> list[tuple[str, str, str]]:
    """Signs that stand beside dots: (class, sign, words)."""
    drawn = {mark for step in picture.steps for mark in step.marks}
    first = {sign: name for name, sign in reversed(SIGNS.items()) if name in drawn}
    return [(first[sign], sign, says) for sign, says in _SIGNS_SAY.items() if sign in first]


def dot_words(step: PictureStep, word: str) -> str:
    """A dot in a line: "step 4, turn 2 · loop · respond · web-1 · 09:31:38 · 1.2 s after its parent · 18.4 kB"."""
    turn = f", {word} {step.turn}" if step.turn else ""
    words = [f"step {step.step}{turn}" if step.step is not None else f"step of no number{turn}", step.source]
    words.append(shorten_middle(", ".join(step.node_names[:3]), 60))
    words.append(shorten_middle(host_name(step.hostname), 40))
    words.append(clock(step.at))
    words.append(f"{seconds(step.seconds)} after its parent" if step.seconds is not None else "")
    words.append(size(step.size_bytes) if step.size_bytes is not None else "")
    words += [_MARKS[mark] for mark in step.marks if mark in _MARKS]
    if step.sibling:
        words.append("another run went on from the same checkpoint at the same time")
    elif step.fork:
        words.append("leaves an older checkpoint")
    if step.left:
        words.append("the newest one does not come from it")
    return plain(" · ".join(filter(None, words)))


def short_hosts(hostnames: Sequence[str]) -> list[str]:
    """Names for lanes: without the domain that all of them share."""
    named = [host for host in hostnames if host]
    shared = 0
    if len(named) > 1:
        parts = [host.split(".")[::-1] for host in named]
        while all(len(part) > shared + 1 and part[shared] == parts[0][shared] for part in parts):
            shared += 1
    return [".".join(host.split(".")[:-shared] if shared else [host]) or "not named" for host in hostnames]


@register.simple_tag
def chosen_words(picture: Picture, checkpoint_id: str, word: str = "turn") -> str:
    """The selected dot in a line; "" where it is not drawn."""
    return next((dot_words(step, word) for step in picture.steps if step.checkpoint_id == checkpoint_id), "")


@register.filter
def told(picture: Picture, gaps: Sequence[Gap] = ()) -> str:
    """The picture in a sentence or two: who wrote how many checkpoints, what branched, and who read between them."""
    each = [f"{plain(host_name(host))} {count}" for host, count in picture.counts]
    rest = f"; and {count_noun(len(each) - _MOST_TOLD, 'more host')}" if len(each) > _MOST_TOLD else ""
    total = sum(count for _, count in picture.counts)
    whole = f"Of {count_noun(total, 'checkpoint')} here, hosts wrote: {', '.join(each[:_MOST_TOLD])}{rest}."
    return f"{whole}{_branches_told(picture)}{_reads_told(gaps)}"


@register.filter
def not_drawn(picture: Picture, word: str = "turn") -> str:
    """What the picture leaves out, in a sentence; "" where that is nothing."""
    if picture.error:
        return picture.error
    strip = picture.overview
    if strip is None or not strip.older:
        return ""
    drawn = f"The strip shows the newest {count_noun(len(strip.steps), 'checkpoint')}."
    before = f"{count_noun(strip.older, 'older one')} before them"
    if not strip.folded:
        return f"{drawn} The {before} are not drawn."
    first, last = strip.folded[0].turn, strip.folded[-1].turn
    turns = f"{word}s {first:,} to {last:,}" if last > first else f"{word} {first:,}"
    return f"{drawn} The {before} are not drawn one by one: {turns} are folded at its left end."


def _branches_told(picture: Picture) -> str:
    told_so = ""
    if picture.branches:
        lie = "lies" if picture.branches == 1 else "lie"
        told_so += f" {count_noun(picture.branches, 'branch', 'branches')} {lie} beside the line to the newest one."
    if picture.siblings:
        told_so += f" {picture.siblings} share their parent with a run that was at work at the same time."
    return told_so


def _reads_told(gaps: Iterable[Gap]) -> str:
    reads: dict[str, int] = {}
    missed: dict[str, int] = {}
    for mark in (mark for gap in gaps for mark in gap.marks):
        reads[mark.hostname] = reads.get(mark.hostname, 0) + mark.count
        missed[mark.hostname] = missed.get(mark.hostname, 0) + (0 if mark.found else mark.count)
    if not reads:
        return ""
    each = [
        f"{plain(host_name(host))} {count}" + (f", {missed[host]} of them found nothing" if missed[host] else "")
        for host, count in reads.items()
    ]
    rest = f"; and {count_noun(len(each) - _MOST_TOLD, 'more host')}" if len(each) > _MOST_TOLD else ""
    return f" Reads between them: {'; '.join(each[:_MOST_TOLD])}{rest}."
