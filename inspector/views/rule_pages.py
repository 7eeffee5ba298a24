"""The pages that explain the rules: Markdown files of ours, which come with the dashboard, made into HTML."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from inspector.addresses import address_of
from inspector.parts import RULE_PAGES

_PAGE = re.compile(r"(?:\./)?([a-z0-9]+(?:-[a-z0-9]+)*)\.md(#.*)?")
_ELSEWHERE = re.compile(r"https?://")


def read_rule_page(slug: str) -> str | None:
    """The page's Markdown; None where there is none yet. `slug` is that of a rule."""
    path = Path(getattr(settings, "RULE_PAGES", RULE_PAGES)) / f"{slug}.md"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def title_of_page(text: str) -> str:
    """Its first heading."""
    return next((line[2:].strip() for line in text.splitlines() if line.startswith("# ")), "")


def render_rule_page(text: str) -> str:
    """The page below its first heading, as safe HTML. Markup in the Markdown stays text."""
    body = re.sub(r"\A\s*# .*\n", "", text)
    html: str = _markdown().render(body)
    return mark_safe(html)  # noqa: S308  made with HTML off, of files of ours


@functools.cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
    markdown.core.ruler.push("rule_links", lambda state: _lead_to_pages(state.tokens))
    return markdown


class _Renderer(RendererHTML):
    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """Code with a button that copies it."""
        html: str = format_html(
            '<div class="copyable"><pre><code>{}</code></pre>'
            '<button type="button" class="cp js" data-copy-code aria-label="Copy this code"></button></div>\n',
            tokens[idx].content,
        )
        return html

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """Wide ones scroll by themselves."""
        return '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n'

    def table_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        return "</table></div>\n"


def _lead_to_pages(tokens: Sequence[Token]) -> None:
    """Links to other rules lead to their pages here; those to other documents, which are not here, to nothing."""
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                _lead(child)


def _lead(link: Token) -> None:
    href = str(link.attrs.get("href", ""))
    if found := _PAGE.fullmatch(href):
        link.attrs = _with(link.attrs, href=address_of("rule", found[1]) + (found[2] or ""))
    elif _ELSEWHERE.match(href):
        link.attrs = _with(link.attrs, rel="noreferrer")
    else:
        link.attrs = {"title": f"In the documentation: {href}"}


def _with(attributes: Mapping[str, str | int | float], **more: str) -> dict[str, str | int | float]:
    return {**attributes, **more}
