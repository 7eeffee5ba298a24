"""Keys with a time to live go before the conversation does, or leave others behind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from inspector.doctor.case import Case
from inspector.doctor.coverage import seen_by_workers
from inspector.doctor.finding import Confidence, Evidence, Fix, Link, Verdict, fine, problem, unknown
from inspector.doctor.rule import REDIS, Rule
from inspector.doctor.words import hosts_in_words, lasting
from inspector.domain.text import count_noun, shorten_middle, thousands
from inspector.index.queries import Row
from inspector.models import ThreadWorker
from inspector.stores.signs import RedisSigns

_FIX = Fix(
    before="""\
saver = RedisSaver(url, ttl={"default_ttl": 30})  # minutes, from the last write on""",
    after="""\
# Longer than people stay away, and begun anew by every read.
saver = RedisSaver(url, ttl={"default_ttl": 60 * 24 * 30, "refresh_on_read": True})""",
    note="All workers need the same `ttl`: a saver without it leaves its keys for good, and what belongs to them goes.",
)
#: Pauses within conversations that a time to live is held against: so many threads tell them, at the least.
_FEW = 20
#: Of ten conversations, nine have no longer pause than the one they are held against.
_MOST = 0.9
_LONG = 100
#: Threads that are gone before their time, from which on somebody else than a user has removed them.
_SEVERAL = 3


@dataclass(frozen=True, slots=True)
class Vanished:
    """A thread that workers put checkpoints into, that is gone, and that was asked for after all."""

    thread_id: str
    put: int
    hosts: tuple[str, ...]  #: that asked for it in vain
    within: float  #: seconds after its beginning when it was asked for: it lived no longer
    writers: tuple[str, ...] = ()  #: that put checkpoints into it, with the time to live of their saver


def check(case: Case) -> Verdict:
    # Of an index that holds only some of the threads, the others are not gone.
    gone = [] if case.partial else [found for row in case.newest if (found := _vanished(row)) is not None]
    signs = case.signs.redis
    verdict = judge(signs, gone, _pauses(case.stored))
    expires = signs is not None and signs.expiring_checkpoints
    return seen_by_workers(case, verdict) if expires else verdict


def judge(signs: RedisSigns | None, gone: Sequence[Vanished], pauses: Sequence[float]) -> Verdict:
    """`pauses` are seconds between turns, one for each conversation, in ascending order."""
    if signs is not None and (found := _expired(signs, gone)):
        return found
    if signs is not None and signs.dangling_pointers:
        return _dangling(signs)
    if signs is None or not signs.sampled_checkpoints:
        return unknown(
            "How long keys live is not known.",
            missing="A checkpoint to look at, and the rights to PTTL and MGET, which `inspector grants` prints.",
        )
    if signs.expiring_checkpoints and signs.sampled_writes and not signs.expiring_writes:
        return _outliving(signs)
    if signs.expiring_checkpoints and _is_short(signs, pauses):
        return _short(signs, pauses)
    return fine(_good(signs, pauses))


def _vanished(row: Row) -> Vanished | None:
    """Put here as far as is known, not there, and a read found nothing."""
    put = sum(_puts(worker) for worker in row.workers)
    writers = tuple(sorted(worker.hostname for worker in row.workers if worker.hostname and _puts(worker)))
    asked = tuple(sorted(worker.hostname for worker in row.workers if worker.hostname and _misses(worker)))
    if row.entry.stored or not put or row.entry.last_miss_at is None:
        return None
    if row.entry.last_miss_at <= row.entry.first_at:  # the first turn's read, which cannot find anything
        return None
    within = (row.entry.last_miss_at - row.entry.first_at).total_seconds()
    return Vanished(row.entry.thread_id, put, asked, within, writers)


def _puts(worker: ThreadWorker) -> int:
    return 0 if worker.elsewhere else worker.reported or 0


def _misses(worker: ThreadWorker) -> bool:
    """The first read of whoever began it found nothing, as it should."""
    return (worker.misses or 0) > (1 if worker.reported else 0)


def _pauses(rows: Sequence[Row]) -> list[float]:
    """The mean pause of each conversation of two turns or more."""
    return sorted(
        (row.entry.last_at - row.entry.first_at).total_seconds() / (row.entry.turns - 1)
        for row in rows
        if row.entry.turns > 1
    )


def _is_short(signs: RedisSigns, pauses: Sequence[float]) -> bool:
    """Half of it: the pauses that are seen are those that were survived."""
    return (
        len(pauses) >= _FEW
        and signs.longest_ttl_seconds is not None
        and _long_pause(pauses) > signs.longest_ttl_seconds / 2
    )


def _long_pause(pauses: Sequence[float]) -> float:
    return pauses[min(len(pauses) - 1, int(len(pauses) * _MOST))]


def _expired(signs: RedisSigns, gone: Sequence[Vanished]) -> Verdict | None:
    """Applications delete threads, too. What was there longer than its keys live has expired; of what was not, a few
    may be anything, and more of them may come of a saver with another `ttl`."""
    if not (signs.expiring_checkpoints and signs.expired_keys):
        return None
    longest = signs.longest_ttl_seconds or 0.0
    if late := [one for one in gone if one.within >= longest]:
        return _vanishing(signs, late, "likely")
    return _vanishing(signs, gone, "possible") if len(gone) >= _SEVERAL else None


def _vanishing(signs: RedisSigns, gone: Sequence[Vanished], confidence: Confidence) -> Verdict:
    doubt = "" if confidence == "likely" else " The application may have deleted them as well."
    hosts = tuple(sorted({host for one in gone for host in one.hosts}))
    writers = hosts_in_words(sorted({host for one in gone for host in one.writers}))
    what = f" of what {writers} wrote" if writers else ""
    who = f" {hosts_in_words(hosts)} found nothing{what}." if hosts else ""
    return problem(
        f"{count_noun(len(gone), 'conversation')} {'was' if len(gone) == 1 else 'were'} asked for after {_its(gone)} "
        f"checkpoints had expired, at most {lasting(max(one.within for one in gone))} after {_its(gone)} "
        f"beginning.{who} The newest checkpoints live for {_ttl(signs)}.{doubt}",
        title=f"{count_noun(len(gone), 'conversation')} expired before {_its(gone)} next turn",
        confidence=confidence,
        severity="high",
        hosts=hosts,
        thread_ids=tuple(one.thread_id for one in gone),
        evidence=(*map(_thread, gone), *_lines(signs)),
    )


def _its(gone: Sequence[Vanished]) -> str:
    return "its" if len(gone) == 1 else "their"


def _dangling(signs: RedisSigns) -> Verdict:
    names = signs.dangling_pointers
    return problem(
        f"Of {count_noun(signs.sampled_pointers, 'pointer')} that were looked at, {thousands(len(names))} "
        f"{'leads' if len(names) == 1 else 'lead'} to a newest checkpoint that is gone: what is left of such a thread "
        "cannot be gone on with. Keys of a thread were deleted or dropped one by one, or live for different times.",
        title=f"{count_noun(len(names), 'thread')} {'has' if len(names) == 1 else 'have'} lost the newest checkpoint",
        confidence="certain",
        thread_ids=names,
        evidence=(
            *(Evidence(f"{shorten_middle(name, _LONG)}: its newest checkpoint is gone", _to(name)) for name in names),
            *_lines(signs),
        ),
    )


def _outliving(signs: RedisSigns) -> Verdict:
    return problem(
        f"The newest checkpoints live for {_ttl(signs)}, and none of their "
        f"{count_noun(signs.sampled_writes, 'pending write')} has a time to live: these stay for good, with "
        "nothing that they belong to.",
        title="Pending writes outlive their checkpoints",
        confidence="certain",
        severity="low",
        evidence=_lines(signs),
    )


def _short(signs: RedisSigns, pauses: Sequence[float]) -> Verdict:
    return problem(
        f"Checkpoints live for {_ttl(signs)}, and one conversation in ten pauses for "
        f"{lasting(_long_pause(pauses))} or more between turns: whoever stays away a little longer begins anew.",
        title="Checkpoints expire soon after people come back",
        confidence="possible",
        evidence=(Evidence(f"Pauses of {count_noun(len(pauses), 'conversation')} of several turns"), *_lines(signs)),
    )


def _good(signs: RedisSigns, pauses: Sequence[float]) -> str:
    if not signs.expiring_checkpoints:
        return f"None of the newest {count_noun(signs.sampled_checkpoints, 'checkpoint')} has a time to live."
    pause = f"; nine conversations in ten pause for less than {lasting(_long_pause(pauses))}" if pauses else ""
    return (
        f"The newest checkpoints live for {_ttl(signs)}{pause}, and no conversation is known to have been asked for "
        "after it expired."
    )


def _ttl(signs: RedisSigns) -> str:
    """What is left of it. Of what was set, some seconds have passed: 30 days are not to read as 29."""
    left = signs.longest_ttl_seconds or 0.0
    return lasting(left if left < 60 else math.ceil(left / 60) * 60)


def _lines(signs: RedisSigns) -> tuple[Evidence, ...]:
    newest = count_noun(signs.sampled_checkpoints, "newest checkpoint")
    lines = [
        f"{thousands(signs.expiring_checkpoints)} of the {newest} expire",
        f"{thousands(signs.expiring_writes)} of {count_noun(signs.sampled_writes, 'pending write')} of theirs expire",
        f"{count_noun(signs.expired_keys, 'key')} of the server expired since it started",
    ]
    return tuple(Evidence(line, Link("stores")) for line in lines)


def _thread(one: Vanished) -> Evidence:
    by, asker = (f" by {hosts_in_words(hosts)}" if hosts else "" for hosts in (one.writers, one.hosts))
    said = f"{count_noun(one.put, 'checkpoint')} put{by}, none left, and asked for again{asker}"
    return Evidence(f"{shorten_middle(one.thread_id, _LONG)}: {said}", _to(one.thread_id))


def _to(thread_id: str) -> Link:
    return Link("thread", {"id": thread_id})


RULE = Rule(
    slug="redis-expiry",
    problem="Checkpoints expire too soon",
    good="No conversation is known to have expired too soon",
    severity="medium",
    kinds=REDIS,
    fix=_FIX,
    check=check,
    explained_by=("redis-eviction",),
)
