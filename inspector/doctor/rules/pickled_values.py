"""Values are stored as pickles: programs that run when they are read, and that only the same classes can read."""

from __future__ import annotations

from collections.abc import Iterable

from inspector.doctor.case import Case
from inspector.doctor.evidence.samples import Part, Sample, newest_by_host
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, fine, problem
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words, listed
from inspector.domain.text import count_noun, shorten_middle
from inspector.domain.value import Omitted

_FIX = Fix(
    before="""\
saver = PostgresSaver(pool, serde=JsonPlusSerializer(pickle_fallback=True))

return {"table": frame}  # a pandas.DataFrame: only pickle can hold it""",
    after="""\
saver = PostgresSaver(pool)

return {"table": frame.to_dict("records")}""",
    note="What is stored already stays a pickle. Read it with the old serializer once and write it anew, or let such "
    "threads expire, before `pickle_fallback` goes.",
)
_LONG = 100


def check(case: Case) -> Verdict:
    samples = case.samples
    found = [(sample, [part for part in sample.parts if _is_pickle(part)]) for sample in samples]
    found = [(sample, parts) for sample, parts in found if parts]
    if not found:
        values = sum(len(sample.parts) for sample in samples)
        looked = f"{count_noun(values, 'value')} of {count_noun(len(samples), 'thread')}"
        return fine(f"None of {looked} that were looked at is a pickle.")
    channels = sorted({part.channel for _, parts in found for part in parts})
    hosts = _hosts(samples)
    writers = f", written by {hosts_in_words(hosts)}" if hosts else ""
    holds, looked_at = "holds" if len(found) == 1 else "hold", count_noun(len(samples), "thread")
    where = listed([f"`{shorten_middle(channel, _LONG)}`" for channel in channels], "channels")
    return problem(
        f"{len(found)} of {looked_at} that were looked at {holds} pickles, in {where}{writers}. "
        "A pickle is a program: whoever may write to the store can run code in the workers, and a class that is "
        "renamed or moved can no longer be read.",
        title="Values are stored as pickles" + (f" by {hosts_in_words(hosts)}" if hosts else ""),
        confidence="certain",
        hosts=hosts,
        thread_ids=tuple(sample.thread_id for sample, _ in found),
        evidence=tuple(_evidence(sample, parts) for sample, parts in found),
    )


def _hosts(samples: Iterable[Sample]) -> tuple[str, ...]:
    """Those that store pickles still."""
    now = newest_by_host(samples)
    return tuple(
        host
        for host, one in sorted(now.items())
        if host and any(part.latest and _is_pickle(part) for part in one.parts)
    )


def _is_pickle(part: Part) -> bool:
    return part.form == "pickle"


def _evidence(sample: Sample, parts: list[Part]) -> Evidence:
    channels = listed(sorted({shorten_middle(part.channel, _LONG) for part in parts}), "channels")
    names = sorted({name for part in parts if isinstance(part.value, Omitted) for name in part.value.names})
    classes = f", of {listed([shorten_middle(name, _LONG) for name in names], 'names')}" if names else ""
    query = {"id": sample.thread_id, "checkpoint": sample.checkpoint_id}
    return Evidence(f"{shorten_middle(sample.thread_id, _LONG)}: {channels}{classes}", Link("thread", query), sample.at)


RULE = Rule(
    slug="pickled-values",
    problem="Values are stored as pickles",
    good="No value is stored as a pickle",
    severity="medium",
    kinds=("postgres", "sqlite"),  # the Redis saver's serializer stores JSON and nothing else
    fix=_FIX,
    check=check,
)
