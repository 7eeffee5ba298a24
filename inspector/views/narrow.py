"""The list of steps narrowed to what one looks for: steps of one node, source or host, or those that failed or asked.

Only the steps of the page are looked at: what nodes ran is told by documents, and those of thousands are not read for a
list. The page's data is not narrowed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from django.http import HttpRequest

from inspector.views.contexts import CheckpointItem, TurnGroup
from inspector.views.contexts.narrow import Choice, Choices, Narrowed
from inspector.views.parameters import read_text

#: What a step has of each kind, by the parameter's name.
_OF_STEP: Mapping[str, Callable[[CheckpointItem], Iterable[str]]] = {
    "node": lambda step: step.node_names,
    "source": lambda step: (step.source,),
    "host": lambda step: (step.hostname or UNNAMED,),
    "mark": lambda step: step.marks,
}
#: A worker that gave no name, as lists of threads call it.
UNNAMED = "(unnamed)"
#: Choices of one kind.
MOST = 40


def narrow(
    request: HttpRequest, steps: Sequence[CheckpointItem], turns: Sequence[TurnGroup]
) -> tuple[tuple[TurnGroup, ...], Narrowed]:
    """The turns with those of their steps that are asked for, and what may be asked for."""
    asked = {name: value for name in _OF_STEP if (value := read_text(request, name))}
    kept = {step.checkpoint_id for step in steps if all(value in _OF_STEP[name](step) for name, value in asked.items())}
    choices = tuple(_choices(name, steps, asked.get(name, "")) for name in _OF_STEP)
    choices = tuple(one for one in choices if len(one.choices) > 1 or one.chosen)
    narrowed = Narrowed(choices, steps=len(kept), asked=tuple(asked.values()))
    if not asked:
        return tuple(turns), narrowed
    return tuple(_only(turn, kept) for turn in turns if not kept.isdisjoint(_ids(turn))), narrowed


def _only(turn: TurnGroup, kept: set[str]) -> TurnGroup:
    return replace(turn, steps=tuple(step for step in turn.steps if step.checkpoint_id in kept))


def _ids(turn: TurnGroup) -> set[str]:
    return {step.checkpoint_id for step in turn.steps}


def _choices(name: str, steps: Sequence[CheckpointItem], asked: str) -> Choices:
    counts = Counter(value for step in steps for value in set(_OF_STEP[name](step)) if value)
    found = [Choice(value, count, value == asked) for value, count in counts.most_common(MOST)]
    if asked and not any(choice.current for choice in found):
        found.append(Choice(asked, counts[asked], current=True))
    return Choices(name, tuple(found), bool(asked))
