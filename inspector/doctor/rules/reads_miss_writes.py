"""A worker asks for threads by another spelling of their ids than the one they were written under."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inspector.doctor.case import Case
from inspector.doctor.coverage import no_reports, sound
from inspector.doctor.evidence.twin_ids import Twins, are_two_kinds, asked_in_vain, find_missed, find_stored
from inspector.doctor.finding import Confidence, Evidence, Fix, Link, Verdict, problem
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words, listed
from inspector.domain.text import count_noun, shorten_middle, thousands

SLUG = "reads-miss-writes"
_FIX = Fix(
    before="""\
# chat.py
config = {"configurable": {"thread_id": request.thread_id}}
graph.invoke({"messages": [("user", request.text)]}, config)

# history.py
config = {"configurable": {"thread_id": thread_id.strip().lower()}}
return graph.get_state(config).values["messages"]""",
    after="""\
# threads.py: the one place where an id becomes a thread
def config_of(thread_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id.strip().lower()}}

# chat.py
graph.invoke({"messages": [("user", request.text)]}, config_of(request.thread_id))

# history.py
return graph.get_state(config_of(thread_id)).values["messages"]""",
    note="Ids are compared byte by byte. Threads that are stored under another spelling by now keep it: choose the "
    "spelling that most of them have.",
)
#: Pairs that are no accident, and those that are shown.
_MANY, _SHOWN = 3, 8
_LONG = 60


def check(case: Case) -> Verdict:
    asked = asked_in_vain(case, SLUG)
    pairs = find_missed(case, asked)
    if pairs:
        return _missed(pairs, len(asked), doubted=are_two_kinds(case, pairs))
    pairs = find_stored(case, SLUG)
    if pairs:
        return _stored(pairs)
    if not case.crew:
        return no_reports(case, "Which ids the workers ask for is not known: no worker reports.")
    what = count_noun(len(asked), "id was", "ids were") if asked else "No id was"
    has = "; none of them is" if asked else ", none that is"
    return sound(case, f"{what} asked for in vain lately{has} another spelling of one that is stored.")


def _missed(pairs: Sequence[Twins], asked: int, *, doubted: bool) -> Verdict:
    hosts = tuple(sorted({host for pair in pairs for host in pair.askers if host}))
    who = hosts_in_words(hosts) or "A worker"
    asks = "asks" if len(hosts) < 2 else "ask"
    finds = "finds" if len(hosts) < 2 else "find"
    doubt = " Others are stored under both ids, and may be two conversations each." if doubted else ""
    return problem(
        f"{who} {asks} for threads by ids that nobody wrote, and {finds} nothing, while threads are stored whose ids "
        f"differ from them by {_differences(pairs)}: {thousands(len(pairs))} of {count_noun(asked, 'id')} that were "
        f"asked for in vain have such a twin.{doubt}",
        title=f"{who} {asks} for threads by other ids than they were written under",
        confidence="possible" if doubted else _confidence(pairs, asked),
        hosts=hosts,
        thread_ids=tuple(one.entry.thread_id for pair in pairs for one in (pair.asked, pair.written)),
        evidence=tuple(line for pair in pairs[:_SHOWN] for line in _evidence(pair)),
    )


def _confidence(pairs: Sequence[Twins], asked: int) -> Confidence:
    """Two people may have chosen names so much alike; of many, hardly."""
    if len(pairs) < _MANY:
        return "possible"
    return "certain" if len(pairs) > _MANY and len(pairs) * 2 > asked else "likely"


def _stored(pairs: Sequence[Twins]) -> Verdict:
    hosts = tuple(sorted({host for pair in pairs for host in (*pair.askers, *pair.writers) if host}))
    return problem(
        f"{count_noun(len(pairs), 'thread')} of the same owner {'is' if len(pairs) == 1 else 'are'} stored twice, "
        f"under ids that differ by {_differences(pairs)}, and each of the two was written by other hosts "
        f"({hosts_in_words(hosts)}): one conversation, and neither host knows all of it.",
        title="Conversations are stored under two spellings of their ids",
        confidence="possible",
        hosts=hosts,
        thread_ids=tuple(one.entry.thread_id for pair in pairs for one in (pair.asked, pair.written)),
        evidence=tuple(line for pair in pairs[:_SHOWN] for line in _evidence(pair)),
    )


def _differences(pairs: Sequence[Twins]) -> str:
    return listed(list(dict.fromkeys(pair.difference.words for pair in pairs)))


def _evidence(pair: Twins) -> Iterator[Evidence]:
    asked, written = pair.asked.entry, pair.written.entry
    name = _quoted(asked.thread_id)
    if asked.stored:
        text = f"{hosts_in_words(pair.askers)} wrote {name}"
    else:
        text = (
            f"{hosts_in_words(pair.askers)} asked for {name} {count_noun(asked.misses or 0, 'time')} and found nothing"
        )
    yield Evidence(text, Link("thread", {"id": asked.thread_id}), asked.last_at)
    who = hosts_in_words(pair.writers) or "a host without a name"
    text = f"{who} wrote {_quoted(written.thread_id)}: the difference is {pair.difference.words}"
    yield Evidence(text, Link("thread", {"id": written.thread_id}), written.last_at)


def _quoted(thread_id: str) -> str:
    """With its ends, so that spaces show."""
    return repr(shorten_middle(thread_id, _LONG))


RULE = Rule(
    slug=SLUG,
    problem="Threads are asked for by other ids than they were written under",
    good="Threads are asked for by the ids they were written under",
    severity="high",
    cause=True,
    fix=_FIX,
    check=check,
)
