"""Ways through the gate that tests go."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.signing_in import PASSWORD

COOKIE = "inspector-session"


def post(client: Client, name: str = "ada", password: str = PASSWORD, **more: Any) -> HttpResponse:
    headers = more.pop("headers", {})
    answer: Any = client.post("/login/", {"username": name, "password": password, **more}, headers=headers)
    return answer  # type: ignore[no-any-return]


def is_in(client: Client) -> bool:
    return client.get("/threads/?format=json").status_code == 200
