"""Django's test client as somebody who has signed in, and the sessions that this takes.

Without arguments it is whoever opened the link: sees everything. With some it is an account that may see that much.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.test import AsyncClient, Client
from django.utils import timezone

from inspector.models import Access

PASSWORD = "correct horse battery staple"

AnyClient = TypeVar("AnyClient", Client, AsyncClient)


def signed_in_client(role: str = "", stores: Collection[str] | None = None, **options: Any) -> Client:
    """A client of one's own, with an account of its own where `role` or `stores` are given. `options` are Django's."""
    client = Client(**options)
    if role or stores is not None:
        make_account("ada", role or "content", stores)
        return sign_in_as(client, "ada")
    return by_link(client)


def by_link(client: AnyClient) -> AnyClient:
    """As after `/login/?token=…`."""
    session = client.session
    session["inspector-via"] = "link"
    session.save()
    return client


def sign_in_as(client: Client, name: str) -> Client:
    """As after the right password."""
    client.force_login(get_user_model().objects.get(username=name), "django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["inspector-via"] = "password"
    session.save()
    return client


def make_account(
    name: str, role: str = "content", stores: Collection[str] | None = None, *, auditor: bool = False
) -> None:
    """What `inspector user add` makes, with `PASSWORD`."""
    get_user_model().objects.create_user(username=name, password=PASSWORD)
    give_access(name, role, stores, auditor=auditor)


def give_access(
    name: str, role: str = "content", stores: Collection[str] | None = None, *, auditor: bool = False
) -> None:
    held = None if stores is None else sorted(stores)
    Access.objects.update_or_create(
        username=name, defaults={"role": role, "stores": held, "auditor": auditor, "made_at": timezone.now()}
    )
