"""A browser without a window: asks as people, htmx and programs do, and reads HTML as a parser does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.test import Client

#: Every page, with a query that shows something on the scenario store; a `thread_id` is put into the thread's.
THREAD = "resume-sync"


@dataclass
class Element:
    """A tag with its attributes and all the text inside it."""

    tag: str
    attributes: dict[str, str]
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.parts)


class Document(HTMLParser):
    """Every element of a page, in order."""

    _VOID = frozenset({"meta", "link", "img", "input", "br", "hr", "source", "area", "col", "wbr"})

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in self._VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.parts.append(data)

    def all(self, tag: str) -> Iterator[Element]:
        return (element for element in self.elements if element.tag == tag)


@dataclass(frozen=True)
class Browser:
    """Asks for pages. Parameters are encoded here, so that any text can be one."""

    client: Client

    def get(self, path: str, headers: dict[str, str] | None = None, **parameters: Any) -> HttpResponse:
        return self.ask("GET", address(path, **parameters), headers)

    def part(self, path: str, **parameters: Any) -> HttpResponse:
        return self.get(path, {"HX-Request": "true"}, **parameters)

    def data(self, path: str, *, status: int = 200, **parameters: Any) -> Any:
        """The page as strict JSON: `NaN` and the like, which `json` would let pass, are no JSON."""
        response = self.get(path, format="json", **parameters)
        assert response.status_code == status, response.content[:500]
        assert response["Content-Type"] == "application/json"
        return json.loads(response.content, parse_constant=_refuse)

    def document(self, path: str, *, status: int = 200, **parameters: Any) -> Document:
        response = self.get(path, **parameters)
        assert response.status_code == status, response.content[:500]
        return Document(response.content.decode())

    def ask(self, method: str, address: str, headers: dict[str, str] | None = None) -> HttpResponse:
        response: Any = self.client.generic(method, address, headers=headers or {})
        return response  # type: ignore[no-any-return]  # the test client's own type adds only what nobody here asks


def address(path: str, **parameters: Any) -> str:
    """Percent-encoded as a browser does. A list gives a parameter several times."""
    pairs = [
        f"{quote(name, safe='')}={quote(str(item), safe='', errors='surrogatepass')}"
        for name, value in parameters.items()
        for item in (value if isinstance(value, list) else [value])
    ]
    return path + ("?" + "&".join(pairs) if pairs else "")


def _refuse(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")
