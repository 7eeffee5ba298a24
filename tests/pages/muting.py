"""Somebody who mutes, by a browser that Django checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.pages.browse import Browser, Document

PAGE, ADD, UNDO = "/orphans/mutes/", "/orphans/mutes/add/", "/orphans/mutes/undo/"
RIGHT: dict[str, Any] = {"what": "id", "pattern": "nightly:*", "reason": "Reports, one thread each", "end": "7d"}


@dataclass(frozen=True)
class People:
    """A browser that Django checks as it checks everybody's."""

    browser: Browser

    @property
    def client(self) -> Client:
        return self.browser.client

    def send(self, path: str, headers: dict[str, str] | None = None, **fields: Any) -> Any:
        page = self.browser.document(PAGE)
        token = next(e for e in page.all("input") if e.attributes["name"] == "csrfmiddlewaretoken").attributes["value"]
        return self.client.post(path, {"csrfmiddlewaretoken": token, **fields}, headers=headers or {})

    def mute(self, **fields: Any) -> Any:
        return self.send(ADD, **{**RIGHT, **fields})


def text_of(response: HttpResponse) -> str:
    return " ".join(Document(response.content.decode()).elements[0].text.split())
