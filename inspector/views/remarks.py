"""What stands out in a thread's times and sizes, in sentences. Each is said only where the numbers bear it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from inspector.domain.growth import ChannelGrowth, StepWeight
from inspector.domain.pace import Skew, TurnTime
from inspector.domain.text import shorten_middle, text_size, thousands
from inspector.tags.words import percent, seconds
from inspector.views.contexts.size import Remark

#: A step is worth a sentence that took so many seconds, and so large a share of its turn; of several turns, the slowest
#: one where it took so many times what slowest steps take as a rule.
_SLOW, _MOST, _OUT, _SEVERAL = 1.0, 0.5, 3, 3
#: A channel is, that is as large a share of the state and has so many bytes.
_HEAVY, _WORTH = 0.5, 4_000
#: Sizes that a growing channel may pass, and the turns within which it is worth telling.
_MARKS = (1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
_AHEAD = 10_000
#: All versions of a channel take so many times its value, and so many bytes.
_TIMES, _BYTES = 5, 5_000_000
_NAME = 40


def make_remarks(
    turns: Sequence[TurnTime],
    skews: Sequence[Skew],
    steps: Sequence[StepWeight],
    channels: Sequence[ChannelGrowth],
    *,
    newest: bool,
) -> tuple[Remark, ...]:
    """`newest` where the last of the steps is where the thread stands now, so that it is worth looking ahead."""
    return (*_slow(turns), *_heavy(steps, channels, newest=newest), *_stored(steps, channels), *_clocks(skews))


def _slow(turns: Sequence[TurnTime]) -> Iterator[Remark]:
    """The slowest step of all, where it stands out."""
    slow = [(turn.slowest.seconds or 0.0, turn) for turn in turns if turn.slowest is not None]
    took, turn = max(slow, key=lambda pair: pair[0], default=(0.0, None))
    if turn is None or turn.slowest is None or took < _SLOW:
        return
    step, share = turn.slowest, took / turn.worked if turn.worked else 0.0
    if took < _OUT * median(pair[0] for pair in slow) if len(slow) >= _SEVERAL else share < _MOST:
        return
    ran = f" ({_names(step.node_names)})" if step.node_names else ""
    of = f", {percent(share)} of the work of turn {turn.turn}" if share < 1 and turn.turn else ""
    words = f"Step {step.step if step.step is not None else '?'}{ran} took {seconds(took)}{of}."
    yield Remark("time", words, step.checkpoint_id, "")


def _heavy(steps: Sequence[StepWeight], channels: Sequence[ChannelGrowth], *, newest: bool) -> Iterator[Remark]:
    if not steps or not channels:
        return
    heaviest = max(channels, key=lambda one: one.size_bytes)
    if heaviest.share < _HEAVY or heaviest.internal or heaviest.size_bytes < _WORTH:
        return
    words = f"{_named(heaviest)} is {percent(heaviest.share)} of the state ({text_size(heaviest.size_bytes)})"
    if heaviest.line is not None and round(heaviest.line) > 0:
        words += f" and grows by {text_size(round(heaviest.line))} a turn"
        words += _ahead(heaviest, steps[-1].turn) if newest else ""
    yield Remark("growth", f"{words}.", steps[-1].checkpoint_id, "")


def _ahead(channel: ChannelGrowth, turn: int) -> str:
    mark = next((mark for mark in _MARKS if mark > channel.size_bytes), None)
    if mark is None or channel.line is None:
        return ""
    at = turn + -(-(mark - channel.size_bytes) // channel.line)
    return f"; at this pace it passes {text_size(mark)} at turn {thousands(int(at))}" if at - turn <= _AHEAD else ""


def _stored(steps: Sequence[StepWeight], channels: Sequence[ChannelGrowth]) -> Iterator[Remark]:
    """The channel whose versions take most."""
    most = max(channels, key=lambda one: one.stored_bytes, default=None)
    if most is None or most.kept == "changes" or most.internal or most.stored_bytes < _BYTES:
        return
    if most.stored_bytes < _TIMES * most.size_bytes:
        return
    size, stored = text_size(most.size_bytes), text_size(most.stored_bytes)
    if most.kept == "version":
        words = f"{_named(most)} holds {size} now, and its {thousands(most.versions)} versions take {stored}: "
        words += "a channel is stored whole again each time it is written."
    else:
        words = f"{_named(most)} holds {size} now and takes {stored} in {thousands(len(steps))} steps: "
        words += "this store keeps it in every checkpoint, whether or not it changed."
    advice = (
        "What helps: trim or remove old messages (`RemoveMessage`, `trim_messages`), keep what is large outside the "
        "state and only its key inside, or keep changes instead of values (`DeltaChannel`)."
    )
    yield Remark("stored", words, "", advice)


def _clocks(skews: Sequence[Skew]) -> Iterator[Remark]:
    for skew in skews[:3]:
        yield Remark("clock", _clock_words(skew, seconds(skew.seconds)), skew.checkpoint_id, "")


def _clock_words(skew: Skew, behind: str) -> str:
    if not skew.hostname and not skew.ahead:
        return (
            f"A checkpoint is dated {behind} before its parent: the clocks of the hosts that wrote them, which the "
            "store does not name, differ by at least that."
        )
    whose = f"The clock of {_host(skew.hostname)}"
    if skew.hostname == skew.ahead:
        return f"{whose} was set back by at least {behind}: it dated a checkpoint before its own parent."
    return (
        f"{whose} runs at least {behind} behind that of {_host(skew.ahead)}, so times between the two are not to be "
        "trusted."
    )


def _host(hostname: str) -> str:
    return shorten_middle(hostname, _NAME) or "a host without a name"


def _named(channel: ChannelGrowth) -> str:
    return f"`{_name(channel.channel)}`"


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(f"`{_name(name)}`" for name in names[:3]) + more


def _name(name: str) -> str:
    """Without what would end code in a sentence."""
    return shorten_middle(name, _NAME).replace("`", "'")
