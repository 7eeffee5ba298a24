"""The Django app."""

from django.apps import AppConfig


class InspectorConfig(AppConfig):
    """The dashboard is one app: its models are the index."""

    name = "inspector"
    verbose_name = "Checkpoint Inspector"
