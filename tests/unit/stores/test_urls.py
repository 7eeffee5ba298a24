"""Store URLs: what libpq is given, what people are shown, and that the password is never in the latter."""

from __future__ import annotations

import traceback
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from inspector.errors import ConfigError
from inspector.stores.urls import PostgresUrl


def shown(url: str) -> str:
    """All that a person or a log may see of a URL: its safe form, or the traceback of its refusal."""
    try:
        parsed = PostgresUrl.parse(url)
    except ConfigError as error:
        return "".join(traceback.format_exception(error)) + error.hint
    return parsed.safe + repr(parsed)


SHOWN = {
    "postgresql://h/db": "postgresql://h/db",
    "postgres://h/db": "postgresql://h/db",
    "POSTGRESQL://h/db": "postgresql://h/db",
    "  postgresql://h/db\n": "postgresql://h/db",
    "postgresql://u:pw@h:5433/db": "postgresql://u@h:5433/db",
    "postgresql://u:@h/db": "postgresql://u@h/db",
    "postgresql://ada%20l:pw@h/my%20db": "postgresql://ada l@h/my db",
    "postgresql://u:pw@h1:5432,h2:5433/db": "postgresql://u@h1:5432,h2:5433/db",
    "postgresql://u:pw@h1,h2:5433/db": "postgresql://u@h1,h2:5433/db",
    "postgresql://u:pw@/db?host=h1,h2&port=7": "postgresql://u@h1:7,h2:7/db",
    "postgresql://u:pw@[::1]:5432/db": "postgresql://u@[::1]:5432/db",
    "postgresql://u:pw@[fe80::1]/db": "postgresql://u@[fe80::1]/db",
    "postgresql:///db": "postgresql://local socket/db",
    "postgresql:///db?host=/var/run/postgresql": "postgresql:///var/run/postgresql/db",
    "postgresql://u:pw@%2Fvar%2Frun/db": "postgresql://u@/var/run/db",
    "postgresql://h/db?user=u&password=pw&sslmode=require": "postgresql://u@h/db",
    "postgresql://h/db?hostaddr=10.0.0.7": "postgresql://h/db",
    "postgresql:///db?hostaddr=10.0.0.7": "postgresql://10.0.0.7/db",
    "postgresql://": "postgresql://local socket/",
    "postgresql://h/db?schema=lang&application_name=x": "postgresql://h/db",
}


@pytest.mark.parametrize(("url", "safe"), SHOWN.items())
def test_people_see_the_place_and_never_the_password(url: str, safe: str) -> None:
    parsed = PostgresUrl.parse(url)

    assert parsed.safe == safe
    assert repr(parsed) == f"PostgresUrl({safe!r})"


@pytest.mark.parametrize(
    ("url", "schema"),
    [
        ("postgresql://h/db", ""),
        ("postgresql://h/db?schema=", ""),
        ("postgresql://h/db?schema=lang", "lang"),
        ("postgresql://h/db?sslmode=disable&schema=My%20Schema", "My Schema"),
        ("postgresql://h/db?schema=a%40b&schema=second", "a@b"),
    ],
)
def test_the_schema_is_ours_and_libpq_never_meets_it(url: str, schema: str) -> None:
    parsed = PostgresUrl.parse(url)

    assert parsed.schema == schema
    assert "schema" not in parsed.conninfo


def test_libpqs_own_parameters_reach_it_as_they_were_written() -> None:
    """A plus is a plus to libpq, and a space to `urllib`."""
    parsed = PostgresUrl.parse("postgresql://h/db?password=a+b%26c&options=-c%20x%3Dy&schema=s&sslmode=require")

    assert conninfo_to_dict(parsed.conninfo) == {
        "host": "h",
        "dbname": "db",
        "password": "a+b&c",
        "options": "-c x=y",
        "sslmode": "require",
    }


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=30))
@example("p@ss:w/o%r#d?[x]")
def test_an_encoded_password_arrives_whole_and_shows_nowhere(password: str) -> None:
    secret = f"hunter2{password}"
    parsed = PostgresUrl.parse(f"postgresql://u:{quote(secret, safe='')}@h:5432/db?schema=s")

    assert conninfo_to_dict(parsed.conninfo)["password"] == secret
    assert "hunter2" not in parsed.safe + repr(parsed)


@given(st.text("@:/?#%[]=&+,ab1 ", max_size=6), st.text("@:/?#%[]=&+,ab1 ", max_size=6))
@example("1", "2/34")
@example("p@", "")
@example("12/", "")
@example("12?a=", "")
@example("?host=", "")
@example("12#", "")
@example("a/b@", "")
@example("", "%zz")
def test_a_password_that_nobody_encoded_is_read_or_refused_and_never_shown(before: str, after: str) -> None:
    assert "hunter2" not in shown(f"postgresql://u:{before}hunter2{after}@h/db")


def test_an_unencoded_at_sign_belongs_to_the_password() -> None:
    parsed = PostgresUrl.parse("postgresql://u:p@ss@h/db")

    assert conninfo_to_dict(parsed.conninfo)["password"] == "p@ss"
    assert parsed.safe == "postgresql://u@h/db"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hunter2",
        "://",
        "mysql://u:hunter2@h/db",
        "postgresql:/u:hunter2@h",
        "postgresql://h/db?hunter2=1",
        "postgresql://h/db?hunter2",
        "postgresql://u:100%hunter2@h/db",
        "postgresql://[::1hunter2/db",
        "postgresql://h/db%00hunter2",
        "postgresql://u:hunter2\x00@h/db",
        "postgresql://u:hunter2\ud800@h/db",
        "postgresql://u@h:hunter2/db",
        "postgresql://u:hunter2/db",
        "postgresql://h1:5432,h2:hunter2/db",
        "postgresql://h/db?port=hunter2",
        "postgresql://h:0/db",
        "postgresql://h:65536/db",
        "postgresql://h:+5432/db",
    ],
)
def test_what_is_no_url_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        PostgresUrl.parse(url)

    assert "hunter2" not in "".join(traceback.format_exception(refused.value))
    assert refused.value.hint


@given(st.text(max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    assert shown(text)
    assert shown(f"postgresql://{text}")


SAME = {"host": "db.example", "dbname": "agents"}


@pytest.mark.parametrize(
    ("url", "other", "same"),
    [
        ("postgresql://u:p@db.example/agents", SAME, True),
        ("postgresql://u@DB.example:5432/agents", {**SAME, "user": "other", "sslmode": "require"}, True),
        ("postgresql://db.example/agents?schema=mine", {**SAME, "port": 5432}, True),
        ("postgresql:///agents?host=db.example", SAME, True),
        ("postgresql://db.example:5433/agents", SAME, False),
        ("postgresql://db.example/other", SAME, False),
        ("postgresql://db2.example/agents", SAME, False),
        ("postgresql://a,db.example:5432/agents", SAME, True),
        ("postgresql://a:1,db.example:2/agents", SAME, False),
        ("postgresql://a:1,db.example:5432/agents", SAME, True),
        ("postgresql://db.example/agents?hostaddr=10.0.0.1", {"host": "10.0.0.1", "dbname": "agents"}, True),
        ("postgresql://localhost/agents", {"host": "127.0.0.1", "dbname": "agents"}, True),
        ("postgresql:///agents", {"host": "/var/run/postgresql", "dbname": "agents", "port": ""}, True),
        ("postgresql:///agents?host=/sockets/a", {"host": "/sockets/b", "dbname": "agents"}, False),
        ("postgresql://agents@db.example", {"host": "db.example", "dbname": "agents"}, True),
        ("postgresql://agents@db.example/", {"host": "db.example", "user": "agents", "dbname": None}, True),
    ],
)
def test_two_ways_to_one_database_are_known_as_such(
    monkeypatch: pytest.MonkeyPatch, url: str, other: dict[str, object], same: bool
) -> None:
    for name in ("PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGHOSTADDR"):
        monkeypatch.delenv(name, raising=False)
    assert PostgresUrl.parse(url).leads_to(other) is same


def test_what_libpq_takes_from_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGHOST": "db.example", "PGPORT": "6000", "PGDATABASE": "agents"}.items():
        monkeypatch.setenv(name, value)
    assert PostgresUrl.parse("postgresql://").leads_to({**SAME, "port": "6000"})
    assert not PostgresUrl.parse("postgresql://").leads_to({**SAME, "port": "5432"})
