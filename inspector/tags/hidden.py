"""What a viewer's role hides, in words: what stands there, and that it is hidden."""

from __future__ import annotations

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inspector.decode import HIDDEN_OWNER
from inspector.tags.marks import shown

register = Library()


@register.filter
def is_hidden(owner: str) -> bool:
    """Whether a thread has an owner whom the viewer may not know."""
    return owner == HIDDEN_OWNER


@register.filter
def hidden_words(detail: str) -> SafeString:
    """ "text of 41 characters, hidden from your role"."""
    return format_html('<span class="hid">{}, hidden<span class="vh"> from your role</span></span>', shown(detail))
