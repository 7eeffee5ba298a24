"""Threads that somebody asked for in vain, beside those that were meant; and threads that were written twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from inspector.doctor.case import Case
from inspector.doctor.evidence.near_ids import Difference, NearIds, candidates, common_prefixes, difference, plain
from inspector.index.queries import Row
from inspector.index.recent import rows_of
from inspector.index.search import find_hits
from inspector.models import ABSENT, UNKNOWN_TIME, ThreadEntry

#: Pairs that one prefix must tell apart before it counts: a number may follow any word.
SAME_PREFIX = 3
#: Ids asked for in vain whose twins are looked for in the whole index, prefixes that are tried for each, and ids that
#: are searched for by a part of them.
_ASKED, _PREFIXES, _SEARCHED = 50, 8, 3
_SHORTEST = 6
#: Two clocks may differ by so much.
_MARGIN = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Twins:
    """`asked` was asked for and is not stored, or was written by other hosts than `written`, with the same owner."""

    asked: Row
    written: Row
    difference: Difference

    @property
    def askers(self) -> tuple[str, ...]:
        workers = self.asked.workers
        return tuple(w.hostname for w in workers if w.misses or (w.writes and self.asked.entry.stored))

    @property
    def writers(self) -> tuple[str, ...]:
        return tuple(w.hostname for w in self.written.workers if w.writes or w.reported)


def asked_in_vain(case: Case, slug: str) -> list[Row]:
    """Threads that hosts asked for and that no store holds, as far as probes tell; the newest first."""
    return [row for row in case.newest if _is_missed(row) and not case.mutes.thread(slug, row.entry.thread_id)]


def find_missed(case: Case, asked: Sequence[Row]) -> list[Twins]:
    """Those of them that have a twin which was written by then."""
    written = {row.entry.thread_id: row for row in case.stored}
    near = NearIds(written)
    pairs = {
        row.entry.thread_id: _pairs(row, (written[one] for one in near.find(row.entry.thread_id))) for row in asked
    }
    lacking = [row for row in asked if not pairs[row.entry.thread_id]]
    for row, others in _look_up(case, lacking[:_ASKED], list(written)):
        pairs[row.entry.thread_id] = _pairs(row, others)
    return _believed([pair for row in asked for pair in pairs[row.entry.thread_id]])


def are_two_kinds(case: Case, pairs: Sequence[Twins]) -> bool:
    """Whether threads are stored with and without each prefix that tells these ids apart: then it may tell two kinds of
    conversations apart, of the same people, and who has one of them need not have the other."""
    stored = {plain(row.entry.thread_id) for row in case.stored}
    return all(
        prefix and sum(f"{prefix}{thread_id}" in stored for thread_id in stored) >= SAME_PREFIX
        for prefix in {pair.difference.prefix for pair in pairs}
    )


def find_stored(case: Case, slug: str) -> list[Twins]:
    """Threads of one owner that are one by their names, each written by hosts that did not write the other."""
    rows = {row.entry.thread_id: row for row in case.stored if row.entry.owner}
    near = NearIds(rows)
    pairs = []
    for thread_id, row in rows.items():
        for other in near.find(thread_id):
            first, second = sorted((row, rows[other]), key=lambda one: (one.entry.first_at, one.entry.pk))
            if first is row and _are_apart(first, second) and not case.mutes.thread(slug, other):
                pairs += _pairs(second, [first])
    return _believed(pairs)


def _is_missed(row: Row) -> bool:
    entry = row.entry
    if entry.stored or entry.state != ABSENT or entry.verified_at == UNKNOWN_TIME or not entry.misses:
        return False
    return not any(worker.elsewhere or worker.reported for worker in row.workers)


def _are_apart(one: Row, two: Row) -> bool:
    hosts, others = ({w.hostname for w in row.workers if w.writes} for row in (one, two))
    return one.entry.owner == two.entry.owner and bool(hosts) and bool(others) and not hosts & others


def _pairs(row: Row, others: Iterable[Row]) -> list[Twins]:
    """An id that is asked for before its twin is written is another one. One twin is enough, but not one of several."""
    found = []
    for other in others:
        told = difference(row.entry.thread_id, other.entry.thread_id)
        if told is not None and row.entry.last_at >= other.entry.first_at - _MARGIN:
            found.append(Twins(row, other, told))
    written = [pair for pair in found if not pair.difference.prefix]
    return written[:1] or found


def _believed(pairs: Sequence[Twins]) -> list[Twins]:
    """Without prefixes that tell few ids apart, and one pair for each id: of several prefixes the most frequent."""
    counts = Counter(pair.difference.prefix for pair in pairs)
    by_id: dict[str, list[Twins]] = defaultdict(list)
    for pair in pairs:
        if not pair.difference.prefix or counts[pair.difference.prefix] >= SAME_PREFIX:
            by_id[pair.asked.entry.thread_id].append(pair)
    return [max(some, key=lambda pair: counts[pair.difference.prefix]) for some in by_id.values()]


def _look_up(case: Case, rows: Sequence[Row], written: Sequence[str]) -> Iterator[tuple[Row, Sequence[Row]]]:
    """Twins among all threads of the index: by ids that they may have, and of a few by a part of theirs."""
    prefixes = common_prefixes(written, _PREFIXES)
    wanted = {row.entry.thread_id: candidates(row.entry.thread_id, prefixes) for row in rows}
    found = _by_ids(case, {one for some in wanted.values() for one in some})
    searched = 0
    for row in rows:
        thread_id = row.entry.thread_id
        others: Sequence[Row] = [found[one] for one in wanted[thread_id] if one in found]
        if not others and searched < _SEARCHED and len(thread_id.strip()) >= _SHORTEST:
            searched += 1
            others = _by_part(case, thread_id.strip())
        yield row, others


def _by_ids(case: Case, thread_ids: Iterable[str]) -> Mapping[str, Row]:
    # Asked for `stored` as well, SQLite would go through all threads of the store.
    entries = ThreadEntry.every.filter(store=case.entry, thread_id__in=sorted(thread_ids)).order_by()
    return {row.entry.thread_id: row for row in rows_of([entry for entry in entries if entry.stored])}


def _by_part(case: Case, part: str) -> Sequence[Row]:
    hits = find_hits(case.entry, part)
    return rows_of(list(ThreadEntry.objects.filter(pk__in=hits.of(True)[:20]))) if hits is not None else ()
