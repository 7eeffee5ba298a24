"""The tables are older than the saver that uses them, or an index of theirs was never finished."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.doctor.case import Case
from inspector.doctor.evidence.failures import Failures, failures_of, hosts_of, total
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, fine, problem, unknown
from inspector.doctor.rule import POSTGRES, Rule
from inspector.doctor.words import hosts_in_words, listed
from inspector.domain.text import count_noun
from inspector.stores.signs import Signs

_FIX = Fix(
    before="""\
# The tables were made once, by an older release, and nobody has run setup() since.
graph = builder.compile(checkpointer=PostgresSaver(pool))""",
    after="""\
# Once for each deployment, before its workers start: it makes what is missing, and nothing twice.
with PostgresSaver.from_conn_string(DB_URI) as saver:
    saver.setup()""",
    note="An index that CREATE INDEX CONCURRENTLY left invalid is not mended by setup(): it is there by name. Drop it "
    "with `DROP INDEX CONCURRENTLY name`, delete its row from checkpoint_migrations (6 checkpoints, 7 blobs, 8 writes) "
    "and run setup() again, or `REINDEX INDEX CONCURRENTLY name`.",
)
#: What Postgres says of a table or column that a migration would have made.
_PHRASES = ("no such column", "no such table")


def check(case: Case) -> Verdict:
    return judge(case.signs, failures_of(case, *_PHRASES, kinds=POSTGRES))


def judge(signs: Signs, failures: Sequence[Failures]) -> Verdict:
    behind = _is_behind(signs)
    if not (behind or signs.broken_indexes):
        if signs.migration is None:
            return _untold(signs)
        if signs.broken_indexes is None:
            return unknown(
                f"The tables are at migration {signs.migration}, the newest known. Whether their indexes are valid is "
                "not known.",
                missing=signs.note_of("The state of indexes") or "The server's list of indexes.",
            )
        return fine(
            f"The tables are at migration {signs.migration}, the newest known, and all their indexes are valid."
        )
    hosts = hosts_of(failures) if behind else ()
    said = [*_behind(signs, failures if behind else ()), *_broken(signs)]
    return problem(
        " ".join(said),
        title="" if behind else "An index of the checkpoint tables is invalid",
        confidence="certain" if hosts or not behind else "likely",
        severity="high" if hosts else None,
        hosts=hosts,
        evidence=(*(one.evidence for one in failures if behind), *_lines(signs)),
    )


def _is_behind(signs: Signs) -> bool:
    """A table without a row comes of a setup() that failed at its first step."""
    return None not in (signs.migration, signs.newest_migration) and signs.migration < signs.newest_migration  # type: ignore[operator]


def _untold(signs: Signs) -> Verdict:
    return unknown(
        "Which migrations the tables have seen is not known.",
        missing=signs.note_of("checkpoint_migrations")
        or "The table checkpoint_migrations, which the saver's setup() makes and fills.",
    )


def _behind(signs: Signs, failures: Sequence[Failures]) -> list[str]:
    if not _is_behind(signs):
        return []
    said = [f"The tables are at migration {signs.migration}, and savers of today need {signs.newest_migration}."]
    if failures:
        who = hosts_in_words(hosts_of(failures))
        said.append(f"On {who} {count_noun(total(failures), 'call')} failed for want of a table or column.")
    else:
        said.append("A worker with an up-to-date langgraph-checkpoint-postgres fails here at its first call.")
    return said


def _broken(signs: Signs) -> list[str]:
    names = signs.broken_indexes
    if not names:
        return []
    one = len(names) == 1
    said = (
        f"The {'index' if one else 'indexes'} {listed(names)} {'is' if one else 'are'} invalid: a CREATE INDEX "
        "CONCURRENTLY was broken off, so Postgres keeps it up to date and never reads by it."
    )
    return [said]


def _lines(signs: Signs) -> tuple[Evidence, ...]:
    lines = [f"The index {name} is not valid, and nobody is building it" for name in signs.broken_indexes or ()]
    if _is_behind(signs):
        lines.insert(0, f"The newest row of checkpoint_migrations is {signs.migration}")
    return tuple(Evidence(text, Link("stores")) for text in lines)


RULE = Rule(
    slug="schema-behind",
    problem="The tables are older than the saver",
    good="The tables are as the saver wants them",
    severity="medium",
    of_threads=False,
    kinds=POSTGRES,
    fix=_FIX,
    check=check,
)
