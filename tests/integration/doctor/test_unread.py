"""Nothing good is said of threads that nobody has read: in an empty store, and before a whole pass over a store."""

from __future__ import annotations

import pytest

from inspector.demo.repertoire import PlayedStore, open_saver
from inspector.doctor.diagnosis import diagnose
from inspector.doctor.finding import Finding
from inspector.doctor.rules import rules
from inspector.index.queries import Moment
from inspector.models import StoreEntry
from inspector.reader import Reader
from tests.integration.doctor.made import NOW
from tests.integration.index.conftest import NewDatabase, OpenReader
from tests.integration.index.syncing import sync

AT = Moment(NOW, 1800)
#: What the server tells by itself, whatever the store holds.
OF_THE_SERVER = {"schema-behind", "schema-elsewhere", "uncommitted-writer"}


def find(reader: Reader, *, newest_only: bool = False) -> dict[str, Finding]:
    entry = StoreEntry.objects.filter(name=reader.store.name).first() or StoreEntry(pk=0, name=reader.store.name)
    told = diagnose(reader, entry, AT, newest_only=newest_only).recorded
    return {one.finding.rule: one.finding for one in told if one.finding.applies}


def sound(found: dict[str, Finding]) -> set[str]:
    return {slug for slug, one in found.items() if one.status == "ok"}


@pytest.mark.parametrize("synced", [False, True])
def test_an_empty_store_is_sound_in_nothing_that_threads_show(
    synced: bool, index: str, new_database: NewDatabase, open_reader: OpenReader
) -> None:
    url = new_database()
    with open_saver(url):
        pass
    reader = open_reader(url)
    if synced:
        sync(reader)
    found = find(reader)
    assert sound(found) == OF_THE_SERVER
    assert all(one.missing for one in found.values() if one.status == "unknown")


def test_a_store_that_is_half_read_is_not_sound_yet(index: str, played: PlayedStore, open_reader: OpenReader) -> None:
    reader = open_reader(played.url)
    sync(reader)
    whole = sound(find(reader))
    StoreEntry.objects.update(synced_at=None)
    half = find(reader)
    assert sound(half) == {slug for slug in whole if not rules()[slug].of_threads} < whole
    assert "inspector sync" in half["siblings"].missing


def test_the_newest_threads_alone_may_be_sound(index: str, played: PlayedStore, open_reader: OpenReader) -> None:
    reader = open_reader(played.url)
    sync(reader)
    whole = sound(find(reader))
    StoreEntry.objects.update(synced_at=None)
    assert sound(find(reader, newest_only=True)) == whole
