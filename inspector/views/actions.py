"""Addresses that change something: they take POST alone, and Django refuses what no page of the dashboard sent.

What is changed is the dashboard's own database, never a store. After it the browser is sent on to a page (303), so that
reloading does not do it again; htmx follows on its own and gets the part of that page.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase

from inspector.addresses import address_of
from inspector.errors import WrongMethod
from inspector.views.page import View, answer_in_time, show_error

_BREAKS = re.compile(r"\r\n?")


def action_view(view: View) -> View:
    """Errors made for people become pages (or JSON, with `format=json` in the address) with their status."""

    @functools.wraps(view)
    def answer(request: HttpRequest, **held: str) -> HttpResponseBase:
        if request.method != "POST":
            error = WrongMethod(
                "This address only takes what a form sends, and was opened without one.",
                "Open the page that has the form; nothing was changed.",
            )
            response = show_error(request, error)
            response["Allow"] = "POST"
            return response
        return answer_in_time(view, request, held)

    return answer


def go_on(name: str, **query: Any) -> HttpResponse:
    """To the page of this name in `urls`, with what of its query is not empty."""
    kept = {key: value for key, value in query.items() if value not in ("", None)}
    address = address_of(name) + (f"?{urlencode(kept)}" if kept else "")
    return HttpResponse(status=303, headers={"Location": address, "Cache-Control": "no-store"})


class Form:
    """What was typed into a form, and what is wrong with it, field by field.

    A field that is wrong reads as "", so that all of them are read and told at once; `typed` goes back into the page.
    """

    def __init__(self, sent: QueryDict) -> None:
        self._sent = sent
        self.typed: dict[str, str] = {}
        self.errors: dict[str, str] = {}

    @property
    def is_right(self) -> bool:
        return not self.errors

    def refuse(self, name: str, why: str) -> str:
        """The first thing that is wrong with a field is told."""
        self.errors.setdefault(name, why)
        return ""

    def text(self, name: str, *, what: str, least: int = 0, most: int) -> str:
        """Without white space around it. `what` begins the sentence that tells what is wrong: "The reason"."""
        text = _BREAKS.sub("\n", self._sent.get(name) or "").strip()
        self.typed[name] = text[: most + 1].replace("\x00", "")
        if "\x00" in text:
            return self.refuse(name, f"{what} holds a NUL character.")
        if len(text) > most:
            return self.refuse(name, f"{what} can have {most:,} characters; this has {len(text):,}.")
        if len(text) < least:
            words = f"{what} needs at least {least} characters." if text else f"{what} is missing."
            return self.refuse(name, words)
        return text

    def choice(self, name: str, choices: Mapping[str, str], *, what: str, default: str = "") -> str:
        """One of the keys of `choices`."""
        value = self._sent.get(name) or default
        self.typed[name] = value if value in choices else default
        if value not in choices:
            return self.refuse(name, f"{what} can be {', '.join(choices.values())}.")
        return value
