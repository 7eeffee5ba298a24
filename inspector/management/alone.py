"""What only a dashboard alone can do, and not one that is an app in somebody else's project."""

from __future__ import annotations

from django.core.management.base import CommandError

from inspector.addresses import is_alone


def refuse_in_a_project(command: str, why: str) -> None:
    """Raises `CommandError` there."""
    if not is_alone():
        raise CommandError(f"`{command}` is not for a dashboard that is an app in your project. {why}")
