"""Sums of tokens: of a state's messages, and of those that changes added."""

from __future__ import annotations

from typing import Any

from django.template import Library

from inspector.domain.tokens import Tokens, tokens_in
from inspector.tags.words import noun, number

register = Library()


@register.filter
def tokens_held(value: Any) -> str:
    """Of a channel's value (a `Tree`): "12,340 tokens in 5 answers"; "" where no two messages tell."""
    held = getattr(value, "value", None)
    return _told(tokens_in(held)) if isinstance(held, list) else ""


@register.filter
def tokens_added(change: Any) -> str:
    """Of the messages that a channel's change brought, in the same words."""
    if change.form != "messages":
        return ""
    added = [entry.after.value for entry in change.entries if entry.kind == "added"]
    return _told(tokens_in(added), cut=change.cut or bool(change.left_out))


def _told(tokens: Tokens, *, cut: bool = False) -> str:
    if tokens.answers < 2:  # one tells its own on its card
        return ""
    least = "at least " if cut or tokens.cut else ""
    return f"{least}{number(tokens.total)} tokens in {noun(tokens.answers, 'answer')}"
