from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register


@register()
def the_app_is_built(**kwargs: Any) -> list[CheckMessage]:
    if (settings.FIELD_APP / "index.html").is_file():
        return []
    hint = "Run `make setup`: it builds the app with a Node of its own. Officers see a page that says so until then."
    return [Warning("The field app is not built.", hint=hint, id="field.W001")]
