from __future__ import annotations

from tests.integration.index.conftest import new_database

__all__ = ["new_database"]
