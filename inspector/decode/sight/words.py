"""The words of LangChain and LangGraph that a shape keeps: whoever finds one in stored data learns nothing from it.

The forms of ids are those that LangChain, LangGraph and the providers' own interfaces make. They are matched whole.
"""

from __future__ import annotations

import re

#: Roles and types of messages, as classes, plain mappings and providers have them.
MESSAGE_WORDS = frozenset(
    {
        *("human", "user", "ai", "assistant", "system", "developer", "tool", "function", "chat", "remove"),
        *("HumanMessageChunk", "AIMessageChunk", "SystemMessageChunk", "ToolMessageChunk"),
        *("FunctionMessageChunk", "ChatMessageChunk"),
    }
)
#: Types of the parts of a message's content, and of calls.
BLOCK_WORDS = frozenset(
    {
        *("text", "input_text", "output_text", "refusal", "text-plain", "reasoning", "reasoning_content", "thinking"),
        *("redacted_thinking", "image", "image_url", "input_image", "audio", "input_audio", "video", "video_url"),
        *("file", "input_file", "document", "media", "tool_use", "server_tool_use", "tool_call", "server_tool_call"),
        *("function_call", "function", "tool_result", "server_tool_result", "web_search_tool_result"),
        *("invalid_tool_call", "tool_call_chunk", "base64", "url", "id", "non_standard", "summary_text"),
    }
)
#: Keys of those parts and calls.
BLOCK_KEYS = frozenset(
    {
        *("text", "refusal", "reasoning", "thinking", "reasoning_content", "summary", "content", "output", "index"),
        *("source", "source_type", "image_url", "input_audio", "file", "url", "video_url", "file_uri", "file_id"),
        *("base64", "data", "file_data", "mime_type", "media_type", "filename", "title", "detail", "function"),
        *("error", "signature", "extras", "annotations", "is_error"),
    }
)
STATUSES = frozenset({"success", "error"})
#: Where the counts of tokens stand, by LangChain and by the providers.
COUNTS = frozenset(
    {
        *("input_tokens", "output_tokens", "total_tokens", "prompt_tokens", "completion_tokens"),
        *("input_token_details", "output_token_details", "prompt_tokens_details", "completion_tokens_details"),
        *("cache_read", "cache_creation", "audio", "reasoning", "cached_tokens", "reasoning_tokens", "audio_tokens"),
        *("accepted_prediction_tokens", "rejected_prediction_tokens"),
        *("cache_read_input_tokens", "cache_creation_input_tokens"),
    }
)
#: The id that takes all messages out.
REMOVE_ALL = "__remove_all__"

_LONGEST_NAME = 200
_CLASS = re.compile(r"[A-Za-z_]\w*(?:\.(?:<locals>|\w+))*(?:\[[\w.,]+\])?", re.ASCII)
_FIELD = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_MADE_ID = re.compile(
    rf"(?:run-|lc_run--|lc_|msg_)?{_UUID}(?:-\d{{1,4}})?"
    r"|[0-9a-f]{32}"
    r"|(?:chatcmpl-|call_|toolu_|resp_|msg_|fc_|rs_)(?=[A-Za-z]*\d)[A-Za-z0-9]{16,64}"
)


def is_class_name(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and _CLASS.fullmatch(text) is not None


def is_field_name(text: str) -> bool:
    return _FIELD.fullmatch(text) is not None


def is_made_id(text: str) -> bool:
    """Whether a program made this id, by its form."""
    return _MADE_ID.fullmatch(text) is not None
