"""Named queries from a `.sql` file: SQL is read and reviewed as SQL, Python only names it.

A query begins at a line `-- name: some_name` and ends at the next one. Comment lines right below the name say why.
Standard library only: the probe uses it in other people's workers.
"""

from __future__ import annotations

import re
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def load_queries(package: str, filename: str) -> dict[str, str]:
    """Every query of `filename` inside `package`, by name. A name that appears twice is an error."""
    text = files(package).joinpath(filename).read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    names, bodies = parts[::2], parts[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{filename} names a query twice")
    return {name: body.strip() for name, body in zip(names, bodies, strict=True)}
