"""A client of the dashboard that has signed in, as one does who opens the printed link."""

from __future__ import annotations

from typing import Any

from django.test import Client

from inspector.access.link import make_link


def signed_in(**options: Any) -> Client:
    """Needs an index that is migrated. `options` are those of Django's `Client`."""
    client = Client(**options)
    answer = client.get(make_link("http://localhost"), headers={"host": "localhost"})
    if answer.status_code != 303:
        raise RuntimeError(f"The link was answered with {answer.status_code}.")
    return client
