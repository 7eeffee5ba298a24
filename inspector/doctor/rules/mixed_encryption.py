"""Some values are encrypted and others are not: a worker lacks the key, or what was there before was left as it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from inspector.doctor.case import Case
from inspector.doctor.evidence.samples import Sample, newest_by_host
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, fine, problem
from inspector.doctor.rule import Rule
from inspector.doctor.words import at_time, hosts_in_words
from inspector.domain.text import count_noun, shorten_middle

_FIX = Fix(
    before="""\
key = os.environ.get("LANGGRAPH_AES_KEY")
serde = EncryptedSerializer.from_pycryptodome_aes() if key else JsonPlusSerializer()
saver = PostgresSaver(pool, serde=serde)""",
    after="""\
serde = EncryptedSerializer.from_pycryptodome_aes()  # raises where LANGGRAPH_AES_KEY is not set
saver = PostgresSaver(pool, serde=serde)""",
    note="What was stored in the clear stays so until its thread is written anew or deleted.",
)
_START = datetime.min.replace(tzinfo=UTC)
_LONG = 100


@dataclass(frozen=True, slots=True)
class _Kept:
    """How a thread's newest values were stored."""

    sample: Sample
    plain: int
    sealed: int

    @property
    def at(self) -> datetime:
        return self.sample.at or _START


def check(case: Case) -> Verdict:
    samples = case.samples
    latest = [kept for sample in samples if (kept := _keep(sample)) is not None]
    plain = [kept for kept in latest if kept.plain and not kept.sealed]
    sealed = [kept for kept in latest if kept.sealed]
    if plain and sealed:
        late = _late(plain, sealed)
        return _now(late, sealed, len(latest)) if late else _left(plain, sealed, len(latest))
    threads = count_noun(len(samples), "thread")
    if sealed:
        return fine(f"The newest values of all {threads} that were looked at are encrypted.")
    return fine(f"No value of {threads} that were looked at is encrypted, and none is beside one that is.")


def _keep(sample: Sample) -> _Kept | None:
    parts = [part for part in sample.parts if part.latest and part.form]
    sealed = sum(part.sealed for part in parts)
    return _Kept(sample, len(parts) - sealed, sealed) if parts else None


def _late(plain: list[_Kept], sealed: list[_Kept]) -> list[_Kept]:
    """Written in the clear after others were encrypted, by a host that has not encrypted anything since."""
    began = min(one.at for one in sealed)
    now = newest_by_host(one.sample for one in (*plain, *sealed))
    still = {one.sample.host for one in plain if now[one.sample.host] is one.sample}
    return [one for one in plain if one.at > began and one.sample.host in still]


def _now(late: list[_Kept], sealed: list[_Kept], looked_at: int) -> Verdict:
    """Values are still stored in the clear."""
    hosts = tuple(sorted({one.sample.host for one in late if one.sample.host}))
    who = hosts_in_words(hosts)
    verb = "was" if len(late) == 1 else "were"
    by, threads = f", by {who}" if who else "", count_noun(looked_at, "thread")
    return problem(
        f"Of {threads} that were looked at, {len(sealed)} hold encrypted values, and {len(late)} {verb} written in the "
        f"clear after that{by}. A worker that writes so cannot read what is encrypted, and fails at such a thread.",
        title=f"{who} {'stores' if len(hosts) == 1 else 'store'} values in the clear beside encrypted ones"
        if who
        else "",
        confidence="certain",
        hosts=hosts,
        thread_ids=tuple(one.sample.thread_id for one in late),
        evidence=tuple(map(_evidence, [*late, *sealed])),
    )


def _left(plain: list[_Kept], sealed: list[_Kept], looked_at: int) -> Verdict:
    """Everybody encrypts by now, and threads from before are as they were."""
    since, verb = at_time(min(one.at for one in sealed)), "was" if len(plain) == 1 else "were"
    return problem(
        f"Workers encrypt what they store now, the first of it at {since} or earlier. Of "
        f"{count_noun(looked_at, 'thread')} that were looked at, {len(plain)} {verb} left in the clear.",
        title="Older values are stored in the clear",
        confidence="certain",
        severity="low",
        thread_ids=tuple(one.sample.thread_id for one in plain),
        evidence=tuple(map(_evidence, [*plain, *sealed])),
    )


def _evidence(kept: _Kept) -> Evidence:
    sample = kept.sample
    how = "encrypted" if kept.sealed else "in the clear"
    host = f", by {sample.host}" if sample.host else ""
    query = {"id": sample.thread_id, "checkpoint": sample.checkpoint_id}
    return Evidence(f"{shorten_middle(sample.thread_id, _LONG)}: {how}{host}", Link("thread", query), sample.at)


RULE = Rule(
    slug="mixed-encryption",
    problem="Some values are encrypted and others are not",
    good="Values are stored alike, encrypted or not",
    severity="medium",
    kinds=("postgres", "sqlite"),  # the Redis saver's serializer cannot be given a cipher
    fix=_FIX,
    check=check,
)
