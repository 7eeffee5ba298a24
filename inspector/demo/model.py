"""A chat model that needs no network: it answers from the conversation it is shown, and from nothing else.

That is what makes it useful here. Asked about something said earlier, it finds it in the messages, or says
that this is the first it hears of it. So a worker that loses its memory can be *seen* to lose it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

ORDER = re.compile(r"\border (?:number )?(\d{4})\b", re.IGNORECASE)
NAME = re.compile(r"\b(?:I'm|I am|[Mm]y name is|[Tt]his is) ([A-Z][a-z]+)\b")
ABOUT_ORDER = re.compile(r"\b(?:that|the|my) order\b", re.IGNORECASE)
ABOUT_NAME = re.compile(r"\b(?:my name|who am I)\b", re.IGNORECASE)
ABOUT_BEFORE = re.compile(r"\b(?:what did I|as I said|before|earlier|last time)\b", re.IGNORECASE)
GREETING = re.compile(r"^(?:hi|hello|good morning|hey)\b", re.IGNORECASE)


class ScriptedModel(BaseChatModel):
    """A deterministic stand-in for a hosted model, with the metadata that a hosted one would send."""

    model_name: str = "scripted-2-large"
    tool_names: tuple[str, ...] = ()

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The same model, able to ask for these tools."""
        names = tuple(tool.name for tool in tools if isinstance(tool, BaseTool))
        return self.model_copy(update={"tool_names": names})

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        calls = self._tool_calls(messages)
        text = "" if calls else answer(messages)
        message = AIMessage(
            content=text,
            tool_calls=calls,
            usage_metadata=_usage(messages, text, calls),
            response_metadata={
                "model_name": self.model_name,
                "finish_reason": "tool_calls" if calls else "stop",
                "system_fingerprint": "fp_5c17e1d3",
            },
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _tool_calls(self, messages: list[BaseMessage]) -> list[ToolCall]:
        """One look-up for each order that the last message names."""
        if "lookup_order" not in self.tool_names or not isinstance(messages[-1], HumanMessage):
            return []
        return [
            ToolCall(name="lookup_order", args={"order_id": order}, id=f"call_{order}_{len(messages)}")
            for order in ORDER.findall(str(messages[-1].content))
        ]


def answer(messages: Sequence[BaseMessage]) -> str:
    """What the model says next. Pure: the same conversation always gets the same answer."""
    last = messages[-1]
    if isinstance(last, ToolMessage):
        return _after_tools(messages)
    said = str(last.content)
    earlier = [str(m.content) for m in messages[:-1] if isinstance(m, HumanMessage)]
    if ABOUT_ORDER.search(said) and not ORDER.search(said):
        return _about_order(earlier)
    if ABOUT_NAME.search(said) and not NAME.search(said):
        return _about_name(earlier)
    if ABOUT_BEFORE.search(said):
        return _about_before(earlier)
    if named := NAME.search(said):
        return f"Nice to meet you, {named[1]}. What can I do for you?"
    if GREETING.match(said):
        return "Hello! Tell me your order number and I will look it up."
    return f"I have noted: “{said[:80]}”. Is there anything else I can help you with?"


def _after_tools(messages: Sequence[BaseMessage]) -> str:
    """Tell what the tools found, the calls of this turn only."""
    found: list[str] = []
    for message in reversed(messages):
        if not isinstance(message, ToolMessage):
            break
        found.append(str(message.content))
    return "I have looked it up. " + " ".join(reversed(found))


def _about_order(earlier: Sequence[str]) -> str:
    for said in reversed(earlier):
        if orders := ORDER.findall(said):
            return f"You mean order {orders[-1]}. I have added your wish to it; you will get an e-mail."
    if earlier:
        return "You have not told me an order number yet. It has four digits and stands in your e-mail."
    return (
        "I am sorry, I do not know which order you mean: this is the first message of our conversation "
        "that I can see. Could you give me the order number again?"
    )


def _about_name(earlier: Sequence[str]) -> str:
    for said in reversed(earlier):
        if named := NAME.search(said):
            return f"You are {named[1]}, you told me so earlier."
    return "I am sorry, you have not told me your name in this conversation, as far as I can see."


def _about_before(earlier: Sequence[str]) -> str:
    if not earlier:
        return "I am sorry, I cannot see anything that you said before: for me our conversation starts here."
    return f"Earlier you said: “{earlier[-1][:80]}”."


def _usage(messages: Sequence[BaseMessage], text: str, calls: Sequence[ToolCall]) -> UsageMetadata:
    """Token counts of a plausible size: about four characters each, all but the last message cached."""
    sent = [12 + len(str(message.content)) // 4 for message in messages]
    written = 8 + len(text) // 4 + 22 * len(calls)
    return UsageMetadata(
        input_tokens=sum(sent),
        output_tokens=written,
        total_tokens=sum(sent) + written,
        input_token_details={"cache_read": sum(sent[:-1])},
    )
