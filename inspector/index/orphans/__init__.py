"""Orphaned one-turn threads: their share now and before, over time, by host, graph and id shape, and where it rose."""

from inspector.index.orphans.report import OrphanReport, report_orphans
from inspector.index.orphans.rise import Rise
from inspector.index.orphans.shares import Bar, Part, Parts, Share
from inspector.index.orphans.windows import WINDOWS, Window, find_window

__all__ = [
    "WINDOWS",
    "Bar",
    "OrphanReport",
    "Part",
    "Parts",
    "Rise",
    "Share",
    "Window",
    "find_window",
    "report_orphans",
]
