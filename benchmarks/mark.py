"""What a kept store was made from. It stands in another database of the same server, not beside the saver's tables."""

from __future__ import annotations

import pickle

import psycopg

from benchmarks.plan import Parameters
from benchmarks.shapes import Family

#: What the rows look like: another number here makes kept stores be filled anew.
RULES = 1
_PLACE = "postgres"
_TABLE = """
create table filled (rules int, threads int, seed int, until bigint, churned bool, families bytea)
"""


def write_mark(url: str, parameters: Parameters, families: dict[str, Family], *, churned: bool) -> None:
    """The store at `url` is filled."""
    with psycopg.connect(url, dbname=_PLACE) as connection:
        connection.execute("drop table if exists filled")
        connection.execute(_TABLE)
        made_from = [RULES, parameters.threads, parameters.seed, parameters.until, churned, pickle.dumps(families)]
        connection.execute("insert into filled values (%s, %s, %s, %s, %s, %s)", made_from)


def parameters_of(url: str) -> Parameters:
    """What decides the rows of the store at `url`."""
    return read_mark(url)[0]


def read_mark(url: str) -> tuple[Parameters, dict[str, Family]]:
    """The same, and the turns that were copied into it."""
    with psycopg.connect(url, dbname=_PLACE) as connection:
        row = connection.execute("select threads, seed, until, families from filled").fetchone()
    if row is None:
        raise LookupError("This server holds no store that benchmarks/store.py has filled.")
    return Parameters(*row[:3]), pickle.loads(row[3])  # noqa: S301  our own
