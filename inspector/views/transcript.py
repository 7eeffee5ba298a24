"""A checkpoint's conversation and state as Markdown that can be pasted into a ticket.

Stored text stands in fences longer than any in it, or in a code span: it makes no heading, no link, no HTML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inspector.domain.checkpoint import Checkpoint
from inspector.domain.message_parts import Part, ToolCall, result_parts
from inspector.domain.messages import Message, as_message, is_message_list
from inspector.domain.thread import ChannelState
from inspector.domain.value import Absent, Value, to_json
from inspector.tags.marks import UNSEEN, plain
from inspector.tags.words import exact, size
from inspector.views.contexts import InterruptItem, TaskItem

_TICKS = re.compile("`+")
_MEDIA = frozenset({"image", "audio", "video", "file"})


@dataclass(frozen=True, slots=True)
class Transcript:
    """One checkpoint and what is known of it. `store` is a name, never an address."""

    store: str
    checkpoint: Checkpoint
    states: Sequence[ChannelState]
    tasks: Sequence[TaskItem]
    is_whole: bool = True  #: as in `CheckpointRow`

    def parts(self) -> Iterator[str]:
        """Blocks, one below the other, each ended by a line break."""
        yield from self._head()
        own = [state for state in self.states if not state.internal]
        conversations = [state for state in own if is_message_list(state.value)]
        for state in conversations:
            yield f"## {'Conversation' if state.channel == 'messages' else _span(state.channel)}\n"
            yield from _conversation(state.value)
        rest = [state for state in own if state not in conversations]
        if rest:
            yield "## State\n"
        for state in rest:
            yield f"### {_span(state.channel)}\n"
            if not state.loaded:
                yield f"Not here: {size(state.size_bytes)}, more than one read may take.\n"
            else:
                yield _json(state.value)
        yield from self._tasks()

    def _head(self) -> Iterator[str]:
        one = self.checkpoint
        yield f"# Thread {_span(one.thread_id)}\n"
        facts = [
            f"Store: {_span(self.store)}",
            f"Step: {'unknown' if one.step is None else one.step}, turn {one.turn}",
            f"Checkpoint: {_span(one.checkpoint_id)}",
            *([f"Namespace: {_span(one.checkpoint_ns)}"] if one.checkpoint_ns else []),
            f"Made: {exact(one.at) or 'unknown'}{f' by {_span(one.hostname)}' if one.hostname else ''}",
            f"Next: {', '.join(map(_span, one.next)) or ('nothing' if self.is_whole else 'unknown')}",
        ]
        yield "".join(f"- {fact}\n" for fact in facts)
        if not self.is_whole:
            yield "The document or metadata of this checkpoint is encrypted or broken: parts of it are missing here.\n"

    def _tasks(self) -> Iterator[str]:
        left = [task for task in self.tasks if task.error or task.interrupts]
        if left:
            yield "## Errors and questions\n"
        for task in left:
            if task.error:
                yield f"{_span(task.name)} failed{', and finished later' if task.state == 'retried' else ''}:\n"
                yield fenced(task.error)
            for question in task.interrupts:
                yield from _question(task, question)


def _question(task: TaskItem, question: InterruptItem) -> Iterator[str]:
    yield f"{_span(task.name)} asked:\n"
    yield _json(question.value.value)
    if question.answer is not None:
        yield f"The answer{'' if task.answered else ', after which it has not finished'}:\n"
        yield _json(question.answer.value)
    else:
        yield "It went on; its answer is not stored.\n" if task.answered else "No answer is stored.\n"


def _conversation(value: Value) -> Iterator[str]:
    for number, item in enumerate(value if isinstance(value, list) else [], 1):
        message = as_message(item)
        if message is None:
            yield f"### {number}. Not read\n"
            yield _json(item)
            continue
        yield f"### {number}. {_heading(message)}\n"
        for part in message.parts:
            if part.kind != "tool_use":
                yield from _part(part)
        for call in message.tool_calls:
            yield from _call(call)


def _heading(message: Message) -> str:
    words = [message.role if message.role.isalpha() else _span(message.role)]
    words += [_span(word) for word in (message.name, message.model) if word]
    if message.tool_call_id:
        words.append(f"answers {_span(message.tool_call_id)}")
    if message.is_error:
        words.append("error")
    return " · ".join(words)


def _part(part: Part) -> Iterator[str]:
    if part.kind in _MEDIA:
        told = [_span(word) for word in (part.name, part.mime_type, part.url) if word]
        told += [size(part.size)] if part.size else []
        yield f"[{part.kind}{': ' if told else ''}{', '.join(told)}]\n"
    elif part.hidden:
        yield f"[{part.hidden}, hidden from the role of who made this file]\n"
    elif part.kind == "tool_result":
        yield "Result:\n"
        inner = result_parts(part.value)
        yield from (text for one in inner for text in _part(one))
        if not inner:
            yield _json(part.value)
    elif part.text:
        if part.kind == "reasoning":
            yield "Reasoning:\n"
        yield fenced(part.text)
        if part.cut:
            yield "The text is longer than what was read.\n"
    elif part.kind != "text":
        yield _json(part.value)


def _call(call: ToolCall) -> Iterator[str]:
    call_id = f" ({_span(call.call_id)})" if call.call_id else ""
    yield f"Calls {_span(call.name or '?')}{call_id}{'' if call.valid else ', an invalid call'}:\n"
    yield fenced(call.args) if isinstance(call.args, str) else _json(call.args)
    if call.error:
        yield fenced(call.error)


def fenced(text: str, language: str = "text") -> str:
    """Text in a fence that no line of it can end. What cannot be seen is told by its code."""
    fence = "`" * max(3, 1 + _longest(text))
    lines = "\n".join(plain(line) for line in re.split(r"\r\n|\n|\r", text))
    return f"{fence}{language}\n{lines}\n{fence}\n"


def _json(value: Value | Absent) -> str:
    """What cannot be seen has JSON's own escapes, so that it can be told from a text that looks like its code."""
    text = json.dumps(to_json(value) if not isinstance(value, Absent) else None, ensure_ascii=False, indent=2)
    return fenced(UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text), "json")


def _span(text: str) -> str:
    """Text in a line, as code."""
    line = " ".join(plain(text).split()) or " "
    fence = "`" * (1 + _longest(line))
    room = " " if line[0] in "` " or line[-1] in "` " else ""
    return f"{fence}{room}{line}{room}{fence}"


def _longest(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)
