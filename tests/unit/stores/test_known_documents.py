"""Documents that were looked through are not looked through again, and one that changed is another."""

from __future__ import annotations

import ormsgpack
import pytest

from inspector.stores.sqlite.document import read_document
from inspector.stores.sqlite.known import KnownDocuments


class Looks:
    """Counts how often somebody comes by."""

    def __init__(self) -> None:
        self.count = 0

    def look(self) -> None:
        self.count += 1

    def name(self, module: str, name: str) -> None:
        pass


def stored(text: str) -> bytes:
    values = {"text": text, "rows": [[number] for number in range(40_000)]}
    return ormsgpack.packb({"v": 4, "ts": "now", "channel_values": values, "channel_versions": {"text": "1.0"}})


def test_a_document_is_looked_through_once() -> None:
    known, first, again = KnownDocuments(), Looks(), Looks()
    data = stored("x" * 90)
    assert known.read(data, first) == read_document(data, Looks())
    assert known.read(bytes(bytearray(data)), again) == read_document(data, Looks())
    assert (first.count > 0, again.count) == (True, 0)


def test_a_document_that_is_stored_anew_is_another() -> None:
    known = KnownDocuments()
    assert known.read(stored("short"), Looks()).values != known.read(stored("longer"), Looks()).values


@pytest.mark.parametrize("cut", [1, 50_000])
def test_a_broken_document_is_not_remembered(cut: int) -> None:
    known, again = KnownDocuments(), Looks()
    data = stored("x")[:-cut]
    known.read(data, Looks())
    assert known.read(data, again) == read_document(data, Looks())
    assert again.count


def test_only_some_documents_are_remembered() -> None:
    known, again = KnownDocuments(), Looks()
    for number in range(17):
        known.read(stored(f"{number}"), Looks())
    known.read(stored("16"), again)
    assert not again.count
    known.read(stored("0"), again)
    assert again.count
