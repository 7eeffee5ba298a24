"""Verdicts on orphans and weights of evidence in words."""

from __future__ import annotations

from django.template import Library

register = Library()

#: Verdict: its word, its tone, what it means.
_VERDICTS = {
    "lost": ("likely lost", "warn", "Likely a part of a conversation that went on in another thread."),
    "unclear": ("unclear", "", "It may be a part of a conversation, or one question and no more."),
    "single": ("likely one question", "good", "Likely one question that had its answer, and no more."),
}


@register.filter
def verdict_words(verdict: str) -> str:
    return _VERDICTS[verdict][0]


@register.filter
def verdict_tone(verdict: str) -> str:
    return _VERDICTS[verdict][1]


@register.filter
def verdict_says(verdict: str) -> str:
    return _VERDICTS[verdict][2]


@register.filter
def signed(weight: int) -> str:
    """ "+2", "−2" with a real minus, "0"."""
    return f"{weight:+d}".replace("-", "\N{MINUS SIGN}") if weight else "0"


@register.filter
def leaning(weight: int) -> str:
    """Which way it leans: "for", "against" or "neither"."""
    return "for" if weight > 0 else "against" if weight < 0 else "neither"
