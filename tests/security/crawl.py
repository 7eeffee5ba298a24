"""Asks for every address in every form, follows the links of the answers, and shows each answer to a judge."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

from django.test import Client

#: How browsers, programs and htmx ask for a page.
FORMS: tuple[Mapping[str, str], ...] = ({}, {"format": "json"}, {"HX-Request": "true"})
#: Methods other than GET.
METHODS = ("HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE")
#: Addresses of one kind, with those that are asked for at first, up to which links are followed.
ALIKE = 2
_PARTS = 1  #: addresses of a kind that are asked as htmx asks: the part is in the page as well
_LINK = re.compile(r'(?:href|src|action|hx-get|hx-post|data-[a-z-]+)="(/[^"]*)"')
_STATUSES = {200, 301, 302, 303, 400, 401, 403, 404, 405, 413, 422, 429, 503}
_JSON_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True)
class Answer:
    """`asked` names the request; `text` is all that came back: status, headers, cookies, body."""

    asked: str
    address: str
    status: int
    text: str
    body: str

    def told(self) -> str:
        """What a browser or program makes of it, but for the words of the request itself."""
        ways = (self.text, unescape(self.text), unquote_plus(self.text), _JSON_ESCAPE.sub(_letter, self.text))
        told = "\n".join(dict.fromkeys(ways)).replace("\0", "")
        words = sorted({value for _, value in parse_qsl(urlsplit(self.address).query)}, key=len, reverse=True)
        for word in words:
            told = told.replace(word, "…") if len(word) > 3 else told
        return told


def _letter(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def ask(client: Client, method: str, address: str, form: Mapping[str, str] | None = None, **more: Any) -> Answer:
    """`form` is one of `FORMS`."""
    headers = dict(form or {})
    if kind := headers.pop("format", ""):
        address = f"{address}{'&' if '?' in address else '?'}format={kind}"
    response: Any = client.generic(method, address, headers={**headers, **more.pop("headers", {})}, **more)
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    body = raw.decode("utf-8", "backslashreplace")
    heads = [f"{name}: {value}" for name, value in response.headers.items()]
    cookies = [morsel.OutputString() for morsel in response.cookies.values()]
    asked = f"{method} {address} {dict(form or {})}"
    return Answer(asked, address, response.status_code, "\n".join([*heads, *cookies, body]), body)


@dataclass
class Crawl:
    """`judge` raises at an answer that should not be. `shown` are the pages that were answered with what was asked."""

    client: Client
    judge: Callable[[Answer], None]
    kinds: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)
    met: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    answers: int = 0

    def run(self, begin: Iterable[str]) -> None:
        waiting = deque(dict.fromkeys(begin))
        self.met.update(waiting)
        self.kinds.update(map(kind_of, waiting))
        while waiting:
            address = waiting.popleft()
            for link in self._open(address):
                if link not in self.met and not link.startswith(("/static/", "/logout/")):
                    self.met.add(link)
                    self.kinds[kind_of(link)] += 1
                    if self.kinds[kind_of(link)] <= ALIKE:
                        waiting.append(link)

    def _open(self, address: str) -> set[str]:
        links: set[str] = set()
        for form in self._forms(address):
            links |= self._see(ask(self.client, "GET", address, form))
        return links

    def run_methods(self, addresses: Iterable[str]) -> None:
        """Each of these by what people do not ask by."""
        for address in addresses:
            for method in METHODS:
                self._see(ask(self.client, method, address))
            self._see(ask(self.client, "POST", address, data=_FIELDS, content_type=_FORM))

    def _forms(self, address: str) -> tuple[Mapping[str, str], ...]:
        """A file has one form, and the data of a checkpoint is the same on each of its tabs."""
        kind = kind_of(address)
        self.parts[kind] += 1
        if self.parts[kind] <= _PARTS:
            return FORMS
        one_form = ("download=", "as=", "tab=state", "tab=writes", "tab=metadata")
        return FORMS[:1] if any(word in address for word in one_form) else FORMS[:2]

    def _see(self, answer: Answer) -> set[str]:
        assert answer.status in _STATUSES, (answer.asked, answer.status)
        assert "Traceback (most recent" not in answer.body, answer.asked
        self.answers += 1
        if answer.status == 200:
            self.shown.add(urlsplit(answer.address).path)
        self.judge(answer)
        return {unescape(link).partition("#")[0] for link in _LINK.findall(answer.body)}


_FORM = "application/x-www-form-urlencoded"
_FIELDS = "what=owner&pattern=*&do=preview&text=a&reason=abc"


def kind_of(address: str) -> str:
    """The page, and what of it is asked for by which parameters."""
    asked = urlsplit(address)
    names = [name if name not in ("tab", "as") else f"{name}={value}" for name, value in parse_qsl(asked.query)]
    return f"{unquote(asked.path)}?{'&'.join(sorted(names))}"
