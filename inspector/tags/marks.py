"""Stored text made safe to look at: escaped, with what cannot be seen (control and direction characters) marked.

Everything else here builds on `shown`: it is the only way of stored text into a page that does not pass through
Django's own escaping. Direction overrides are taken out of the text and named, so that no stored text can turn around
what stands beside it.
"""

from __future__ import annotations

import re

from django.template import Library
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.text import shorten_middle

register = Library()

#: Longest text in a `title`: a tooltip is no place to read two thousand characters in.
TITLE_LIMIT = 200

# Not here: tab and line feed (layout does them), the joiners of emoji and of Persian and Indic writing.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_CODE = re.compile(r"`([^`]+)`")
_LAYOUT = {"\n": "\u21b5", "\t": "\u21e5", "\r": "\u240d"}


@register.filter
def shown(text: object) -> SafeString:
    """Text as HTML, unseen characters marked by their code point, line breaks and tabs left to the layout."""
    return _safe(UNSEEN.sub(_mark, _escaped(text)))


@register.filter
def shown_line(text: object) -> SafeString:
    """The same for text that has to stay in a line: line breaks, tabs and outer spaces become signs."""
    line = UNSEEN.sub(_mark, _escaped(text))
    line = re.sub(r"[\n\t]|^ +| +$", _layout_mark, line)
    return _safe(line)


@register.filter
def prose(sentence: object) -> SafeString:
    """A sentence of ours, as errors and hints are: what stands between backticks is code."""
    return _safe(_CODE.sub(r"<code>\1</code>", shown(sentence)))


@register.filter
def short(text: object, limit: int = 60) -> SafeString:
    """A line of at most `limit` characters, the middle given up."""
    return shown_line(shorten_middle(str(text), limit))


@register.filter
def prose_line(sentence: object, limit: int = 160) -> SafeString:
    """The same in a line of at most `limit` characters."""
    return _safe(_CODE.sub(r"<code>\1</code>", short(sentence, limit)))


@register.filter
def title(text: object) -> str:
    """Text for a `title` attribute; the template engine escapes it."""
    return plain(shorten_middle(str(text), TITLE_LIMIT))


def plain(text: str) -> str:
    """Text without a single unseen character, for places that take no markup."""
    return UNSEEN.sub(lambda found: _code(found[0]), text)


def drawn(text: str) -> str:
    """Text for a picture: escaped, in a line, and without markup, which would end an SVG."""
    return _escaped(plain(" ".join(text.split())))


def _escaped(text: object) -> str:
    return str(escape(str(text)))


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def _mark(found: re.Match[str]) -> str:
    return f"<i class=u>{_code(found[0])}</i>"


def _layout_mark(found: re.Match[str]) -> str:
    return f"<i class=u>{''.join(_LAYOUT.get(character, chr(0x2423)) for character in found[0])}</i>"


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308  escaped above
