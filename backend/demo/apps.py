from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Made-up villages, technologies and reports, each marked as such; it has no tables."""

    name = "backend.demo"
