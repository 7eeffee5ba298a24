"""What a SQLite file shows of its condition."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.integration.sqlite.conftest import OpenStore, files_beside, saver_of, say


def test_rows_and_the_size_of_the_file_are_told_and_no_file_is_touched(played: Path, open_store: OpenStore) -> None:
    before = files_beside(played)
    sizes = {size.name: size for size in open_store(played).read_signs().tables}
    with closing(sqlite3.connect(f"file:{open_path(played)}?mode=ro&immutable=1", uri=True)) as connection:
        for table in ("checkpoints", "writes"):
            (rows,) = connection.execute(f"select count(*) from {table}").fetchone()
            assert sizes[table].rows == rows
    assert sizes["the file"].size_bytes == played.stat().st_size
    assert sizes["its free pages"].size_bytes == 0
    assert files_beside(played) == before


def test_pages_that_hold_nothing_any_more_are_told(path: Path, open_store: OpenStore) -> None:
    with saver_of(path) as saver:
        for number in range(30):
            say(saver, f"thread-{number}", "One")
        for number in range(30):
            saver.delete_thread(f"thread-{number}")
    sizes = {size.name: size for size in open_store(path).read_signs().tables}
    assert (sizes["its free pages"].size_bytes or 0) > 0


def test_an_empty_store_has_no_rows(path: Path, open_store: OpenStore) -> None:
    with saver_of(path):
        pass
    sizes = {size.name: size for size in open_store(path).read_signs().tables}
    assert sizes["checkpoints"].rows is None


def open_path(path: Path) -> str:
    return str(path).replace("%", "%25").replace("#", "%23").replace("?", "%3F")
