"""Groups of threads for the eye: values in a line, chances in words."""

from __future__ import annotations

from typing import Protocol

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inspector.domain.text import one_line
from inspector.domain.value import Absent, Value
from inspector.tags.compact import compact
from inspector.tags.marks import shown

register = Library()

#: Characters of a value, and of what somebody said, in a line.
_VALUE, _SAID = 80, 200


class HasValue(Protocol):
    @property
    def value(self) -> Value | Absent: ...


@register.filter
def in_line(tree: HasValue) -> SafeString:
    """A value in a line, cut where it is long."""
    value = tree.value
    line = "nothing" if isinstance(value, Absent) else compact(value, _VALUE)[0]
    return format_html("<code><bdi>{}</bdi></code>", shown(line))


@register.filter
def said_line(text: str) -> SafeString:
    """What somebody said, in a line."""
    return format_html("<bdi>{}</bdi>", shown(one_line(text, _SAID)))


@register.filter
def sure_words(confidence: float) -> str:
    """ "likely, 93 % sure"; never quite sure, since nobody was asked."""
    share = min(99, int(confidence * 100))
    return f"{'likely' if confidence >= 0.8 else 'perhaps'}, {share} % sure"
