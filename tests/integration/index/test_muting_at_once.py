"""Who mutes twice at once, as by a click too many or at two dashboards, has one mute to undo."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connections
from django.test import RequestFactory

from inspector.models import Mute, StoreEntry
from inspector.reader import Reader
from inspector.stores.guard import Limits
from inspector.stores.registry import open_store
from inspector.views import mutes

FIELDS = {"what": "id", "pattern": "nightly:*", "reason": "Reports", "end": "7d"}


def test_of_two_at_once_one_is_made(either_index: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store, both = StoreEntry.objects.create(name="store"), Barrier(2)
    refusal = mutes._refusal

    def refused(entry: StoreEntry, now: datetime, what: str, pattern: str) -> str:
        """Waits for the other one to have asked, too: who is locked out never does."""
        why = refusal(entry, now, what, pattern)
        with suppress(BrokenBarrierError):
            both.wait(0.5)
        return why

    monkeypatch.setattr(mutes, "_refusal", refused)
    monkeypatch.setattr(
        mutes, "reader_of", lambda request: Reader(open_store("store", "sqlite:////nowhere.db", Limits()))
    )
    monkeypatch.setattr(mutes, "entry_of", lambda reader: store)

    def mute(_: int) -> Any:
        try:
            return mutes.add_mute(RequestFactory().post("/orphans/mutes/add/?format=json", FIELDS))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(mute, range(2)), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [303, 400]
    assert "This is muted already" in answers[1].content.decode()
    assert Mute.objects.count() == 1
