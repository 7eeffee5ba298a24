"""Graphs and families of ids whose threads never go on, and are perhaps not meant to: reports, classifiers, probes.

They make orphans every day and nothing is wrong. But a host that loses every conversation looks the same from afar, so
each is told together with what speaks against muting it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from django.db.models import Count

from inspector.domain.id_families import run_prefix
from inspector.domain.thread_ids import RANDOM_SHAPES
from inspector.index.begun import HOUR, Sums, floor
from inspector.index.columns import is_among
from inspector.index.covered import Left, newest_left, sums_by_name
from inspector.index.kinds import Moment, left
from inspector.index.week import LENGTH
from inspector.models import StoreEntry, ThreadEntry
from inspector.patterns import exactly

#: Threads that are old enough to tell, of which there have to be as many before anything is said.
ENOUGH = 50
#: Threads of the others that go on, and their share: where nobody goes on, nothing tells what is meant to.
_OTHERS, _OTHERS_SHARE = 10, 0.1
#: Left threads that are looked at for their ids, and threads that went on.
LOOKED_AT = 2_000
#: Two threads of one owner that begin within this time belong together more often than not.
_TOGETHER = timedelta(minutes=30)
#: From this share of the threads on.
_MANY = 0.2
_MOST = 5  #: suggestions of a kind


@dataclass(frozen=True, slots=True)
class OneShot:
    """Threads of which none was ever gone on with. `verdict` is "meant" (their ids were chosen, each for one run),
    "unsure" (random ids and no owners, as lost conversations have them) or "lost" (random ids, and owners who began one
    thread right after another)."""

    what: str  #: "graph" or "id"
    name: str  #: the graph, or what the ids begin with
    threads: int
    verdict: str

    @property
    def pattern(self) -> str:
        return exactly(self.name) + ("*" if self.what == "id" else "")


def one_shots(store: StoreEntry, moment: Moment) -> tuple[OneShot, ...]:
    """Graphs first, then families of ids that belong to none of these graphs. Without what is muted."""
    newest = newest_left(store, LOOKED_AT)
    graphs = one_shot_graphs(store, moment, newest)
    return (*graphs, *_families(store, moment, newest, {graph.name for graph in graphs}))


def one_shot_graphs(store: StoreEntry, moment: Moment, newest: Sequence[Left] | None = None) -> tuple[OneShot, ...]:
    """Of those that ran within a week, by the tallies: hours of before are asked only where a graph had no second turn
    since. Only where there is such a graph are threads looked at: `newest` are the newest left ones, if they were read
    already."""
    week = sums_by_name(store, "graph", since=floor(moment.now, HOUR) - LENGTH)
    lately = {name for name, of in week.items() if name and of.threads == of.left}
    if not lately or not _go_on(of for name, of in week.items() if name not in lately):
        return ()
    sums = sums_by_name(store, "graph", names=lately)
    never = {name: of for name, of in sums.items() if of.threads == of.left >= ENOUGH and not _is_muted(of)}
    young = _young_by_graph(store, moment, never) if never else {}
    decided = {name: of.left - young.get(name, 0) for name, of in never.items()}
    enough = sorted((name for name in never if decided[name] >= ENOUGH), key=lambda name: (-decided[name], name))
    if not enough:
        return ()
    rows = newest_left(store, LOOKED_AT) if newest is None else newest
    return tuple(
        OneShot("graph", name, decided[name], _verdict([row for row in rows if row.graph == name]))
        for name in enough[:_MOST]
    )


def _is_muted(sums: Sums) -> bool:
    return 2 * sums.left_muted >= sums.left


def _go_on(others: Iterable[Sums]) -> bool:
    threads = went_on = 0
    for sums in others:
        threads += sums.threads
        went_on += sums.threads - sums.left
    return went_on >= max(_OTHERS, _OTHERS_SHARE * threads)


def _young_by_graph(store: StoreEntry, moment: Moment, names: Mapping[str, Sums]) -> dict[str, int]:
    """Left too lately to tell."""
    way = left(since=moment.orphan_before)
    rows = ThreadEntry.every.filter(way.asked_of_held, store=store, one_turn=True, last_at__gte=way.since)
    counted = rows.order_by().values("graph").annotate(threads=Count("id")).values_list("graph", "threads")
    return {name: threads for name, threads in counted if name in names}


def _families(store: StoreEntry, moment: Moment, newest: Sequence[Left], graphs: set[str]) -> tuple[OneShot, ...]:
    families: dict[str, list[Left]] = defaultdict(list)
    for row in newest:
        if not row.muted and row.graph not in graphs and row.first_at < moment.orphan_before:
            families[run_prefix(row.thread_id)].append(row)
    families.pop("", None)
    large = {prefix: rows for prefix, rows in families.items() if len(rows) >= ENOUGH}
    if not large:
        return ()
    went_on = _prefixes_that_go_on(store)
    if sum(went_on.values()) < _OTHERS:
        return ()
    found = [
        OneShot("id", prefix, len(rows), _verdict(rows)) for prefix, rows in large.items() if prefix not in went_on
    ]
    return tuple(sorted(found, key=lambda one: (-one.threads, one.name))[:_MOST])


def _prefixes_that_go_on(store: StoreEntry) -> Counter[str]:
    rows = ThreadEntry.objects.filter(is_among({"one_turn": False}), store=store).order_by("-last_at", "-id")
    return Counter(map(run_prefix, rows.values_list("thread_id", flat=True)[:LOOKED_AT]))


def _verdict(rows: Sequence[Left]) -> str:
    """Of threads without a second turn. Who chose an id for each run did not lose it."""
    made = [row for row in rows if row.id_shape in RANDOM_SHAPES or row.id_shape == "prefixed"]
    if rows and len(made) < len(rows) / 2:
        return "meant"
    return "lost" if _together(made) >= max(2, _MANY * len(made)) else "unsure"


def _together(rows: Iterable[Left]) -> int:
    """Threads that began soon after another one of their owner."""
    begun = defaultdict(list)
    for row in rows:
        if row.owner:
            begun[row.owner].append(row.first_at)
    pairs = (pair for times in begun.values() for pair in pairwise(sorted(times)))
    return sum(after - before <= _TOGETHER for before, after in pairs)
