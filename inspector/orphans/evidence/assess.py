"""The evidence about the orphans of one page, gathered at once and judged one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from functools import cache

from inspector.index.begun import HOUR, floor
from inspector.index.kinds import Moment
from inspector.index.queries import Row
from inspector.index.seen import true_owners
from inspector.models import UNKNOWN_TIME, StoreEntry
from inspector.orphans.evidence.around import near_of, read_around
from inspector.orphans.evidence.course import judge_course
from inspector.orphans.evidence.crowd import judge_crowd
from inspector.orphans.evidence.graph import judge_graph
from inspector.orphans.evidence.owner import judge_owner
from inspector.orphans.evidence.past import Asked, Past
from inspector.orphans.evidence.piece import Assessment, Evidence
from inspector.orphans.evidence.rates import share
from inspector.orphans.evidence.reads import judge_reads
from inspector.orphans.evidence.shape import judge_shape
from inspector.orphans.evidence.share import Shares, judge_share

#: Who comes back within this time goes on with the conversation, more often than not.
PACE = timedelta(minutes=30)
#: Rows of one page.
MOST = 500


class _Looked:
    """What was read for a page. Its threads began in few hours, so sums are made once for each."""

    def __init__(self, store: StoreEntry, rows: Sequence[Row], moment: Moment) -> None:
        past = _past(store, rows, moment)
        self.owners = true_owners([row.entry for row in rows])
        self.shares = cache(past.shares)
        self.beside = cache(past.beside)
        self.around = read_around(store, rows, self.owners, PACE)


def assess(store: StoreEntry, rows: Sequence[Row], moment: Moment) -> Mapping[str, Assessment]:
    """By thread_id, of those of these rows (`MOST` at most) that have one turn: absent and longer threads are left out.
    Five queries and no more where the rows lie within some days, as those of a page mostly do."""
    judged = [row for row in rows[:MOST] if row.entry.stored and row.entry.one_turn]
    dated = [row for row in judged if row.entry.first_at != UNKNOWN_TIME]
    looked = _Looked(store, dated, moment) if dated else None
    idle = timedelta(seconds=moment.orphan_after)
    return {
        row.entry.thread_id: Assessment.of([*_placed(row, looked), *judge_course(row.entry, idle)]) for row in judged
    }


def _past(store: StoreEntry, rows: Sequence[Row], moment: Moment) -> Past:
    entries = [row.entry for row in rows]
    asked = Asked(
        ats=[entry.first_at.astimezone(UTC) for entry in entries],
        hosts={host_of(row) for row in rows},
        graphs={entry.graph for entry in entries},
        shapes={entry.id_shape for entry in entries},
    )
    return Past.read(store, moment, asked)


def host_of(row: Row) -> str:
    """The host that put most of its checkpoints; "" where none is named."""
    wrote = [w for w in row.workers if w.writes or (w.reported and not w.elsewhere)]
    return max(wrote, key=lambda w: (bool(w.hostname), w.writes, w.reported or 0)).hostname if wrote else ""


def _placed(row: Row, looked: _Looked | None) -> list[Evidence | None]:
    """All that depends on when it was; nothing where that is not known."""
    entry = row.entry
    if looked is None or entry.first_at == UNKNOWN_TIME:
        return []
    at = entry.first_at.astimezone(UTC)
    shares = looked.shares(host_of(row), entry.graph, floor(at, HOUR))
    mine = near_of(row)
    owner = looked.owners[entry.pk]
    owned = looked.around.get(owner, ()) if owner else ()
    others = [near for near in owned if near.thread_id != mine.thread_id and near.is_within(mine, PACE)]
    return [
        judge_shape(entry.id_shape, *looked.beside("shape", entry.id_shape, at.date())),
        judge_graph(entry.graph, *looked.beside("graph", entry.graph, at.date())),
        judge_share(shares),
        judge_owner(mine, others, PACE) if owner else _crowd(shares),
        judge_reads(entry, earlier=any(near.first_at < mine.first_at for near in others)),
    ]


def _crowd(shares: Shares) -> Evidence | None:
    """None where nothing tells how many are usual."""
    usual = shares.usual if shares.usual.threads else shares.others
    if not shares.now.threads or not usual.threads:
        return None
    others = max(0, shares.now.left - 1)
    return judge_crowd(shares.hostname, others, max(0.0, (shares.now.threads - 1) * share(usual)))
