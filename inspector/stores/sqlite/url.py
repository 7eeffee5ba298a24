"""SQLite store URLs: the same form as a ledger's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inspector.errors import ConfigError
from inspector.probe.ledger_url import LedgerUrl


@dataclass(frozen=True, slots=True)
class SqliteUrl:
    """`sqlite:///PATH`. With a fourth slash the path is absolute, else it begins where the dashboard was started."""

    path: Path
    safe: str

    @classmethod
    def parse(cls, url: str) -> SqliteUrl:
        """Raises `ConfigError`, without any part of the URL."""
        try:
            parsed = LedgerUrl.parse(url)
        except ValueError:
            parsed = None
        if parsed is None or parsed.kind != "sqlite":
            raise ConfigError(
                "A store's URL is no file that a SQLite saver could have written.",
                "Use sqlite:///PATH, and sqlite:////PATH for one from the root. A database in memory is its process's "
                "own.",
            )
        return cls(Path(parsed.address), parsed.safe)
