"""Which threads the mutes of a store cover, as of one moment: those that people made on the pages (`models.Mute`).

Rows are marked by them in `index.marking`, and `index.covered` tells beforehand how many one would cover. What settings
mute are rules of the diagnosis, see `doctor.mutes`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import translate

from django.db.models import Q, QuerySet

from inspector.models import Mute, StoreEntry

#: What a mute's pattern may be compared with.
WHAT = ("id", "owner", "host", "graph")


@dataclass(frozen=True, slots=True)
class Mutes:
    """Patterns as of a shell, compiled once. `signature` tells one set of them from another, and is "" for none."""

    signature: str = ""
    _id: re.Pattern[str] | None = None
    _owner: re.Pattern[str] | None = None
    _host: re.Pattern[str] | None = None
    _graph: re.Pattern[str] | None = None

    @classmethod
    def of(cls, patterns: Iterable[tuple[str, str]]) -> Mutes:
        """Of pairs of what is compared (one of `WHAT`) and a pattern."""
        told = sorted(set(patterns))
        if not told:
            return cls()
        by_what = {what: [pattern for of, pattern in told if of == what] for what in WHAT}
        signature = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]
        return cls(signature, *(_compiled(by_what[what]) for what in WHAT))

    @classmethod
    def in_force(cls, store: StoreEntry, now: datetime) -> Mutes:
        """Those that are neither undone nor at their end."""
        return cls.of(active_mutes(store, now).values_list("what", "pattern"))

    @property
    def ask_for_hosts(self) -> bool:
        return self._host is not None

    def covers(self, thread_id: str, owner: str, graph: str, hosts: Iterable[str]) -> bool:
        """Whether any of them does. `hosts` are those that wrote to the thread: one that fits is enough."""
        if not self.signature:
            return False
        return (
            _fits(self._id, thread_id)
            or _fits(self._owner, owner)
            or _fits(self._graph, graph)
            or (self._host is not None and any(_fits(self._host, host) for host in hosts))
        )


def active_mutes(store: StoreEntry, now: datetime) -> QuerySet[Mute]:
    """Those that are neither undone nor at their end, as they were made."""
    lasting = Q(ends_at=None) | Q(ends_at__gt=now)
    return Mute.objects.filter(lasting, store=store, undone_at=None).order_by("pk")


def _compiled(patterns: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(translate, patterns))) if patterns else None


def _fits(pattern: re.Pattern[str] | None, text: str) -> bool:
    return pattern is not None and pattern.match(text) is not None
