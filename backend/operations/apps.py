from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Running an installation: backup, restore, doctor. It has no tables."""

    name = "backend.operations"
    label = "operations"
