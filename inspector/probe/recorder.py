"""The counters of one process."""
