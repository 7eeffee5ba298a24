"""What messages cost their models, by the usage that providers report and messages keep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from inspector.domain.messages import as_message
from inspector.domain.value import Omitted, Value


@dataclass(frozen=True, slots=True)
class Tokens:
    """`total` counts each call's input again: that is what was billed. `answers` are the messages that tell of any.
    With `cut` there are more messages, which were not read."""

    total: int
    answers: int
    cut: bool = False


def tokens_in(values: Iterable[Value]) -> Tokens:
    """The sum over messages; what is no message, or tells of no usage, counts nothing."""
    total = answers = 0
    cut = False
    for value in values:
        cut = cut or isinstance(value, Omitted)
        message = as_message(value)
        usage = message.usage if message is not None else None
        if usage is None:
            continue
        both = (usage.input_tokens or 0) + (usage.output_tokens or 0)
        total += usage.total_tokens if usage.total_tokens is not None else both
        answers += 1
    return Tokens(total, answers, cut)
