from django.apps import AppConfig


class GramReachConfig(AppConfig):
    """Only the commands that concern the whole installation live here; it has no tables."""

    name = "backend.config"
    label = "gramreach"
