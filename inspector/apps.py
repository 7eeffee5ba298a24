"""The Django app. It starts nothing by itself: `serve`, `work` and `sync` do."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register

from inspector.addresses import is_alone


class InspectorConfig(AppConfig):
    name = "inspector"
    verbose_name = "Checkpoint Inspector"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        if not is_alone():
            from inspector.checks import check_project

            register(check_project)
