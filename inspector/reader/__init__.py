"""Floor 2, the one meeting point of stores and decode: records and bytes in, domain objects out."""

from inspector.reader.reader import Reader
from inspector.reader.summary import ThreadSummary

__all__ = ["Reader", "ThreadSummary"]
