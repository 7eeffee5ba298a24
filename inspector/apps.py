"""The Django app. It starts nothing by itself: the sync pass is run by `serve` or `sync`."""

from __future__ import annotations

from django.apps import AppConfig


class InspectorConfig(AppConfig):
    name = "inspector"
    verbose_name = "Checkpoint Inspector"
    default_auto_field = "django.db.models.BigAutoField"
