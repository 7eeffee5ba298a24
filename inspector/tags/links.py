"""Addresses that keep what they should of the present one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote_plus

from django.http import HttpRequest, QueryDict
from django.template import Context, Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from inspector.access.doors import login_address
from inspector.addresses import address_of
from inspector.tags.marks import UNSEEN

register = Library()

# In a query string: all of ASCII but what may stand there, and whatever else cannot be seen.
_UNSAFE = re.compile(f"(?:[^A-Za-z0-9_.~!*()/:@,;$?\\x80-\U0010ffff-]|{UNSEEN.pattern}|\\s)+")

#: Columns that begin with their greatest value when they are sorted by: what people look for is there.
_GREATEST_FIRST = frozenset({"last_at", "first_at", "turns", "checkpoints"})

#: What the same thread in another store is opened with, and what of other pages belongs to one place in one store.
_OF_A_THREAD = frozenset({"id", "tab", "channel", "message"})
_OF_A_PLACE = frozenset({"store", "after", "page", "format"})
#: Bytes that the parameters kept by a switcher may take, for all its stores together.
_SWITCH_BYTES = 24_000


@register.simple_tag
def thread_url(store: str, stores: tuple[str, ...], thread_id: str, **more: str) -> str:
    """A thread's address. The store is named only where there is a choice."""
    return _address("thread", store, stores, {"id": thread_id, **more})


@register.simple_tag
def login_url() -> str:
    """Where people sign in."""
    return login_address()


@register.simple_tag
def section_url(name: str, store: str, stores: tuple[str, ...], **more: str) -> str:
    """A section's address in the same store."""
    return _address(name, store, stores, more)


@register.simple_tag
def below_url(name: str, below: str, store: str, stores: tuple[str, ...], **more: str) -> str:
    """The address of a page below a section's own, in the same store: "alerts/" below "orphans"."""
    path, mark, query = _address(name, store, stores, more).partition("?")
    return f"{path}{below}{mark}{query}"


@register.simple_tag
def rule_url(slug: str, store: str, stores: tuple[str, ...]) -> str:
    """The page that explains a rule, from which the bar leads on in the same store."""
    return _address("rule", store, stores, {}, slug)


@register.simple_tag(takes_context=True)
def switch_url(context: Context, store: str, stores: tuple[str, ...]) -> str:
    """The present page in another store, with what narrows and sorts it. Not where one was in it: a cursor, a step or a
    page's number is of one store only. Parameters that would weigh too much, told once a store, are left out."""
    request = _request(context)
    found = request.resolver_match
    section, held = (found.url_name, found.kwargs) if found is not None else (None, {})
    kept = [
        (name, value)
        for name, values in request.GET.lists()
        for value in values
        if section and (name in _OF_A_THREAD if section.partition("-")[0] == "thread" else name not in _OF_A_PLACE)
    ]
    if len(query_of(kept).encode("utf-8", "replace")) * len(stores) > _SWITCH_BYTES:
        section, held, kept = "threads", {}, []
    named = [("store", store)] if store != stores[0] else []
    return address_of(section or "threads", **held) + (f"?{query_of(named + kept)}" if named or kept else "")


@register.simple_tag(takes_context=True)
def here(context: Context, **changes: str | None) -> str:
    """The present address with some parameters changed, or left out by None.

    Django's `querystring` does the same with longer addresses (see `query_of`); a list has sixty of them.
    """
    query = _request(context).GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{_query_text(query)}"


@register.simple_tag(takes_context=True)
def step_url(context: Context, store: str, stores: tuple[str, ...], checkpoint_id: str) -> str:
    """An address that shows the same step tomorrow, of the same store: nothing is left to what is newest or first."""
    given = _request(context).GET
    kept = {name: given[name] for name in ("id", "ns", "tab", "against") if name == "id" or given.get(name)}
    named = {"store": store} if len(stores) > 1 else {}
    pairs = {**named, **kept, "checkpoint": checkpoint_id}
    return f"{_request(context).path}?{query_of(pairs.items())}"


@register.simple_tag(takes_context=True)
def part_url(context: Context, below: str, **more: str | None) -> str:
    """A page below the present thread's own ("size/"; "" is the thread's own), in the same store and namespace. `more`
    goes into the query, None leaves out what would be kept (`ns`)."""
    given = _request(context).GET
    kept: dict[str, str | None] = {name: given.get(name) for name in ("store", "id", "ns")}
    kept = {name: value for name, value in kept.items() if value or (name == "id" and value is not None)}
    pairs = [(name, value) for name, value in {**kept, **more}.items() if value is not None]
    return f"{address_of('thread')}{below}?{query_of(pairs)}"


@register.simple_tag(takes_context=True)
def hidden_inputs(context: Context, *leave_out: str, **changes: str) -> SafeString:
    """The present query, some of it changed, as hidden inputs: a form keeps what it has no control for."""
    given = _request(context).GET
    kept = (name for name in given if name not in leave_out and name not in changes)
    pairs = [(name, value) for name in kept for value in given.getlist(name) if value]
    inputs = format_html_join("", '<input type="hidden" name="{}" value="{}">', (*pairs, *changes.items()))
    return mark_safe(inputs.replace("\r", "&#13;"))  # noqa: S308  a bare one would become a line feed


@register.simple_tag(takes_context=True)
def json_url(context: Context) -> str:
    """The present address as data."""
    query = _request(context).GET.copy()
    query["format"] = "json"
    return f"{_request(context).path}?{_query_text(query)}"


@register.simple_tag(takes_context=True)
def sorted_by(context: Context, column: str, words: str, present: str) -> SafeString:
    """A column's header as a link: sorts by it, or the other way round where it is sorted by already."""
    query = _request(context).GET.copy()
    query.pop("after", None)
    first = f"-{column}" if column in _GREATEST_FIRST else column
    on = present.removeprefix("-") == column
    other = column if present.startswith("-") else f"-{column}"
    query["sort"] = other if on else first
    arrow = ("↓" if present.startswith("-") else "↑") if on else ""
    says = ("descending" if present.startswith("-") else "ascending") if on else ""
    hidden = format_html('<span class="vh">, sorted {}</span>', says) if says else ""
    sign = format_html(' <span aria-hidden="true">{}</span>', arrow) if arrow else ""
    return format_html('<a href="?{}">{}{}{}</a>', _query_text(query), words, sign, hidden)


@register.filter
def aria_sort(present: str, column: str) -> str:
    """For a header's `aria-sort`."""
    if present.removeprefix("-") != column:
        return "none"
    return "descending" if present.startswith("-") else "ascending"


def query_of(parameters: Iterable[tuple[str, str]]) -> str:
    """Parameters as a query string that holds other writing as it is: browsers encode it, in a twelfth of the space.

    What cannot be seen is encoded like what would end a parameter.
    """
    return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in parameters)


def _encoded(text: str) -> str:
    return _UNSAFE.sub(lambda found: quote_plus(found[0], errors="replace"), text)


def _query_text(query: QueryDict) -> str:
    return query_of((name, value) for name, values in query.lists() for value in values)


def _address(name: str, store: str, stores: tuple[str, ...], parameters: dict[str, str], *held: str) -> str:
    """`held` is what the path itself names."""
    if store and len(stores) > 1 and store != stores[0]:
        parameters = {"store": store, **parameters}
    return address_of(name, *held) + (f"?{query_of(parameters.items())}" if parameters else "")


def _request(context: Context) -> HttpRequest:
    request: HttpRequest = context["request"]
    return request


@register.simple_tag(takes_context=True)
def filter_url(context: Context, parameter: str, value: str, current: bool) -> str:
    """A quick filter's address: they exclude each other, and the one that is on switches itself off."""
    query = _request(context).GET.copy()
    for name in ("turns", "state", "flag", "after"):
        query.pop(name, None)
    if parameter and not current:
        query[parameter] = value
    return f"?{_query_text(query)}"


@register.simple_tag(takes_context=True)
def chips(context: Context, *shown: str) -> list[tuple[str, str, str]]:
    """What narrows the list and has no control of its own, each as (name, value, address without it).

    `shown` are quick filters (`state=failed`) and controls (`host`) that stand on the page already.
    """
    given = _request(context).GET
    found = []
    for name in ("state", "flag", "host", "owner", "graph", "shape", "muted", "until"):
        value = given.get(name, "")
        if value and name not in shown and f"{name}={value}" not in shown:
            query = given.copy()
            query.pop(name, None)
            query.pop("after", None)
            found.append((name, value, f"?{_query_text(query)}"))
    return found
