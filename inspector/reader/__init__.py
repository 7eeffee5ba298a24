"""Floor 2, the one meeting point of stores and decode: records and bytes in, domain objects out."""

from inspector.reader.reader import WRITES, Reader
from inspector.reader.summary import ThreadSummary

__all__ = ["WRITES", "Reader", "ThreadSummary"]
