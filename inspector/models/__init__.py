"""The dashboard's own database: the index, and beside it what people and alerts said."""

from __future__ import annotations

from inspector.models.entries import ABSENT, FLAGGED, UNKNOWN_TIME, StoredThreads, StoreEntry, ThreadEntry, ThreadWorker
from inspector.models.people import Access, Opened, SignInLink
from inspector.models.tallies import HostTally, HourTally, StoreTally, Tally
from inspector.models.told import AlertEntry, Delivery, FindingEntry, Mute

__all__ = [
    "ABSENT",
    "FLAGGED",
    "UNKNOWN_TIME",
    "Access",
    "AlertEntry",
    "Delivery",
    "FindingEntry",
    "HostTally",
    "HourTally",
    "Mute",
    "Opened",
    "SignInLink",
    "StoreEntry",
    "StoreTally",
    "StoredThreads",
    "Tally",
    "ThreadEntry",
    "ThreadWorker",
]
