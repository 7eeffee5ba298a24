"""Accounts with a password, and what each name may see: all that `inspector user` does.

A name may have access without an account here, where a proxy or an OpenID provider says who somebody is.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from inspector.access.viewer import Role
from inspector.addresses import is_alone
from inspector.errors import InspectorError
from inspector.models import Access
from inspector.models.database import atomic


class AccountError(InspectorError):
    """What was asked for cannot be done to this account."""

    status = 400


class AlreadyThere(AccountError):
    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} has access already.", f"Change it with `inspector user change {name}`.")


@dataclass(frozen=True, slots=True)
class Account:
    """`stores` is None for all. `has_password` says that this name can sign in here."""

    name: str
    role: Role
    stores: tuple[str, ...] | None
    auditor: bool
    has_password: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be another way; None leaves it. No `stores` at all means all of them."""

    role: Role | None = None
    stores: tuple[str, ...] | None = None
    auditor: bool | None = None


def list_accounts() -> list[Account]:
    """By name."""
    users = {user.get_username(): user for user in get_user_model().objects.all()} if is_alone() else {}
    return [_account(row, users.get(row.username)) for row in Access.objects.order_by("username")]


def has_account(name: str) -> bool:
    return Access.objects.filter(username=name).exists()


def add_account(name: str, role: Role, stores: Collection[str], *, auditor: bool, password: str | None) -> None:
    """`password` is None for somebody who signs in elsewhere. Raises `AccountError`, and then nothing was made."""
    check_new(name)
    held, now = sorted(stores) or None, timezone.now()
    try:
        with atomic():
            Access.objects.create(username=name, role=role, stores=held, auditor=auditor, made_at=now)
            if password is not None:
                set_password(name, password)
    except IntegrityError:  # another process was faster
        raise AlreadyThere(name) from None


def check_new(name: str) -> None:
    """Raises `AccountError` where this cannot be a name, or has access already."""
    if not name.strip() or name != name.strip() or not name.isprintable() or len(name) > 150:
        raise AccountError(
            "This cannot be a name.", "A name has 1 to 150 characters that print, and no space at either end."
        )
    if has_account(name):
        raise AlreadyThere(name)


def change_account(name: str, change: Change) -> None:
    """Takes effect at the next request of that person. Raises `AccountError`."""
    row = _row(name)
    if change.role is not None:
        row.role = change.role
    if change.stores is not None:
        row.stores = sorted(change.stores) or None
    if change.auditor is not None:
        row.auditor = change.auditor
    row.save()


def remove_account(name: str) -> None:
    """Account, access and with them all sessions: none is looked at without the account. Raises `AccountError`."""
    row = _row(name)
    with atomic():
        row.delete()
        if is_alone():  # accounts of another project are not ours
            get_user_model().objects.filter(username=name).delete()


def set_password(name: str, password: str) -> None:
    """Ends the sessions that the old one began. Makes the account where there is none. Raises `AccountError`."""
    model = get_user_model()
    user = model.objects.filter(username=name).first() or model(username=name)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise AccountError("This password cannot be used.", " ".join(error.messages)) from None
    user.set_password(password)
    user.is_active = True
    user.save()


def make_password() -> str:
    return secrets.token_urlsafe(18)


def check_account(name: str) -> None:
    """Raises `AccountError` where this name was given nothing."""
    _row(name)


def _row(name: str) -> Access:
    row = Access.objects.filter(username=name).first()
    if row is None:
        raise AccountError(f"{name!r} has no access.", "`inspector user list` shows who has.")
    return row


def _account(row: Access, user: AbstractBaseUser | None) -> Account:
    stores = None if row.stores is None else tuple(row.stores)
    able = user is not None and user.is_active and user.has_usable_password()
    return Account(row.username, Role(row.role), stores, row.auditor, able)
