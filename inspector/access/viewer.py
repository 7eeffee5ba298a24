"""Somebody who is signed in, and what they may see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

#: How they came in: the one-time link, a password here, a trusted proxy's header, an OpenID provider, or the accounts
#: of the Django project that the dashboard is a part of.
Via: TypeAlias = Literal["link", "password", "header", "oidc", "django"]


class Role(StrEnum):
    """CONTENT sees everything but what is masked. SHAPE sees ids, counts, hosts, structure and sizes, and nothing of
    what people and models said."""

    CONTENT = "content"
    SHAPE = "shape"


@dataclass(frozen=True, slots=True)
class Viewer:
    """`stores` are the names of those that may be looked at, None for all. An `auditor` may read the audit log."""

    name: str
    via: Via
    role: Role
    stores: frozenset[str] | None = None
    auditor: bool = False

    @property
    def sees_content(self) -> bool:
        return self.role is Role.CONTENT

    def may_see(self, store: str) -> bool:
        return self.stores is None or store in self.stores
