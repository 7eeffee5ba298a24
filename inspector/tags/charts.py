"""Bars of a share, as SVG that the style sheet colours. Numbers always stand beside them."""

from __future__ import annotations

from django.template import Library
from django.utils.safestring import SafeString, mark_safe

register = Library()


@register.simple_tag
def show_share(part: int, whole: int, before: float | None = None) -> SafeString:
    """A bar as long as the share that `part` is of `whole`, with a mark where the share `before` lies."""
    share = 100 * part / whole if whole else 0
    mark = (
        f'<rect class="before" x="{min(99.0, 100 * before):.3g}" width="1" height="8"/>' if before is not None else ""
    )
    return mark_safe(  # noqa: S308  numbers only
        '<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="all" width="100" height="8"/>'
        f'<rect class="part" width="{min(100.0, share):.3g}" height="8"/>{mark}</svg>'
    )
