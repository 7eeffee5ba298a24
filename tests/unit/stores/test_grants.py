"""The SQL that `inspector grants` prints: names are quoted so that none of them can say more than a name."""

from __future__ import annotations

import re

import pytest

from inspector.stores.postgres.grants import ledger_grants, reader_grants

HOSTILE = ['a"; drop role postgres; --', "Mixed Case", "user", "ünï", "x\ny", "{role}", "%s", "semi;colon", "1st"]


def statements(sql: str) -> list[str]:
    """Split as the server does: a semicolon inside quotes ends nothing, and neither does one in a comment."""
    code = re.sub(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')|--[^\n]*""", lambda found: found[1] or "", sql)
    found = re.findall(r"""(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|[^;"'])+;""", code)
    return [statement.strip() for statement in found]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_name_stays_a_name_whatever_it_holds(hostile: str) -> None:
    plain = statements(reader_grants(database="store", schema="public", role="reader"))
    names = {"database": hostile, "schema": hostile, "role": hostile}
    quoted = statements(reader_grants(**names))

    assert len(quoted) == len(plain)
    assert [statement.split()[:2] for statement in quoted] == [statement.split()[:2] for statement in plain]
    doubled = hostile.replace('"', '""')
    assert all(f'"{doubled}"' in statement for statement in quoted[1:-1])  # between BEGIN and COMMIT


def test_it_grants_reading_and_nothing_else() -> None:
    sql = "\n".join(statements(reader_grants(database="store", schema="public", role="reader"))).upper()

    assert "GRANT SELECT ON" in sql
    assert "PASSWORD" not in sql, "a password in a printed statement is a password that stays"
    assert not re.search(r"\b(INSERT|UPDATE|DELETE|TRUNCATE|ALL|SUPERUSER|OWNER TO)\b", sql)


@pytest.mark.parametrize("table", ["checkpoints", "checkpoint_blobs", "checkpoint_writes", "checkpoint_migrations"])
def test_it_covers_every_table_that_is_read(table: str) -> None:
    assert re.search(rf"\blang\"?\.{table}\b", reader_grants(database="store", schema="lang", role="reader"))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_name_stays_a_name_in_the_ledgers_part_too(hostile: str) -> None:
    plain = statements(ledger_grants(database="store", schema="public", role="probe", reader="reader"))
    quoted = statements(ledger_grants(database=hostile, schema=hostile, role=hostile, reader=hostile))

    assert len(quoted) == len(plain) > 8
    doubled = hostile.replace('"', '""')
    assert all(f'"{doubled}"' in statement for statement in quoted[1:-1])


def test_the_reader_gets_no_more_of_the_ledger_than_to_read_it() -> None:
    granted = statements(ledger_grants(database="store", schema="public", role="probe", reader="reader"))

    (to_reader,) = [statement for statement in granted if '"reader"' in statement]
    assert re.findall(r"GRANT (.+?) ON .*? TO (.+?);", to_reader) == [
        ("CONNECT", '"reader"'),
        ("USAGE", '"reader"'),
        ("SELECT", '"reader"'),
    ]
