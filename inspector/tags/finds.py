"""What was found in a thread, in words."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template import Context, Library
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.channels import START
from inspector.domain.text import shorten_middle
from inspector.tags.links import query_of
from inspector.tags.marks import plain, shown_line

register = Library()

_KINDS = {
    "value": "state",
    "input": "input",
    "write": "pending write",
    "error": "error",
    "interrupt": "question",
    "resume": "answer",
    "metadata": "metadata",
    "id": "checkpoint_id",
}


@register.filter
def hit_kind(hit: Any) -> str:
    return _KINDS[hit.kind]


@register.filter
def cut_out(text: str) -> SafeString:
    """A piece of a text: in a line, and with spaces at its ends, which the next piece begins behind."""
    return mark_safe(shown_line(f"|{text}|")[1:-1])  # noqa: S308  escaped, and without the two marks


@register.filter
def hit_words(hit: Any) -> list[str]:
    """What else is known of a hit, each a phrase; the template engine escapes them."""
    words = [f"{hit.times:,} times in this text"] if hit.times > 1 else []
    if hit.node:
        words.append(f"by {_name(hit.node)}")
    given = any(one.kind == "input" for one in hit.also)
    for one in hit.also:
        if given and one.node == START:  # LangGraph's own way of taking an input
            continue
        step = "?" if one.step is None else one.step
        words.append(
            f"in the input of step {step}"
            if one.kind == "input"
            else f"written {f'by {_name(one.node)} ' if one.node else ''}at step {step}"
        )
    if hit.unknown_origin:
        words.append("the step before is not stored any more, an earlier one may have brought it")
    if hit.stays is not None:
        words.append("still there in the newest step" if hit.stays else "not there any more in the newest step")
    return words


@register.filter
def graph_words(checkpoint_ns: str, number: int) -> str:
    """A subgraph by the names of its nodes, and its number where there are several of that name."""
    name = " / ".join(part.partition(":")[0] for part in checkpoint_ns.split("|"))
    return f"subgraph {_name(name)}{f' {number}' if number else ''}"


@register.filter
def looked_words(looked: Any) -> str:
    where = f" of {graph_words(looked.checkpoint_ns, 0)}" if looked.checkpoint_ns else ""
    if looked.done >= looked.checkpoints:
        steps = "The only step" if looked.checkpoints == 1 else f"All {looked.checkpoints:,} steps"
        return f"{steps}{where} {'is' if looked.checkpoints == 1 else 'are'} searched."
    down = "" if looked.last_step is None else f", down to step {looked.last_step:,}"
    return f"Looked through the newest {looked.done:,} of {looked.checkpoints:,} steps{where}{down}."


@register.simple_tag(takes_context=True)
def go_on_url(context: Context, more: dict[str, str]) -> str:
    """The present search from where it stopped."""
    request: HttpRequest = context["request"]
    kept = [(name, request.GET[name]) for name in request.GET if name not in ("before", "skip", "within", "format")]
    return f"{request.path}?{query_of([*kept, *more.items()])}"


@register.simple_tag(takes_context=True)
def find_inputs(context: Context) -> SafeString:
    """The present thread and namespace as hidden inputs of a form that looks for something in it."""
    given = context["request"].GET
    pairs = [(name, given[name]) for name in ("store", "id", "ns") if given.get(name)]
    inputs = format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)
    return mark_safe(inputs.replace("\r", "&#13;"))  # noqa: S308  a bare one would become a line feed


def _name(text: str) -> str:
    return plain(shorten_middle(text, 60))
