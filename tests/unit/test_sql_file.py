"""Named queries out of a `.sql` file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from inspector.sql_file import load_queries
from inspector.stores.postgres.transaction import QUERIES


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An importable package whose folder is `tmp_path/queries_of_a_test`."""
    name = "queries_of_a_test"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, name, raising=False)
    return name


def test_each_query_goes_by_its_name(package: str, tmp_path: Path) -> None:
    text = "-- The file.\n\n-- name: one\n-- Why.\nselect 1\n\n-- name: two_more\nselect\n  2 -- name: no\n"
    (tmp_path / package / "some.sql").write_text(text)

    assert load_queries(package, "some.sql") == {"one": "-- Why.\nselect 1", "two_more": "select\n  2 -- name: no"}


def test_a_name_given_twice_is_an_error(package: str, tmp_path: Path) -> None:
    (tmp_path / package / "some.sql").write_text("-- name: one\nselect 1\n-- name: one\nselect 2\n")

    with pytest.raises(ValueError, match="twice"):
        load_queries(package, "some.sql")


def test_a_file_without_names_holds_no_query(package: str, tmp_path: Path) -> None:
    (tmp_path / package / "some.sql").write_text("select 1\n")

    assert load_queries(package, "some.sql") == {}


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_sent_to_a_store_only_reads(name: str) -> None:
    """The sessions refuse writes anyway; this keeps the file honest to read."""
    code = "\n".join(line for line in QUERIES[name].lower().splitlines() if not line.startswith("--"))
    words = code.replace("(", " ").split()

    assert words[0] in {"select", "with", "copy"}
    assert not {"insert", "delete", "drop", "alter", "create", "truncate", "grant", "lock", "nextval"} & set(words)
    if words[0] == "copy":
        assert code.rstrip().endswith("to stdout")
