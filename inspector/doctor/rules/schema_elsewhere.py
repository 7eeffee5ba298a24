"""Another schema of the same database holds checkpoints, too: the search path decides where each worker writes."""

from __future__ import annotations

from collections.abc import Collection

from inspector.doctor.case import Case
from inspector.doctor.evidence.processes import hosts_of
from inspector.doctor.finding import Confidence, Evidence, Fix, Link, Verdict, fine, problem, unknown
from inspector.doctor.rule import POSTGRES, Rule
from inspector.doctor.words import hosts_in_words, listed
from inspector.domain.text import count_noun, text_size
from inspector.index.places import Places
from inspector.probe.ledger_schema import Place
from inspector.stores.signs import Signs, TableSize

_FIX = Fix(
    before="""\
# Which schema is meant is left to the login's search path, and that differs between logins.
pool = ConnectionPool(DB_URI, kwargs=settings)""",
    after="""\
# The same schema for every worker, whatever its login.
settings |= {"options": "-c search_path=langgraph"}
pool = ConnectionPool(DB_URI, kwargs=settings)""",
    note="Rows in the other schema stay there: move them, or read them as a store of their own with ?schema=NAME. "
    "Behind a pooler that refuses `options`, use ALTER ROLE ... SET search_path.",
)
#: Where tables come to lie by the server's own search path.
_BY_DEFAULT = ("public",)


def check(case: Case) -> Verdict:
    signs = case.signs
    if signs.elsewhere is None:
        return unknown(
            "Whether other schemas of this database hold checkpoints is not known.",
            missing=signs.note_of("Other schemas") or "The server's list of schemas.",
        )
    filled = [size for size in signs.elsewhere_sizes if size.size_bytes]
    ours = _schema_of(case.places.here)
    others = [size for size in filled if not _is_configured(size.name, case.places)]
    hosts = {size.name: _hosts(case, size.name) for size in others}
    if not others:
        return fine(_good(signs, len(filled)))
    named = tuple(sorted({host for found in hosts.values() for host in found}))
    who = f" {hosts_in_words(named)} now {'writes' if len(named) == 1 else 'write'} there." if named else ""
    where, one = listed([size.name for size in others], "schemas"), len(others) == 1
    here = f"the schema {ours}" if ours else "the schema that is read here"
    return problem(
        f"Besides {here}, {where} of this database {'holds' if one else 'hold'} checkpoints.{who} A worker "
        "writes to the first schema on its login's search path that has the tables, so logins with another path go on "
        "with other conversations.",
        title=f"Checkpoints also lie in {'the schema' if one else 'the schemas'} {where}",
        confidence=_confidence(others, signs, named),
        hosts=named,
        evidence=(*(_evidence(size, hosts[size.name]) for size in others), *_path(signs)),
    )


def _confidence(others: list[TableSize], signs: Signs, hosts: Collection[str]) -> Confidence:
    """A schema for each tenant is made on purpose. One that somebody falls into by default hardly is."""
    if hosts:
        return "certain"
    fallen = {*_BY_DEFAULT, *signs.search_path}
    return "likely" if any(size.name in fallen for size in others) else "possible"


def _schema_of(identities: Collection[str]) -> str:
    return next((name.rpartition("/")[2] for name in identities), "")


def _is_configured(schema: str, places: Places) -> bool:
    """Whether the dashboard reads that schema as another store."""
    return bool(places.store_at(_names(schema, places)))


def _names(schema: str, places: Places) -> set[str]:
    return {f"{name.rpartition('/')[0]}/{schema}" for name in places.here}


def _hosts(case: Case, schema: str) -> tuple[str, ...]:
    names = _names(schema, case.places)

    def is_there(place: Place) -> bool:
        return bool(names & set(place.identities))

    return hosts_of(report for report, _ in case.crew.places(is_there))


def _good(signs: Signs, filled: int) -> str:
    if filled:
        return f"{count_noun(filled, 'other schema')} of this database holds checkpoints, each read as another store."
    if signs.elsewhere:
        return f"The checkpoint tables in {listed(signs.elsewhere, 'schemas')} are empty: nobody writes there."
    return "No other schema of this database holds checkpoint tables."


def _evidence(size: TableSize, hosts: tuple[str, ...]) -> Evidence:
    rows = f"some {count_noun(size.rows, 'checkpoint')}" if size.rows else "checkpoints"
    who = f", written to by {hosts_in_words(hosts)}" if hosts else ""
    link = Link("workers", {"host": hosts[0]}) if hosts else Link("stores")
    return Evidence(f"The schema {size.name} has {rows}, {text_size(size.size_bytes or 0)}{who}", link)


def _path(signs: Signs) -> tuple[Evidence, ...]:
    if not signs.search_path:
        return ()
    return (
        Evidence(f"The search path of the dashboard's own login is {', '.join(signs.search_path)}", Link("stores")),
    )


RULE = Rule(
    slug="schema-elsewhere",
    problem="Checkpoints lie in another schema, too",
    good="One schema holds the checkpoints",
    severity="medium",
    of_threads=False,
    kinds=POSTGRES,
    fix=_FIX,
    check=check,
)
