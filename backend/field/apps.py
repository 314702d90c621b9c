from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "backend.field"
    label = "field"

    def ready(self) -> None:
        from backend.field import checks  # noqa: F401  # registers them
