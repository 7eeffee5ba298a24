"""Comparisons that suggest themselves for a checkpoint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from inspector.domain.lineage import children_of, ends_of, line_of
from inspector.domain.outline import OutlineStep
from inspector.reader.branch import Kin
from inspector.views.contexts import CheckpointPlace, CompareChoice, ThreadItem
from inspector.views.sides import Side, naming

#: Ends of other branches that are suggested, the newest ones.
_ENDS = 8


def list_choices(thread: ThreadItem, a: Side, kin: Kin) -> tuple[CompareChoice, ...]:
    """The parent, its whole turn, the first, the newest, the ends of branches, and the same thread in other stores."""
    here = a.checkpoint.checkpoint_id
    known = _outline(a)
    parents = list(kin.parents)
    single = []
    if a.checkpoint.parent_checkpoint_id in kin.parents:
        single.append(("Its parent", a.checkpoint.parent_checkpoint_id or ""))
    if parents and kin.whole:
        single.append(("The first step", parents[-1]))
    if parents:
        single.append(("The newest step", parents[0]))
    choices = [_choice(a, kin, f"{words}, step {_number(kin, other)}", here, other) for words, other in single]
    turn = turn_around(kin, known, here)
    if turn is not None:
        choices.insert(1 if choices else 0, _turn_choice(a, kin, known, *turn))
    ends = ends_of(kin.parents)
    if len(ends) > 1:
        choices += [_end_choice(a, kin, known, end) for end in ends[:_ENDS]]
    return (*_different(choices), *_elsewhere(thread, a))


def turn_around(kin: Kin, known: Mapping[str, OutlineStep], here: str) -> tuple[str, str] | None:
    """The first and the last checkpoint of a checkpoint's turn, on the newest branch of it through that one. A turn
    that stored one checkpoint goes from the one before. None where a turn is not known."""
    turn = known[here].turn if here in known else 0
    if not turn:
        return None
    first = last = here
    for at in line_of(kin.parents, here):
        if at not in known or known[at].turn != turn:
            break
        first = at
    children = children_of(kin.parents)
    seen = {here}
    while following := [
        at for at in children.get(last, ()) if at in known and known[at].turn == turn and at not in seen
    ]:
        last = max(following)
        seen.add(last)
    if first == last:
        first = kin.parents[first] or ""
    return (first, last) if first in kin.parents else None


def _turn_choice(a: Side, kin: Kin, known: Mapping[str, OutlineStep], first: str, last: str) -> CompareChoice:
    call = "call" if a.checkpoint.checkpoint_ns else "turn"
    words = f"All of {call} {known[last].turn}, step {_number(kin, first)} to {_number(kin, last)}"
    return _choice(a, kin, words, first, last)


def _end_choice(a: Side, kin: Kin, known: Mapping[str, OutlineStep], end: str) -> CompareChoice:
    """Ends often have one number, as forks do: turn, host and time tell them apart."""
    step = known.get(end)
    choice = _choice(a, kin, f"The end of a branch, step {_number(kin, end)}", a.checkpoint.checkpoint_id, end)
    return replace(choice, turn=step.turn, hostname=step.hostname, at=step.at) if step is not None else choice


def _choice(a: Side, kin: Kin, words: str, one: str, other: str) -> CompareChoice:
    """The older one is side A."""
    where = a.reader.store.name, a.checkpoint.thread_id, a.checkpoint.checkpoint_ns
    older, newer = sorted((one, other))
    return CompareChoice(words, CheckpointPlace(*where, older), CheckpointPlace(*where, newer))


def _number(kin: Kin, checkpoint_id: str) -> int | str:
    step = kin.steps[checkpoint_id]
    return step if step is not None else "?"


def _different(choices: Iterable[CompareChoice]) -> list[CompareChoice]:
    """Each pair once, as it is called first, and none of a checkpoint with itself."""
    found: dict[tuple[str, str], CompareChoice] = {}
    for choice in choices:
        if choice.a != choice.b:
            found.setdefault((choice.a.checkpoint_id, choice.b.checkpoint_id), choice)
    return list(found.values())


def _elsewhere(thread: ThreadItem, a: Side) -> list[CompareChoice]:
    checkpoint = a.checkpoint
    this = CheckpointPlace(
        a.reader.store.name, checkpoint.thread_id, checkpoint.checkpoint_ns, checkpoint.checkpoint_id
    )
    return [
        CompareChoice(f"This thread in {also.store}", this, CheckpointPlace(also.store, checkpoint.thread_id, "", ""))
        for also in thread.also_in
    ]


def _outline(a: Side) -> Mapping[str, OutlineStep]:
    with naming("A", a.reader):
        outline = a.reader.read_outline(a.checkpoint.thread_id, a.checkpoint.checkpoint_ns)
    return {step.checkpoint_id: step for step in outline.steps}
