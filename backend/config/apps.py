from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class GramReachConfig(AppConfig):
    """Only the commands that concern the whole installation live here; it has no tables."""

    name = "backend.config"
    label = "gramreach"


class AdministrationConfig(AdminConfig):
    default_site = "backend.config.administration.Administration"
