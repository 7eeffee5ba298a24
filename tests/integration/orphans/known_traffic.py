"""Traffic of which is known, beside all that an index can know, which conversation each thread is of."""

from __future__ import annotations

from collections import Counter

from benchmarks.random_traffic import Site, Traffic


class KnownTraffic(Traffic):
    """`conversations` are by thread: a host that makes new threads tears one into many."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.conversations: dict[str, str] = {}
        self._requests_of: Counter[str] = Counter()

    def _serve(self, at: float, thread_id: str, owner: str, host: str) -> None:
        before = len(self.threads)
        super()._serve(at, thread_id, owner, host)
        self._requests_of[thread_id] += 1
        new = next(reversed(self.threads))
        self.conversations[new if len(self.threads) > before else thread_id] = thread_id

    def lost(self) -> set[str]:
        """Threads at hosts that forget, each of them one request of a conversation that had several."""
        return {
            thread_id
            for thread_id, thread in self.threads.items()
            if thread.turns == 1
            and self._requests_of[self.conversations[thread_id]] > 1
            and set(thread.by_host) & set(self.site.wrong)
        }

    def single(self) -> set[str]:
        """Threads of conversations that were one question, at hosts that remember."""
        return {
            thread_id
            for thread_id, thread in self.threads.items()
            if self._requests_of[self.conversations[thread_id]] == 1 and not set(thread.by_host) & set(self.site.wrong)
        }
