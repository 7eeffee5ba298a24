"""The store grows out of proportion: large values in every checkpoint, endless threads, rows that nobody removes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inspector.doctor.case import Case
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, fine, problem, unknown
from inspector.doctor.rule import Rule
from inspector.domain.text import count_noun, shorten_middle, text_size, thousands
from inspector.stores.signs import Signs, TableSize

_FIX = Fix(
    before="""\
class State(MessagesState):
    document: bytes  # the file itself: stored anew with every change, and with every pending write""",
    after="""\
class State(MessagesState):
    document_key: str  # where the file is kept: object storage, or a table of its own""",
    note="Old threads are removed by `saver.delete_thread(thread_id)`. Of long conversations, summarise or trim "
    "the messages. `durability='exit'` keeps one checkpoint a run.",
)
#: Bytes a checkpoint takes on average, with its values and writes, from which on files are kept in the state: a chat of
#: 500 long messages stays below a tenth of it.
LARGE = 1_000_000
#: A store below so many bytes is no trouble yet.
SMALL_STORE = 100_000_000
#: Checkpoints of one thread from which on its list alone takes long: a conversation of 3,000 turns.
ENDLESS = 10_000
#: Dead rows from which on, where they outnumber the others, vacuum does not come by.
DEAD = 100_000
_LONG = 100
#: What SQLite keeps and no longer uses; see `stores.sqlite.signs`.
_FREE = "its free pages"


@dataclass(frozen=True, slots=True)
class Counts:
    """What the index counts, and of the newest threads those with the most checkpoints, with their numbers."""

    threads: int
    checkpoints: int
    largest: Sequence[tuple[int, str]] = ()
    whole: bool = True  #: these are all of the store's, so that its size can be shared out among them


def check(case: Case) -> Verdict:
    largest = sorted(((row.entry.checkpoints, row.entry.thread_id) for row in case.stored), reverse=True)[:20]
    counts = Counts(case.tally.threads, case.tally.checkpoints, largest, whole=not case.partial)
    return judge(case.signs, counts)


def judge(signs: Signs, counts: Counts) -> Verdict:
    size = _size(signs.tables) if counts.whole else None
    if not counts.checkpoints:
        return unknown("How the store grows is not known.", missing="A finished pass over the store's threads.")
    said = [*_large(size, counts), *_endless(counts), *_dead(signs.tables)]
    lines = (*_tables(signs.tables), *_threads(counts))
    if said:
        return problem(" ".join(said), confidence="certain", thread_ids=_long_ones(counts), evidence=lines)
    return fine(_good(size, counts), evidence=lines)


def _size(tables: Sequence[TableSize]) -> int | None:
    """Bytes of all that is in use; None where the server does not tell."""
    sizes = [table.size_bytes for table in tables if table.size_bytes is not None and table.name != _FREE]
    free = sum(table.size_bytes or 0 for table in tables if table.name == _FREE)
    return sum(sizes) - free if sizes else None


def _large(size: int | None, counts: Counts) -> list[str]:
    if size is None or size < SMALL_STORE or size < LARGE * counts.checkpoints:
        return []
    said = (
        f"{count_noun(counts.checkpoints, 'checkpoint')} take {text_size(size)}, "
        f"{text_size(size // counts.checkpoints)} each: files or other large values are in the state, and are stored "
        "anew whenever they change."
    )
    return [said]


def _endless(counts: Counts) -> list[str]:
    long = _long_ones(counts)
    if not long:
        return []
    number, name = counts.largest[0]
    said = (
        f"{count_noun(len(long), 'thread')} {'has' if len(long) == 1 else 'have'} {thousands(ENDLESS)} checkpoints or "
        f"more, {shorten_middle(name, _LONG)} {thousands(number)} of them."
    )
    return [said]


def _dead(tables: Sequence[TableSize]) -> list[str]:
    return [
        f"{table.name} has {count_noun(table.dead_rows, 'dead row')} beside {thousands(table.rows)} that are in use: "
        "vacuum does not come by, or an open transaction keeps it from removing them."
        for table in tables
        if table.dead_rows is not None and table.rows is not None and table.dead_rows >= max(DEAD, table.rows)
    ]


def _long_ones(counts: Counts) -> tuple[str, ...]:
    return tuple(name for number, name in counts.largest if number >= ENDLESS)


def _good(size: int | None, counts: Counts) -> str:
    each = f" {text_size(size // counts.checkpoints)} each," if size is not None else ""
    mean = counts.checkpoints / max(1, counts.threads)
    return (
        f"{count_noun(counts.threads, 'thread')} {'has' if counts.threads == 1 else 'have'} "
        f"{count_noun(counts.checkpoints, 'checkpoint')},{each} {mean:.1f} a thread."
    )


def _tables(tables: Sequence[TableSize]) -> tuple[Evidence, ...]:
    found = []
    for table in tables:
        parts = [
            f"some {count_noun(table.rows, 'row')}" if table.rows is not None else "",
            f"{thousands(table.dead_rows)} dead" if table.dead_rows else "",
            text_size(table.size_bytes) if table.size_bytes is not None else "",
        ]
        if any(parts):
            found.append(Evidence(f"{table.name}: {', '.join(filter(None, parts))}", Link("stores")))
    return tuple(found)


def _threads(counts: Counts) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(f"{shorten_middle(name, _LONG)}: {count_noun(number, 'checkpoint')}", Link("thread", {"id": name}))
        for number, name in counts.largest[:3]
    )


RULE = Rule(
    slug="store-bloat",
    problem="The store grows out of proportion",
    good="The store's size is in proportion",
    severity="low",
    fix=_FIX,
    check=check,
)
