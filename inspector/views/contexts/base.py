"""What all contexts share: marking furniture, and value trees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from inspector.domain.value import Absent, Value

#: Key of the metadata that marks a field as furniture.
PAGE_ONLY = "page_only"


def page_only(**default: Any) -> Any:
    return field(metadata={PAGE_ONLY: True}, **default)


@dataclass(frozen=True, slots=True)
class Tree:
    """A value tree inside a context. JSON shows it as `to_json` does, templates by the tag `show_value`."""

    value: Value | Absent
