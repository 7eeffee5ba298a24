"""Findings in words: how sure one is, and since when it holds."""

from __future__ import annotations

from django.template import Library

register = Library()

CONFIDENCE = {
    "certain": "certain: seen as such",
    "likely": "likely: no other explanation known",
    "possible": "possible: may have other reasons",
}
#: Status: its sign, its class, its word.
MARKS = {
    "error": ("✕", "bad", "Error"),
    "warning": ("!", "warn", "Warning"),
    "unknown": ("–", "muted", "Not known"),
    "ok": ("✓", "good", "Sound"),
}


@register.filter
def confidence_words(confidence: str) -> str:
    return CONFIDENCE.get(confidence, confidence)


@register.filter
def asks_for_probe(missing: str) -> bool:
    """Whether a probe would tell."""
    return "probe.install()" in missing


@register.filter
def mark_sign(status: str) -> str:
    return MARKS[status][0] if status in MARKS else "–"


@register.filter
def mark_class(status: str) -> str:
    return MARKS[status][1] if status in MARKS else "muted"


@register.filter
def mark_words(status: str) -> str:
    return MARKS[status][2] if status in MARKS else status
