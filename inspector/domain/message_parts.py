"""The pieces of a chat message: content parts, tool calls and token usage, read out of its fields without
trusting one.

The block shapes are those of LangChain's standard content blocks and of the OpenAI, Anthropic and Google
forms that integrations store unchanged. A block of no known shape is an `unknown` part that keeps its
value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from inspector.domain.value import Binary, CutText, Omitted, Tagged, Value

PartKind: TypeAlias = Literal[
    "text", "reasoning", "image", "audio", "video", "file", "tool_use", "tool_result", "unknown"
]

_TEXTS = frozenset({"text", "input_text", "output_text", "refusal", "text-plain"})
_REASONINGS = frozenset({"reasoning", "reasoning_content", "thinking", "redacted_thinking"})
_MEDIA: dict[str, PartKind] = {
    "image": "image",
    "image_url": "image",
    "input_image": "image",
    "audio": "audio",
    "input_audio": "audio",
    "video": "video",
    "video_url": "video",
    "file": "file",
    "input_file": "file",
    "document": "file",
    "media": "file",
}
_TOOL_USES = frozenset({"tool_use", "server_tool_use", "tool_call", "server_tool_call", "function_call"})


#: Stands for the name of a tool that the viewer may not know: a model may ask for one by any name.
HIDDEN_NAME = "(hidden)"


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a message's content.

    `text` is the text, or the reasoning, of the part. `size` is the length of a cut text as it was stored,
    the bytes of inline data (told from the length of its base64, which is never decoded), else None. `url`
    is only ever a link, never a `data:` URL. `value` is the block as stored.
    """

    kind: PartKind
    value: Value
    text: str = ""
    size: int | None = None
    cut: bool = False  #: `text` is only the beginning
    url: str | None = None
    mime_type: str | None = None
    name: str | None = None  #: of a tool or a file
    call_id: str | None = None  #: of a tool_use or tool_result
    hidden: str = ""  #: of a text that the viewer may not see, what it is


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that a message asks for. `args` are its arguments, as text where the model's JSON was never
    parsed.
    """

    name: str
    call_id: str | None
    args: Value
    error: str | None = None  #: why the call is invalid
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one model call; None where not reported. `details` are the finer counts as stored."""

    input_tokens: int | None
    output_tokens: int | None
    total_tokens: int | None
    details: Mapping[str, Value]


def content_parts(content: Any) -> tuple[Part, ...]:
    """The parts of a message's `content`: a text, a list of texts and blocks, one block, or nothing."""
    if content is None or content == "":
        return ()
    blocks = content if isinstance(content, list) else [content]
    return tuple(_part(block) for block in blocks)


def result_parts(block: Any) -> tuple[Part, ...]:
    """The parts of what a `tool_result` block carries."""
    fields = _mapping(block)
    return content_parts(_first(fields, "content", "output"))


def tool_calls(fields: Mapping[str, Any], parts: tuple[Part, ...]) -> tuple[ToolCall, ...]:
    """Every tool call of a message, valid ones first; from the provider's own fields where `tool_calls` has
    none.
    """
    extra = _mapping(fields.get("additional_kwargs"))
    valid = [call for item in _list(fields.get("tool_calls")) if (call := _call(item))]
    invalid = [call for item in _list(fields.get("invalid_tool_calls")) if (call := _call(item, valid=False))]
    if not valid and not invalid:
        valid = [call for item in _list(extra.get("tool_calls")) if (call := _call(item))]
    if not valid and not invalid:
        legacy = (fields.get("function_call"), extra.get("function_call"))
        valid = [call for item in legacy if (call := _call(item))]
    if not valid and not invalid:
        valid = [call for part in parts if part.kind == "tool_use" and (call := _call(part.value))]
    return (*valid, *invalid)


def usage(fields: Mapping[str, Any]) -> Usage | None:
    """Token counts from `usage_metadata`, else from the provider's own record in `response_metadata`."""
    response = _mapping(fields.get("response_metadata"))
    for counts in (fields.get("usage_metadata"), response.get("token_usage"), response.get("usage")):
        counted = _mapping(counts)
        found = [
            _first_count(counted, "input_tokens", "prompt_tokens"),
            _first_count(counted, "output_tokens", "completion_tokens"),
            _first_count(counted, "total_tokens"),
        ]
        if any(count is not None for count in found):
            details = {key: item for key, item in counted.items() if key.endswith("_details")}
            return Usage(found[0], found[1], found[2], details)
    return None


def is_hidden(value: Any) -> bool:
    """Whether it stands for something that the viewer may not see."""
    return isinstance(value, Omitted) and value.reason == "hidden"


def as_text(value: Any) -> str | None:
    """A text with something in it, or None. Of a cut text, its beginning."""
    if isinstance(value, CutText):
        value = value.head
    return value if isinstance(value, str) and value else None


def _part(block: Any) -> Part:
    if isinstance(block, (str, CutText)) or is_hidden(block):
        return _text_part("text", block, block)
    fields = _mapping(block)
    kind = as_text(fields.get("type")) or ""
    if kind in _TEXTS or (not kind and "text" in fields):
        return _text_part("text", block, _first(fields, "text", "refusal"))
    if kind in _REASONINGS:
        return _text_part("reasoning", block, _reasoning(fields))
    if kind in _MEDIA:
        return _media_part(_MEDIA[kind], block, fields)
    if kind in _TOOL_USES:
        call = _call(block)
        return Part("tool_use", block, name=call.name, call_id=call.call_id) if call else Part("unknown", block)
    if kind.endswith("tool_result"):
        return _result_part(block, fields)
    return Part("unknown", block)


def _text_part(kind: PartKind, block: Any, text: Any) -> Part:
    if isinstance(text, CutText):
        return Part(kind, block, text.head, size=text.size, cut=True)
    if is_hidden(text):
        return Part(kind, block, hidden=text.detail)
    return Part(kind, block, text) if isinstance(text, str) else Part(kind, block)


def _reasoning(fields: Mapping[str, Any]) -> Any:
    """The text of a reasoning block; OpenAI keeps it as a list of summaries."""
    text = _first(fields, "reasoning", "thinking", "text", "reasoning_content")
    if isinstance(text, dict):
        text = text.get("text")
    if text is None:
        summaries = [as_text(_mapping(item).get("text")) for item in _list(fields.get("summary"))]
        text = "\n".join(summary for summary in summaries if summary)
    return text


def _result_part(block: Any, fields: Mapping[str, Any]) -> Part:
    inner = result_parts(block)
    text = "\n".join(part.text for part in inner if part.text)
    hidden = ", ".join(part.hidden for part in inner if part.hidden)
    call_id = as_text(_first(fields, "tool_use_id", "tool_call_id"))
    return Part("tool_result", block, text, cut=any(part.cut for part in inner), call_id=call_id, hidden=hidden)


def _media_part(kind: PartKind, block: Any, fields: Mapping[str, Any]) -> Part:
    """Where an image, audio, video or file is, and how large, whoever's form it has."""
    inner = next((fields[key] for key in ("source", "image_url", "input_audio", "file") if key in fields), None)
    sources = [{"url": inner} if isinstance(inner, (str, CutText)) else _mapping(inner), fields]
    mime_type = _search(sources, "mime_type", "media_type")
    name = _search(sources, "filename", "title", "name", "file_id")
    size: int | None = None
    url: str | None = None
    for link in _found(sources, "url", "video_url", "file_uri"):
        text = as_text(link)
        if text and text[:5].lower() == "data:":
            size = _base64_size(link, text.find(",") + 1)
            mime_type = mime_type or text[5:80].partition(",")[0].partition(";")[0] or None
        elif text and not isinstance(link, CutText):
            url = url or text
    for data in _found(sources, "base64", "data", "file_data"):
        size = size if size is not None else _base64_size(data, 0)
    if kind == "file" and mime_type and mime_type.partition("/")[0] in ("image", "audio", "video"):
        kind = _MEDIA[mime_type.partition("/")[0]]
    return Part(kind, block, size=size, url=url, mime_type=mime_type, name=name)


def _base64_size(data: Any, skip: int) -> int | None:
    if isinstance(data, (Binary, Omitted)):
        return data.size
    if isinstance(data, CutText):
        return max(0, data.size - skip) * 3 // 4
    if not isinstance(data, str):
        return None
    padding = 2 if data.endswith("==") else 1 if data.endswith("=") else 0
    return max(0, (len(data) - skip) * 3 // 4 - padding)


def _call(item: Any, valid: bool = True) -> ToolCall | None:
    """One tool call in LangChain's form, OpenAI's (`function` inside) or Anthropic's (`input`)."""
    outer = _mapping(item)
    fields = _mapping(outer.get("function")) or outer
    name = HIDDEN_NAME if is_hidden(fields.get("name")) else as_text(fields.get("name"))
    args = _first(fields, "args", "arguments", "input")
    if name is None and args is None:
        return None
    call_id = as_text(_first(outer, "call_id", "id"))
    return ToolCall(name or "", call_id, args, as_text(outer.get("error")), valid)


def _found(sources: list[Mapping[str, Any]], *keys: str) -> Iterator[Any]:
    return (fields[key] for fields in sources for key in keys if fields.get(key) is not None)


def _search(sources: list[Mapping[str, Any]], *keys: str) -> str | None:
    return next((text for value in _found(sources, *keys) if (text := as_text(value))), None)


def _first(fields: Mapping[str, Any], *keys: str) -> Any:
    return next((fields[key] for key in keys if fields.get(key) is not None), None)


def _first_count(fields: Mapping[str, Any], *keys: str) -> int | None:
    return next((value for key in keys if type(value := fields.get(key)) is int), None)


def _mapping(value: Any) -> Mapping[str, Any]:
    """The fields of a mapping or object, none of anything else."""
    fields = value.fields if isinstance(value, Tagged) else value
    return fields if isinstance(fields, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
