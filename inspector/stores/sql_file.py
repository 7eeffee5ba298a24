"""The stores' name for the loader of named queries, which the probe has too."""

from inspector.sql_file import load_queries

__all__ = ["load_queries"]
