"""Chat messages as cards: who, with which model and how many tokens, the text, tool calls, results and media.

`Nested` renders whatever a message holds that is no chat: `values.render_value`, handed in because the two call each
other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.dialogue import read_dialogue
from inspector.domain.message_parts import Part, ToolCall, Usage
from inspector.domain.messages import Message, as_message
from inspector.domain.text import Segment, count_noun, shorten_middle, text_size
from inspector.domain.value import Absent, Omitted, Value
from inspector.tags.compact import compact, omitted_words
from inspector.tags.hidden import hidden_words
from inspector.tags.images import find_image, preview
from inspector.tags.marks import shown
from inspector.tags.room import CALL_NODES, CARD_NODES, Room
from inspector.tags.toolcalls import (
    NO_TALK,
    SHOWN_MESSAGES,
    Talk,
    answered_call,
    call_standing,
    join_results,
    time_taken,
)

Nested: TypeAlias = Callable[[Value | Absent, Room], SafeString]

#: Characters of a text in sight; the rest unfolds.
_IN_SIGHT = 2_500
_MOST_TEXT = 20_000
_ARGS_IN_LINE = 160
_LONGEST_LINK = 600
_LONGEST_COPIED = 64
#: Messages of one conversation, where more of it were asked for.
_MOST_MESSAGES = 200
_MEDIA = frozenset({"image", "audio", "video", "file"})


def render_conversation(messages: list[Value], room: Room, nested: Nested) -> SafeString:
    """A list of messages in order, each result under the call it answers. Of a long one the newest, since that is where
    things go wrong: they take their room first."""
    asked = room.spot is not None and room.spot.is_unfolded
    if asked:
        room = Room(_MOST_MESSAGES * CARD_NODES, room.characters, room.page, room.spot)
    first = max(0, len(messages) - (_MOST_MESSAGES if asked else SHOWN_MESSAGES))
    places = range(first, len(messages))
    talk = Talk(read_dialogue(messages), room.anchor, frozenset(places))

    def card(position: int, talk: Talk) -> str:
        value = messages[position]
        message = as_message(value)
        if isinstance(value, Omitted) and room.take_node():
            return f'<p class="om">not shown: {shown(omitted_words(value))}</p>'
        if message is None or not room.take_node(CARD_NODES):
            return ""
        return render_message(message, room, nested, position=position, talk=talk)

    cards, cut = [], 0
    for _, html, count in join_results(places[::-1], talk, card):
        cards.append(html)
        cut += 0 if html else count
    more = _earlier(first + cut, room, cut > 0) if first + cut else ""
    return _safe(f'<div class="chat">{more}{"".join(reversed(cards))}</div>')


def _earlier(count: int, room: Room, no_room: bool) -> str:
    """How many stand before those in sight, and the way to more of them: who asks for more has more room."""
    words = f"… {count_noun(count, 'earlier message')}"
    if room.spot is None or not room.spot.channel or room.spot.is_unfolded:
        return f'<p class="more">{words}, see JSON</p>'
    which = "them" if count <= _MOST_MESSAGES - SHOWN_MESSAGES else f"the newest {_MOST_MESSAGES}"
    which = "more" if no_room else which
    return f'<p class="more">{words}. <a href="{escape(room.spot.unfold_url("state"))}">Show {which}</a></p>'


def render_message(
    message: Message,
    room: Room,
    nested: Nested,
    *,
    kind: str = "",
    marks: str = "",
    body: str | None = None,
    position: int | None = None,
    talk: Talk = NO_TALK,
) -> SafeString:
    """One card. `kind` is how it changed, `marks` are badges (HTML), `body` stands in for the text (HTML). `position`
    is its place in the list that `talk` is of."""
    inside = body if body is not None else "".join(_body(message, room, nested))
    calls = _calls(message, room, nested, position, talk)
    if not inside and not calls:
        inside = '<p class="muted">(no text)</p>'
    changed = f' data-kind="{kind}"' if kind else ""
    tools = _follow(message, room) + _copy("message id", message.message_id, room)
    return _safe(
        f'<article class="msg"{talk.card_id(position)} data-role="{shown(message.role)}"{changed}>'
        f"<header>{_heading(message, room)}{tools}{marks}</header>"
        f"{answered_call(message, position, talk)}{inside}{calls}</article>"
    )


def render_text(text: str, room: Room, *, whole: int | None = None) -> SafeString:
    """A text as it stands. JSON and code keep their columns."""
    length = whole if whole is not None else len(text)
    granted = room.take_text(min(len(text), _MOST_TEXT))
    sight = granted if granted <= _IN_SIGHT * 1.3 else _IN_SIGHT
    mono = " mono" if text[:1] in ("{", "[", "<") else ""
    html = f'<div class="text{mono}"><bdi>{shown(text[:sight])}</bdi>'
    if sight < granted:
        rest = f"{granted - sight:,} more characters"
        html += f'<details class="rest"><summary>{rest}</summary><bdi>{shown(text[sight:granted])}</bdi></details>'
    if granted < length:
        html += f'<span class="more"> … {length - granted:,} more characters, see JSON</span>'
    return _safe(html + "</div>")


def render_words(segments: tuple[Segment, ...], room: Room) -> SafeString:
    """A text that changed, word by word. Long stretches that stayed the same are shortened in the middle."""
    pieces = []
    for segment in segments:
        text = segment.text
        if segment.kind == "same" and len(text) > 600:
            text = f"{text[:300]} … {text[-300:]}"
        text = text[: room.take_text(len(text))]
        tag = {"removed": "del", "added": "ins"}.get(segment.kind)
        pieces.append(f"<{tag}>{shown(text)}</{tag}>" if tag else str(shown(text)))
        if len(text) < min(len(segment.text), 600):
            pieces.append('<span class="more"> … more, see JSON</span>')
            break
    return _safe(f'<div class="text words"><bdi>{"".join(pieces)}</bdi></div>')


def _heading(message: Message, room: Room) -> str:
    words = [f"<b>{shown(message.role)}</b>"]
    words += [f"<bdi>{shown(shorten_middle(word, 60))}</bdi>" for word in (message.name, message.model) if word]
    if message.usage and (tokens := _tokens(message.usage)):
        words.append(tokens)
    if message.tool_call_id:
        call_id = f'<span class="mono">{shown(shorten_middle(message.tool_call_id, 24))}</span>'
        words.append(call_id + _copy("tool_call_id", message.tool_call_id, room))
    if message.is_error:
        words.append('<b class="bad">error</b>')
    elif message.status and message.status != "success":
        words.append(str(shown(message.status[:40])))
    if message.role == "tool" and (took := time_taken(message)):
        words.append(took)
    return " · ".join(words)


def _follow(message: Message, room: Room) -> str:
    """A link to where the message came from and went, where it lies in a channel of a checkpoint."""
    if room.spot is None or not room.spot.channel or not message.message_id:
        return ""
    address = room.spot.follow_url(message.message_id)
    if len(address) > _LONGEST_LINK:  # sixty of them would outweigh the page
        return ""
    words = f'follow<span class="vh"> this {shown(message.role)} message</span>'
    return f' · <a class="follow-link" href="{escape(address)}">{words}</a>'


def _copy(name: str, held: str | None, room: Room) -> str:
    """A button that copies an id of the message. Not among hundreds of messages that were asked for, where they would
    weigh too much, and not for an id that is long or that an attribute would not keep as it is."""
    if room.spot is None or not room.spot.channel or room.spot.is_unfolded:
        return ""
    if not held or len(held) > _LONGEST_COPIED or not held.isprintable():
        return ""
    return f'<button type="button" class="cp js" data-copy="{escape(held)}" aria-label="Copy {name}"></button>'


def _tokens(usage: Usage) -> str:
    if usage.total_tokens is not None:
        return f"{usage.total_tokens:,} tokens"
    known = [
        f"{count:,} tokens {way}" for count, way in ((usage.input_tokens, "in"), (usage.output_tokens, "out")) if count
    ]
    return ", ".join(known)


def _body(message: Message, room: Room, nested: Nested) -> Iterator[str]:
    if message.role == "remove":
        whom = shown((message.message_id or "a message without an id")[:80])
        yield f'<p class="muted">removes <bdi class="mono">{whom}</bdi></p>'
    for part in message.parts:
        if part.kind != "tool_use":
            yield _part(part, room, nested)


def _part(part: Part, room: Room, nested: Nested) -> str:
    if part.hidden:
        kind = f'<span class="muted">{"result" if part.kind == "tool_result" else part.kind}</span> '
        return f'<p class="call">{kind if part.kind != "text" else ""}{hidden_words(part.hidden)}</p>'
    if part.kind == "text":
        return render_text(part.text, room, whole=part.size) if part.text.strip() else ""
    if part.kind == "reasoning":
        text = render_text(part.text, room) if part.text else nested(part.value, room)
        return f'<details class="fold"><summary>reasoning</summary>{text}</details>'
    if part.kind == "tool_result":
        return f'<div class="call"><span class="muted">result</span>{render_text(part.text, room)}</div>'
    if part.kind in _MEDIA:
        return _media(part, room)
    return f'<div class="call">{nested(part.value, room)}</div>'


def _media(part: Part, room: Room) -> str:
    words = [part.kind, part.name, part.mime_type, text_size(part.size) if part.size else None, part.url]
    told = " · ".join(str(shown(shorten_middle(word, 90))) for word in words if word)
    return f'<div class="media"><bdi>{told}</bdi>{preview(find_image(part.value), room)}</div>'


def _calls(message: Message, room: Room, nested: Nested, position: int | None, talk: Talk) -> str:
    """The calls there is room for. A message may hold hundreds."""
    html: list[str] = []
    for number, call in enumerate(message.tool_calls):
        if html and not room.take_node(CALL_NODES):  # the first has the room of its message
            left = len(message.tool_calls) - number
            results = " with their results" if any(answered >= number for answered in talk.nested) else ""
            html.append(f'<p class="more">… {count_noun(left, "more call")}{results}, see JSON</p>')
            break
        outcome = call_standing(call, position, number, talk) if position is not None else ""
        html.append(_call(call, room, nested, outcome))
    return "".join(html)


def _call(call: ToolCall, room: Room, nested: Nested, outcome: str) -> str:
    line, whole = compact(call.args, _ARGS_IN_LINE)
    if isinstance(call.args, str):
        args = str(render_text(call.args, room))
    elif whole:
        args = f"<code><bdi>{shown(line)}</bdi></code>"
    else:
        args = str(nested(call.args, room))
    name = f"<b><bdi>{shown(call.name[:120] or '?')}</bdi></b>"
    call_id = f' <span class="muted mono">{shown(shorten_middle(call.call_id, 24))}</span>' if call.call_id else ""
    problem = ""
    if not call.valid:
        problem = f'<p class="bad">invalid call{": " + shown(call.error[:300]) if call.error else ""}</p>'
    words = f'<span class="fn"><span class="muted">calls</span> {name}{call_id}</span>'
    return f'<div class="call">{words}{args}{problem}{outcome}</div>'


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308  put together from escaped parts
