"""A worker's clock is off: its checkpoints sort before those that they came from, and memory jumps back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median_low

from inspector.doctor.case import Case
from inspector.doctor.evidence.lately import DAY, find, within
from inspector.doctor.evidence.lineage import Lineage, hosts_of
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, fine, problem
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words, lasting
from inspector.domain.text import count_noun, shorten_middle
from inspector.stores.base import CheckpointRow

SLUG = "clock-skew"
#: Threads that are read: so many, and up to so many more while the time (seconds) lasts.
LEAST, MOST, SECONDS = 6, 24, 0.1
_SHOWN = 8
#: Seconds between clocks that no way of a report explains.
PLAIN = 5.0

_FIX = Fix(
    before="""\
timedatectl status
# System clock synchronized: no""",
    after="""\
timedatectl set-ntp true
timedatectl status
# System clock synchronized: yes""",
    note="In a container the clock is that of the machine below: mend it there. Until then, keep the worker from "
    "serving conversations that others serve as well.",
    language="sh",
)


@dataclass(frozen=True, slots=True)
class Jump:
    """A checkpoint whose id sorts before its parent's."""

    lineage: Lineage
    child: CheckpointRow
    parent: CheckpointRow

    @property
    def seconds(self) -> float:
        """What the child's clock is behind the parent's, at least: time went by between the two."""
        before, after = self.lineage.time(self.parent), self.lineage.time(self.child)
        return (before - after).total_seconds() if before and after else 0.0

    @property
    def at(self) -> datetime | None:
        """By the clock that is ahead, which is the right one more often."""
        return self.lineage.time(self.parent)

    @property
    def by(self) -> str:
        return self.lineage.host(self.child)

    @property
    def after(self) -> str:
        return self.lineage.host(self.parent)


def check(case: Case) -> Verdict:
    since = case.moment.now - DAY
    found = find(case, SLUG, flag="clock-skew", since=since)
    if not found.rows:
        return fine("In every thread of the last day each checkpoint sorts after the one that it came from.")
    jumps: list[Jump] = []
    for row in within(found.rows, least=LEAST, most=MOST, seconds=SECONDS):
        jumps += find_jumps(Lineage.read(case, row.entry.thread_id))
    lately = [jump for jump in jumps if jump.at is None or jump.at >= since]
    if not lately:
        return fine(
            "Clocks were off earlier: threads of the last day hold checkpoints that sort before the ones they came "
            "from, and none of these was made in the last day.",
            evidence=tuple(_evidence(jumps)),
        )
    return _problem(case, lately, found.total)


def find_jumps(lineage: Lineage) -> list[Jump]:
    """Oldest first."""
    return [
        Jump(lineage, row, lineage.rows[parent])
        for row in sorted(lineage.rows.values(), key=lambda row: row.checkpoint_id)
        if (parent := row.parent_checkpoint_id or "") in lineage.rows and row.checkpoint_id < parent
    ]


def _problem(case: Case, jumps: Sequence[Jump], threads: int) -> Verdict:
    hosts, ahead = _suspects(jumps)
    others = hosts_of(jump.by if ahead else jump.after for jump in jumps)
    others = tuple(host for host in others if host not in hosts)
    most = lasting(max(jump.seconds for jump in jumps))
    many = len(hosts) > 1
    clocks = f"The clock{'s' if many else ''} of {hosts_in_words(hosts) if hosts else 'a worker'}"
    lags = ("run" if ahead else "lag") if many else ("runs" if ahead else "lags")
    lags += " ahead of" if ahead else " behind"
    theirs = hosts_in_words(others) if others else "the other workers"
    lost = sum(jump.lineage.lost_turns(jump.child) for jump in jumps)
    turns = f" {count_noun(lost, 'turn')} of these {'is' if lost == 1 else 'are'} not remembered." if lost else ""
    return problem(
        f"{clocks} {lags} {'those' if len(others) > 1 or not others else 'that'} of {theirs} by at least {most}. In "
        f"{count_noun(threads, 'thread')} of the last day a checkpoint sorts before the one that it came from. The "
        "newest by its id is then not the newest by time: the next run reads the old one, and memory jumps back."
        + turns,
        title=f"{clocks} {lags} the others by {most}",
        confidence="certain",
        evidence=(*_evidence(jumps), *_heard(case)),
        hosts=hosts,
        thread_ids=tuple(dict.fromkeys(jump.lineage.thread_id for jump in jumps)),
    )


def _suspects(jumps: Sequence[Jump]) -> tuple[tuple[str, ...], bool]:
    """Hosts whose clock it is, and whether it is ahead. One host that comes before several others in time is ahead of
    them; else those that come too late are behind. Of two hosts alone, either may be wrong: it is said of the one that
    writes what is not found."""
    behind, before = hosts_of(jump.by for jump in jumps), hosts_of(jump.after for jump in jumps)
    if len(before) == 1 and len(set(behind) - set(before)) > 1:
        return before, True
    return behind, False


def _evidence(jumps: Sequence[Jump]) -> Iterator[Evidence]:
    for jump in sorted(jumps, key=lambda jump: -jump.seconds)[:_SHOWN]:
        thread_id = jump.lineage.thread_id
        link = Link("thread", {"id": thread_id, "ns": "", "checkpoint": jump.child.checkpoint_id})
        by, after = jump.by or "a worker", jump.after or "a worker"
        lost = jump.lineage.lost_turns(jump.child)
        tail = f"; {count_noun(lost, 'turn')} lost to the newest checkpoint" if lost else ""
        text = (
            f"{shorten_middle(thread_id, 60)}: a checkpoint of {by} is dated {lasting(jump.seconds)} before its parent"
        )
        yield Evidence(f"{text}, which {after} made{tail}", link, jump.at)


def _heard(case: Case) -> Iterator[Evidence]:
    """What the probes' reports say of the clocks beside, where there are any: each bears its worker's time, and the
    ledger says how long ago it came. Hosts are held against the one in the middle."""
    times: dict[str, float] = {}
    for one in case.crew.heard:
        host = one.report.hostname
        times[host] = max(times.get(host, 0.0), one.report.seen_at + one.ago)
    middle = median_low(times.values()) if len(times) > 2 else None
    for host, time in sorted(times.items()):
        if middle is not None and abs(time - middle) >= PLAIN:
            side = "ahead of" if time > middle else "behind"
            text = f"{host} reports with a clock that is {lasting(time - middle)} {side} those of the other workers"
            yield Evidence(text, Link("workers", {"host": host}))


RULE = Rule(
    slug=SLUG,
    problem="A worker's clock is off, and its checkpoints are not found",
    good="Checkpoints sort in the order in which they were made",
    severity="high",
    fix=_FIX,
    check=check,
)
