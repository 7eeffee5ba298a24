"""Chat messages recognised in a value tree, in the forms that LangGraph states hold them.

Three forms: an object of a LangChain message class (or of somebody's subclass, told by its fields), the
same as a plain mapping (`{"type": "human", "content": …}`), and the OpenAI form (`{"role": "user",
"content": …}`). A plain mapping is only taken for a message when none of its keys speaks against it.
Nothing here raises, whatever the fields hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inspector.domain.deferred import Deferred, opened, resolved
from inspector.domain.message_parts import Part, ToolCall, Usage, as_text, content_parts, tool_calls, usage
from inspector.domain.text import one_line
from inspector.domain.value import Absent, CutText, Omitted, Tagged, Value

__all__ = [
    "Message",
    "Part",
    "ToolCall",
    "Usage",
    "as_message",
    "is_message",
    "is_message_list",
    "message_id_of",
    "message_text",
    "role_of",
]

#: Every word that messages use for a role, and the one it is shown with.
_ROLES = {
    "human": "human",
    "user": "human",
    "ai": "ai",
    "assistant": "ai",
    "system": "system",
    "developer": "developer",
    "tool": "tool",
    "function": "function",
}
_CLASSES = {
    "HumanMessage": "human",
    "AIMessage": "ai",
    "SystemMessage": "system",
    "ToolMessage": "tool",
    "FunctionMessage": "function",
    "ChatMessage": "chat",
    "RemoveMessage": "remove",
    "HumanMessageChunk": "human",
    "AIMessageChunk": "ai",
    "SystemMessageChunk": "system",
    "ToolMessageChunk": "tool",
    "FunctionMessageChunk": "function",
    "ChatMessageChunk": "chat",
}
#: What a message's `type` field may say: a chunk carries its class name there.
_TYPES = {role: role for role in _CLASSES.values()} | _CLASSES
#: Where LangChain's message classes live, and where they lived in older stores.
_MODULES = ("langchain_core.messages.", "langchain.schema.", "langchain.messages.")

_LANGCHAIN_KEYS = frozenset(
    {
        *("type", "content", "id", "name", "role", "tool_calls", "invalid_tool_calls", "tool_call_chunks"),
        *("usage_metadata", "response_metadata", "additional_kwargs", "tool_call_id", "artifact", "status"),
        *("example", "chunk_position"),
    }
)
_OPENAI_KEYS = frozenset(
    {
        *("role", "content", "id", "name", "tool_calls", "tool_call_id", "function_call", "refusal", "audio"),
        *("annotations", "reasoning", "reasoning_content", "status"),
    }
)
_CONTENT_TYPES = (str, list, CutText, Omitted, type(None))


@dataclass(frozen=True, slots=True)
class Message:
    """A chat message.

    `role` is `human`, `ai`, `system`, `developer`, `tool`, `function` or `remove`; of a ChatMessage its own
    word, or `chat` if it has none. `type_name` is the stored class, "" for a plain mapping. `status` is a
    tool message's `success` or `error`. `raw` is the value it was read from.
    """

    role: str
    type_name: str
    message_id: str | None
    name: str | None
    parts: tuple[Part, ...]
    tool_calls: tuple[ToolCall, ...]
    tool_call_id: str | None
    usage: Usage | None
    model: str | None
    status: str | None
    raw: Tagged | dict[str, Value]

    @property
    def is_error(self) -> bool:
        return self.status == "error"

    @property
    def text(self) -> str:
        """The text parts alone, one below the other, as far as they were read."""
        return "\n".join(part.text for part in self.parts if part.kind == "text")


def is_message(value: object) -> bool:
    """Whether `as_message` would recognise it; much cheaper."""
    return role_of(value) != ""


def is_message_list(value: object) -> bool:
    """A list of messages and nothing else, at least one. The `Omitted` rest of a cut list does not speak
    against it.
    """
    if type(value) is not list or not value or type(value[0]) is Omitted:
        return False
    return all(role_of(item) or (type(item) is Omitted and item.reason != "hidden") for item in value)


def role_of(value: object) -> str:
    """The role of a message as in `Message.role`, "" for any value that is none."""
    if type(value) is Deferred:  # its class tells, mostly: a long conversation is not decoded to be recognised
        role = _CLASSES.get(value.type_name.rpartition(".")[2]) if value.type_name.startswith(_MODULES) else None
        return role if role and role != "chat" else role_of(value.value)
    if type(value) is Tagged:
        role = _CLASSES.get(value.short_name) if value.type_name.startswith(_MODULES) else None
        if role is None and "content" in value.fields:
            role = _lookup(_TYPES, value.fields.get("type"))
        return _own_role(value.fields) if role == "chat" else role or ""
    return _plain_role(value) if type(value) is dict else ""


def message_id_of(value: object) -> str | None:
    """The `id` of a message, if it is a text with something in it; None for anything else."""
    value = opened(value)
    fields = value.fields if type(value) is Tagged else value
    found = fields.get("id") if isinstance(fields, Mapping) else None
    return found if type(found) is str and found else None


def as_message(value: Value | Absent) -> Message | None:
    """The message that a value is, or None where it is not one."""
    value = resolved(value)
    role = role_of(value)
    if not role or not isinstance(value, (Tagged, dict)):
        return None
    fields: Mapping[str, Any] = value.fields if isinstance(value, Tagged) else value
    parts = content_parts(fields.get("content"))
    return Message(
        role=role,
        type_name=value.type_name if isinstance(value, Tagged) else "",
        message_id=message_id_of(value),
        name=as_text(fields.get("name")),
        parts=parts,
        tool_calls=tool_calls(fields, parts),
        tool_call_id=as_text(fields.get("tool_call_id")),
        usage=usage(fields),
        model=_model(fields.get("response_metadata")),
        status=as_text(fields.get("status")),
        raw=value,
    )


def message_text(message: Message, limit: int = 200) -> str:
    """A message in one line of at most `limit` characters: its text, else what it does or holds instead of
    one.
    """
    if message.role == "remove":
        return one_line(f"removes {message.message_id or 'a message without an id'}", limit)
    if text := message.text.strip():
        return one_line(text, limit)
    if hidden := ", ".join(part.hidden for part in message.parts if part.hidden and part.kind == "text"):
        return one_line(f"{hidden}, hidden", limit)
    if message.tool_calls:
        return one_line("calls " + ", ".join(call.name or "?" for call in message.tool_calls), limit)
    kinds = [f"[{part.kind.replace('_', ' ')}]" for part in message.parts if part.kind != "text"]
    reasoning = " ".join(part.text for part in message.parts if part.kind in ("reasoning", "tool_result"))
    return one_line(" ".join([*kinds, reasoning]).strip(), limit)


def _plain_role(fields: Mapping[str, Any]) -> str:
    """The role of a plain mapping, when all its keys fit a message."""
    if not isinstance(fields.get("content"), _CONTENT_TYPES):
        return ""
    if "type" in fields:
        role = _lookup(_TYPES, fields["type"])
        if role is None or "content" not in fields or not fields.keys() <= _LANGCHAIN_KEYS:
            return ""
        return _own_role(fields) if role == "chat" else role
    role = _lookup(_ROLES, fields.get("role"))
    says_something = "content" in fields or "tool_calls" in fields or "function_call" in fields
    return role if role and says_something and fields.keys() <= _OPENAI_KEYS else ""


def _own_role(fields: Mapping[str, Any]) -> str:
    word = as_text(fields.get("role"))
    return _ROLES.get(word, word) if word else "chat"


def _lookup(words: Mapping[str, str], word: object) -> str | None:
    return words.get(word) if type(word) is str else None


def _model(response: Any) -> str | None:
    fields = response.fields if isinstance(response, Tagged) else response
    if not isinstance(fields, Mapping):
        return None
    names = (as_text(fields.get(key)) for key in ("model_name", "model", "model_id"))
    return next((name for name in names if name), None)
