"""What somebody has said not to tell of: `INSPECTOR_MUTED`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from inspector.config import Mute


@dataclass(frozen=True, slots=True)
class Mutes:
    """Each mute names a rule, and may narrow it to hosts or threads by a pattern as of a shell."""

    mutes: tuple[Mute, ...] = ()

    def rule(self, slug: str) -> bool:
        """Whether the rule is muted as such."""
        return any(mute.rule == slug and not mute.what for mute in self.mutes)

    def host(self, slug: str, hostname: str) -> bool:
        return self._covers(slug, "host", hostname)

    def thread(self, slug: str, thread_id: str) -> bool:
        return self._covers(slug, "thread", thread_id)

    def without_threads(self, slug: str, thread_ids: Iterable[str]) -> list[str]:
        return [thread_id for thread_id in thread_ids if not self.thread(slug, thread_id)]

    def _covers(self, slug: str, what: str, text: str) -> bool:
        return any(mute.rule == slug and mute.what == what and fnmatchcase(text, mute.pattern) for mute in self.mutes)
