"""Floor 2, the one meeting point of stores and decode: records and bytes in, domain objects out."""

from inspector.reader.marks import StepMarks
from inspector.reader.paging import NEWEST, At
from inspector.reader.reader import HISTORY, WRITES, Reader
from inspector.reader.state import can_be_loaded
from inspector.reader.summary import ThreadSummary
from inspector.reader.weights import WeighedHistory

__all__ = [
    "HISTORY",
    "NEWEST",
    "WRITES",
    "At",
    "Reader",
    "StepMarks",
    "ThreadSummary",
    "WeighedHistory",
    "can_be_loaded",
]
