"""What settings say not to tell of: `INSPECTOR_MUTED`. Mutes that people make on the pages are in `index.mutes`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from inspector.doctor.finding import Finding
from inspector.mute import Mute


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

    def silence(self, finding: Finding) -> Finding:
        """A problem without the hosts and threads that are muted. Where nothing is left of what it named, it is muted
        as a whole. Rules that count threads leave out the muted ones themselves, before they count."""
        if not finding.is_problem:
            return finding
        hosts = tuple(host for host in finding.hosts if not self.host(finding.rule, host))
        threads = tuple(self.without_threads(finding.rule, finding.thread_ids))
        nothing_left = (finding.hosts and not hosts) or (finding.thread_ids and not threads)
        if nothing_left or self.rule(finding.rule):
            return replace(finding, status="ok", muted=True)
        return replace(finding, hosts=hosts, thread_ids=threads)

    def _covers(self, slug: str, what: str, text: str) -> bool:
        return any(mute.rule == slug and mute.what == what and fnmatchcase(text, mute.pattern) for mute in self.mutes)
