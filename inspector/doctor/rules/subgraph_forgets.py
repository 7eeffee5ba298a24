"""A subgraph that keeps a conversation of its own and begins it anew whenever it is called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inspector.doctor.case import Case
from inspector.doctor.evidence.lately import within
from inspector.doctor.evidence.lineage import newest_input
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, fine, problem
from inspector.doctor.rule import Rule
from inspector.doctor.words import listed
from inspector.domain.messages import is_message_list, message_id_of
from inspector.domain.text import count_noun, shorten_middle, thousands
from inspector.index.queries import Row
from inspector.reader.state import StateReader
from inspector.stores.base import CheckpointRow, NamespaceRow

SLUG = "subgraph-forgets"
#: Turns in which a subgraph was called, each time with a new namespace. Of fewer, nobody expects a memory yet.
TURNS = 3
#: Calls that are looked at, newest first.
CALLS = 3
#: Threads that are read: so many, and up to so many more while the time (seconds) lasts.
LEAST, MOST, SECONDS = 2, 3, 0.05
#: Node of prebuilt agents that runs tools: an agent that is called as a tool is given all that it is to know.
_TOOLS = "tools"

_FIX = Fix(
    before="""\
specialist = builder.compile()
parent.add_node("specialist", specialist)""",
    after="""\
specialist = builder.compile(checkpointer=True)
parent.add_node("specialist", specialist)""",
    note="With `checkpointer=True` the subgraph has one namespace for each thread and goes on where it was. It must "
    "not be called twice in one step then. Or leave it as it is, and give it what it is to know from the parent's "
    "state.",
)


@dataclass(frozen=True, slots=True)
class Call:
    """One run of a subgraph: its namespace, its newest checkpoint there, the turn, and the ids of its messages."""

    checkpoint_ns: str
    checkpoint_id: str
    turn: str | None
    messages: frozenset[str]


@dataclass(frozen=True, slots=True)
class Forgetting:
    """A node of a thread whose subgraph begins anew. `calls` are the newest ones, the newest first."""

    thread_id: str
    node: str
    total: int
    calls: tuple[Call, ...]


def check(case: Case) -> Verdict:
    rows = tuple(row for row in case.stored if _may_forget(row) and not case.mutes.thread(SLUG, row.entry.thread_id))
    newest = f"the newest {count_noun(len(case.stored), 'thread')}"
    if not rows:
        return fine(f"In none of {newest} is a subgraph called in {TURNS} turns with a new namespace each time.")
    found: list[Forgetting] = []
    looked = 0
    for row in within(rows, least=LEAST, most=MOST, seconds=SECONDS):
        found += _look(case, row.entry.thread_id)
        looked += 1
    if not found:
        return fine(
            f"{thousands(len(rows))} of {newest} call subgraphs that have no memory of their own, as is usual. In the "
            f"newest {looked} of these none keeps a conversation of its own that it would lose."
        )
    return _problem(found, len(rows))


def _may_forget(row: Row) -> bool:
    """Turns enough, and a namespace for each beside the root."""
    return row.entry.turns >= TURNS and row.entry.namespaces > TURNS


def _look(case: Case, thread_id: str) -> Iterator[Forgetting]:
    calls: dict[str, list[NamespaceRow]] = defaultdict(list)
    for row in case.reader.store.read_namespaces(thread_id):
        node, colon, _ = row.checkpoint_ns.partition(":")
        if colon and "|" not in row.checkpoint_ns and node != _TOOLS:
            calls[node].append(row)
    for node, theirs in sorted(calls.items()):
        if len(theirs) < TURNS:
            continue
        newest = sorted(theirs, key=lambda row: row.last_checkpoint_id, reverse=True)[:CALLS]
        read = _read_all(case, thread_id, newest)
        if _forgets(read):
            yield Forgetting(thread_id, node, len(theirs), read)


def _read_all(case: Case, thread_id: str, newest: Sequence[NamespaceRow]) -> tuple[Call, ...]:
    """Up to the first that speaks against it: most subgraphs do at once."""
    calls: list[Call] = []
    for row in newest:
        call = _read(case, thread_id, row)
        if call is None or not call.messages:
            break
        calls.append(call)
    return tuple(calls)


def _read(case: Case, thread_id: str, row: NamespaceRow) -> Call | None:
    store = case.reader.store
    last = store.read_checkpoint(thread_id, row.checkpoint_ns, row.last_checkpoint_id)
    parents = last.metadata.get("parents") if last is not None else None
    root_id = parents.get("") if isinstance(parents, dict) else None
    root = store.read_checkpoint(thread_id, "", root_id) if isinstance(root_id, str) else None
    if last is None or root is None:
        return None
    return Call(row.checkpoint_ns, row.last_checkpoint_id, newest_input(root), _own_messages(case, last, root))


def _own_messages(case: Case, row: CheckpointRow, root: CheckpointRow) -> frozenset[str]:
    """The ids of all messages in channels that are called so and that the parent does not have: what the two share
    comes from the parent, and may be cut short there."""
    own = row.channel_versions.keys() - root.channel_versions.keys()
    names = [channel for channel in own if channel.endswith("messages")]
    states = StateReader(case.reader.store, case.reader.sight).read(row, only=names) if names else ()
    lists = [state.value for state in states if isinstance(state.value, list) and is_message_list(state.value)]
    return frozenset(name for messages in lists for one in messages if (name := message_id_of(one)))


def _forgets(calls: Sequence[Call]) -> bool:
    """Enough of them, each in a turn of its own, and no message in two of them. A subgraph that is called several times
    a turn is a helper."""
    turns = {call.turn for call in calls}
    every = frozenset[str]().union(*(call.messages for call in calls))
    apart = len(every) == sum(len(call.messages) for call in calls)
    return TURNS <= len(calls) == len(turns) and None not in turns and apart


def _problem(found: Sequence[Forgetting], candidates: int) -> Verdict:
    nodes = sorted({one.node for one in found})
    who = f"{'The subgraph' if len(nodes) == 1 else 'The subgraphs'} {listed(nodes, 'subgraphs')}"
    threads = tuple(dict.fromkeys(one.thread_id for one in found))
    keep, begin, it = ("keeps", "begins", "it") if len(nodes) == 1 else ("keep", "begin", "they")
    return problem(
        f"{who} {keep} a conversation of {'its' if it == 'it' else 'their'} own and {begin} it anew in every turn, in "
        f"{count_noun(len(threads), 'thread')} that we looked at: each call has a new namespace, and none holds a "
        f"message of the call before. That is right where {it} need{'s' if it == 'it' else ''} no memory. "
        f"{count_noun(candidates, 'thread')} of the newest call subgraphs in this way.",
        title=f"{who} {begin} anew in every turn",
        confidence="possible",
        evidence=tuple(line for one in found for line in _evidence(one)),
        thread_ids=threads,
    )


def _evidence(one: Forgetting) -> Iterator[Evidence]:
    here = f"{shorten_middle(one.thread_id, 60)}: {one.node}"
    yield Evidence(
        f"{here} was called {count_noun(one.total, 'time')}, with a new namespace each time",
        Link("thread", {"id": one.thread_id}),
    )
    for call in one.calls[:TURNS]:
        link = Link("thread", {"id": one.thread_id, "ns": call.checkpoint_ns, "checkpoint": call.checkpoint_id})
        yield Evidence(
            f"{here} ended a call with {count_noun(len(call.messages), 'message')}, none of them earlier", link
        )


RULE = Rule(
    slug=SLUG,
    problem="A subgraph begins anew in every turn",
    good="No subgraph loses a conversation of its own",
    severity="low",
    fix=_FIX,
    check=check,
)
